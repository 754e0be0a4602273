"""Who the 600 people are and where they work, from the first day to the last. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from lms.demo.acts import Act, ChangeJob, Identity, Job, Join, Leave
from tools.demonstration.days import Calendar, next_monday
from tools.demonstration.names import address_of, generate_names
from tools.demonstration.settings import EMPLOYERS, SECTORS, Employer, SectorPlan

JOINERS = 0.38
"""The share of people who come after the beginning."""

LEAVERS, MOVERS = 0.12, 0.09
RETURNERS, FUTURE_STARTERS, PLANNED_LEAVERS, IN_TWO_PLACES = 14, 3, 4, 4

SECTOR_PLANS = {each.slug: each for each in SECTORS}
EMPLOYERS_BY_SLUG = {each.slug: each for each in EMPLOYERS}


@dataclass(slots=True)
class Assignment:
    """The same work from day to day; no last day while it goes on."""

    job: Job
    from_on: date
    through_on: date | None = None

    def covers(self, day: date) -> bool:
        """Says whether a day falls into it."""
        return self.from_on <= day and (self.through_on is None or day <= self.through_on)


@dataclass(slots=True)
class PlannedEmployment:
    """The assignments of one person under one staff number, the earliest first."""

    employer: Employer
    staff_number: str
    assignments: list[Assignment]

    def job_on(self, day: date) -> Job | None:
        """Returns the work of a day."""
        return next((assignment.job for assignment in self.assignments if assignment.covers(day)), None)


@dataclass(slots=True)
class PlannedPerson:
    """A person. ``laxity`` runs from 0 (always keeps up) to 1 (never does); personae learn by a script of their own."""

    number: int
    identity: Identity
    employments: list[PlannedEmployment]
    laxity: float = 0.0
    is_persona: bool = False
    exempt_from: frozenset[str] = field(default=frozenset())
    # The day on which child safeguarding ran out not long ago, for a few people.
    lapses_on: date | None = None
    # Whether the person has begun one course and nothing else, also for a few.
    has_just_begun: bool = False

    @property
    def employment(self) -> PlannedEmployment:
        """Returns the first employment, which decides what the person learns and when."""
        return self.employments[0]


class Registry:
    """Gives out names, addresses and staff numbers, each once."""

    def __init__(self, rng: Random) -> None:
        self._names = generate_names(rng)
        self._taken: set[str] = set()
        self._next: defaultdict[str, int] = defaultdict(lambda: 1001)
        # Rivers Relief numbers its volunteers by themselves; the next one after these is D-1001.
        self._next["D"] = 862

    def name(self) -> str:
        """Returns a name nobody has."""
        return next(self._names)

    def address(self, name: str, employer: Employer) -> str | None:
        """Returns an e-mail address at an organisation, or None where the name gives none."""
        return address_of(name, employer.domain, self._taken)

    def staff_number(self, employer: Employer, contract: str) -> str:
        """Returns the next staff number of an organisation."""
        prefix = "D" if employer.numbers == "R" and contract == "volunteer" else employer.numbers
        number = self._next[prefix]
        self._next[prefix] += 1
        return f"{prefix}-{number:04d}"


def plan_people(
    rng: Random, calendar: Calendar, registry: Registry, personae: list[PlannedPerson], count: int
) -> list[PlannedPerson]:
    """Plans everybody who is no persona, and returns all in the order in which they joined."""
    employers, sectors = _quotas(rng, personae)
    joined = _first_days(rng, calendar, employers)
    laxities = _laxities(rng, sectors)
    starts = sorted(range(len(employers)), key=lambda index: joined[index])
    people = list(personae)
    for index in starts:
        people.append(
            _plan_person(
                rng,
                registry,
                employers[index],
                SECTOR_PLANS[sectors[index]],
                from_on=joined[index],
                laxity=laxities[index],
            )
        )
    for number, person in enumerate(people):
        person.number = number
    if len(people) != count:
        raise ValueError(f"the settings add up to {len(people)} people, not {count}")
    _plan_changes(rng, calendar, registry, people[len(personae) :])
    return people


def _quotas(rng: Random, personae: list[PlannedPerson]) -> tuple[list[Employer], list[str]]:
    employers = [employer for employer in EMPLOYERS for _ in range(employer.people)]
    sectors = [each.slug for each in SECTORS for _ in range(each.people)]
    for person in personae:
        employers.remove(person.employment.employer)
        sectors.remove(person.employment.assignments[-1].job.sector)
    rng.shuffle(sectors)
    return employers, sectors


def _first_days(rng: Random, calendar: Calendar, employers: list[Employer]) -> list[date]:
    """Spreads those who come later evenly over time, so that each organisation has new staff on the anchor day."""
    days: list[date] = []
    span = (calendar.anchor - calendar.begins_on).days - 12
    for employer in EMPLOYERS:
        count = employers.count(employer)
        later = round(count * JOINERS)
        for index in range(count):
            if index < later:
                back = 3 + int(span * (index + rng.random()) / later)
                days.append(calendar.anchor - timedelta(days=back))
            else:
                days.append(next_monday(calendar.begins_on - timedelta(days=rng.randint(20, 1500))))
    return days


def _laxities(rng: Random, sectors: list[str]) -> list[float]:
    """Spreads laxity evenly in each sector, so that shares come out as meant and not by luck."""
    places: dict[str, list[float]] = {}
    for sector in SECTOR_PLANS:
        count = sectors.count(sector)
        places[sector] = [(index + 0.5) / count for index in range(count)]
        rng.shuffle(places[sector])
    return [places[sector].pop() for sector in sectors]


def _plan_person(
    rng: Random, registry: Registry, employer: Employer, sector: SectorPlan, *, from_on: date, laxity: float
) -> PlannedPerson:
    contract = rng.choices(("staff", "volunteer", "consultant"), (6, 3, 1))[0]
    name = registry.name()
    has_email = contract != "volunteer" and rng.random() < 0.8
    employment = PlannedEmployment(
        employer,
        registry.staff_number(employer, contract),
        [Assignment(_job(rng, employer, sector, contract), from_on)],
    )
    return PlannedPerson(
        0, Identity(name, registry.address(name, employer) if has_email else None), [employment], laxity
    )


def _job(rng: Random, employer: Employer, sector: SectorPlan, contract: str) -> Job:
    station = rng.choices([s for s, _ in employer.stations], [w for _, w in employer.stations])[0]
    role, _, with_children = rng.choices(sector.roles, [weight for _, weight, _ in sector.roles])[0]
    also = ("protection",) if role == "community-mobiliser" and sector.slug != "protection" else ()
    return Job(station, sector.slug, role, contract, rng.random() < with_children, also)


def _plan_changes(rng: Random, calendar: Calendar, registry: Registry, people: list[PlannedPerson]) -> None:
    settled = [
        person for person in people if person.employment.assignments[0].from_on < calendar.anchor - timedelta(days=120)
    ]
    rng.shuffle(settled)
    leavers = [settled.pop() for _ in range(round(len(people) * LEAVERS))]
    movers = [settled.pop() for _ in range(round(len(people) * MOVERS))]
    for person in leavers:
        _leave(rng, calendar, person)
    for person in leavers[:RETURNERS]:
        _return(rng, calendar, person)
    for person in movers:
        _move(rng, calendar, person)
    for person in (settled.pop() for _ in range(PLANNED_LEAVERS)):
        person.employment.assignments[-1].through_on = calendar.anchor + timedelta(days=rng.randint(5, 40))
    for person in (settled.pop() for _ in range(IN_TWO_PLACES)):
        _plan_second_employment(rng, calendar, registry, person)
    newest = sorted(people, key=lambda person: person.employment.assignments[0].from_on)[-30:]
    for person in rng.sample(newest, FUTURE_STARTERS):
        person.employment.assignments[0].from_on = next_monday(calendar.anchor + timedelta(days=rng.randint(1, 14)))


def _leave(rng: Random, calendar: Calendar, person: PlannedPerson) -> None:
    assignment = person.employment.assignments[0]
    earliest = max(assignment.from_on, calendar.required_on) + timedelta(days=60)
    days = (calendar.anchor - earliest).days - 4
    assignment.through_on = earliest + timedelta(days=rng.randint(0, max(days, 1)))


def _return(rng: Random, calendar: Calendar, person: PlannedPerson) -> None:
    assignment = person.employment.assignments[0]
    gap = rng.choice((12, 20, 27, 45, 60, 90, 120, 150))
    latest = calendar.anchor - timedelta(days=gap + 14)
    assignment.through_on = min(assignment.through_on or latest, max(latest, assignment.from_on + timedelta(days=30)))
    person.employment.assignments.append(Assignment(assignment.job, assignment.through_on + timedelta(days=gap)))


def _move(rng: Random, calendar: Calendar, person: PlannedPerson) -> None:
    assignment = person.employment.assignments[0]
    earliest = max(assignment.from_on, calendar.required_on) + timedelta(days=30)
    day = next_monday(earliest + timedelta(days=rng.randint(0, max((calendar.anchor - earliest).days - 20, 1))))
    if day > calendar.anchor - timedelta(days=3):
        return
    sector = rng.choice(SECTORS) if rng.random() < 0.5 else SECTOR_PLANS[assignment.job.sector]
    assignment.through_on = day - timedelta(days=1)
    person.employment.assignments.append(
        Assignment(_job(rng, person.employment.employer, sector, assignment.job.contract), day)
    )


def _plan_second_employment(rng: Random, calendar: Calendar, registry: Registry, person: PlannedPerson) -> None:
    other = rng.choice([employer for employer in EMPLOYERS if employer is not person.employment.employer])
    job = _job(rng, other, SECTOR_PLANS[person.employment.assignments[0].job.sector], "consultant")
    day = next_monday(calendar.anchor - timedelta(days=rng.randint(60, 200)))
    person.employments.append(
        PlannedEmployment(other, registry.staff_number(other, "consultant"), [Assignment(job, day)])
    )


def employment_acts(rng: Random, calendar: Calendar, person: PlannedPerson) -> Iterator[Act]:
    """Yields what HR records about somebody's work, each a few days before it begins or ends."""
    for index, employment in enumerate(person.employments):
        first = employment.assignments[0]
        at = calendar.office(first.from_on - timedelta(days=rng.randint(1, 4)), rng)
        identity = person.identity if index == 0 else None
        yield Join(
            calendar.clamp(at), person.number, employment.employer.slug, employment.staff_number, first.job,
            first.from_on, identity,
        )  # fmt: skip
        for before, after in pairwise(employment.assignments):
            if before.through_on is None:
                raise ValueError("only the last assignment may be open")
            at = calendar.office(after.from_on - timedelta(days=rng.randint(1, 4)), rng)
            if before.through_on + timedelta(days=1) < after.from_on:
                yield _leaving(rng, calendar, person, employment, before.through_on)
            yield ChangeJob(at, person.number, employment.staff_number, after.job, after.from_on)
        last = employment.assignments[-1].through_on
        if last is not None:
            yield _leaving(rng, calendar, person, employment, last)


def _leaving(
    rng: Random, calendar: Calendar, person: PlannedPerson, employment: PlannedEmployment, through_on: date
) -> Leave:
    at = calendar.office(through_on - timedelta(days=rng.randint(2, 14)), rng)
    return Leave(min(at, calendar.last_at), person.number, employment.staff_number, through_on)
