"""Who the 600 people are and where they work, from the first day to the last. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from lms.demo.acts import Act, Identity, Job, Join, Leave, Move, Return
from lms.demo.days import Calendar, next_monday
from lms.demo.names import address_of, invent_names
from lms.demo.places import EMPLOYERS, FIELDS, Employer, Field

JOINERS = 0.38
"""The share of people who come after the beginning."""

LEAVERS, MOVERS = 0.12, 0.09
RETURNERS, FUTURE_STARTERS, PLANNED_LEAVERS, IN_TWO_PLACES = 14, 3, 4, 4

FIELD_OF = {each.slug: each for each in FIELDS}
EMPLOYER_OF = {each.slug: each for each in EMPLOYERS}


@dataclass(slots=True)
class Spell:
    """The same work from day to day; no last day while it goes on."""

    job: Job
    from_on: date
    through_on: date | None = None

    def covers(self, day: date) -> bool:
        """Says whether a day falls into it."""
        return self.from_on <= day and (self.through_on is None or day <= self.through_on)


@dataclass(slots=True)
class Post:
    """The spells of one person under one staff number, the earliest first."""

    employer: Employer
    staff_number: str
    spells: list[Spell]

    def job_on(self, day: date) -> Job | None:
        """Returns the work of a day."""
        return next((spell.job for spell in self.spells if spell.covers(day)), None)


@dataclass(slots=True)
class Life:
    """A person. ``care`` runs from 0 (always keeps up) to 1 (never does); ``scripted`` ones act by the book."""

    number: int
    identity: Identity
    posts: list[Post]
    care: float = 0.0
    scripted: bool = False
    exempt_from: frozenset[str] = field(default=frozenset())
    # The day on which child safeguarding ran out not long ago, for those of whom the story wants it.
    lapses_on: date | None = None
    # Whether the person has begun one course and nothing else, for the same reason.
    has_just_begun: bool = False

    @property
    def post(self) -> Post:
        """Returns the first post, which decides what the person learns and when."""
        return self.posts[0]


class Registry:
    """Gives out names, addresses and staff numbers, each once."""

    def __init__(self, chance: Random) -> None:
        self._names = invent_names(chance)
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


def invent_lives(
    chance: Random, calendar: Calendar, registry: Registry, cast: list[Life], people: int
) -> list[Life]:
    """Invents everybody who is not of the cast, and returns all in the order in which they joined."""
    employers, sectors = _quotas(chance, cast)
    joined = _first_days(chance, calendar, employers)
    cares = _cares(chance, sectors)
    starts = sorted(range(len(employers)), key=lambda index: joined[index])
    lives = list(cast)
    for index in starts:
        lives.append(
            _life(
                chance,
                registry,
                employers[index],
                FIELD_OF[sectors[index]],
                from_on=joined[index],
                care=cares[index],
            )
        )
    for number, life in enumerate(lives):
        life.number = number
    if len(lives) != people:
        raise ValueError(f"the story has {len(lives)} people, not {people}")
    _let_people_come_and_go(chance, calendar, registry, lives[len(cast) :])
    return lives


def _quotas(chance: Random, cast: list[Life]) -> tuple[list[Employer], list[str]]:
    employers = [employer for employer in EMPLOYERS for _ in range(employer.people)]
    sectors = [each.slug for each in FIELDS for _ in range(each.people)]
    for life in cast:
        employers.remove(life.post.employer)
        sectors.remove(life.post.spells[-1].job.sector)
    chance.shuffle(sectors)
    return employers, sectors


def _first_days(chance: Random, calendar: Calendar, employers: list[Employer]) -> list[date]:
    """Spreads those who come later evenly over each organisation's time, so that each has newcomers today."""
    days: list[date] = []
    span = (calendar.anchor - calendar.begins_on).days - 12
    for employer in EMPLOYERS:
        count = employers.count(employer)
        later = round(count * JOINERS)
        for index in range(count):
            if index < later:
                back = 3 + int(span * (index + chance.random()) / later)
                days.append(calendar.anchor - timedelta(days=back))
            else:
                days.append(next_monday(calendar.begins_on - timedelta(days=chance.randint(20, 1500))))
    return days


def _cares(chance: Random, sectors: list[str]) -> list[float]:
    """Spreads care evenly in each sector, so that shares come out as meant and not by luck."""
    places: dict[str, list[float]] = {}
    for sector in FIELD_OF:
        count = sectors.count(sector)
        places[sector] = [(index + 0.5) / count for index in range(count)]
        chance.shuffle(places[sector])
    return [places[sector].pop() for sector in sectors]


def _life(
    chance: Random, registry: Registry, employer: Employer, sector: Field, *, from_on: date, care: float
) -> Life:
    contract = chance.choices(("staff", "volunteer", "consultant"), (6, 3, 1))[0]
    name = registry.name()
    has_email = contract != "volunteer" and chance.random() < 0.8
    post = Post(
        employer,
        registry.staff_number(employer, contract),
        [Spell(_job(chance, employer, sector, contract), from_on)],
    )
    return Life(0, Identity(name, registry.address(name, employer) if has_email else None), [post], care)


def _job(chance: Random, employer: Employer, sector: Field, contract: str) -> Job:
    station = chance.choices([s for s, _ in employer.stations], [w for _, w in employer.stations])[0]
    role, _, with_children = chance.choices(sector.roles, [weight for _, weight, _ in sector.roles])[0]
    also = ("protection",) if role == "community-mobiliser" and sector.slug != "protection" else ()
    return Job(station, sector.slug, role, contract, chance.random() < with_children, also)


def _let_people_come_and_go(
    chance: Random, calendar: Calendar, registry: Registry, lives: list[Life]
) -> None:
    settled = [life for life in lives if life.post.spells[0].from_on < calendar.anchor - timedelta(days=120)]
    chance.shuffle(settled)
    leavers = [settled.pop() for _ in range(round(len(lives) * LEAVERS))]
    movers = [settled.pop() for _ in range(round(len(lives) * MOVERS))]
    for life in leavers:
        _leave(chance, calendar, life)
    for life in leavers[:RETURNERS]:
        _return(chance, calendar, life)
    for life in movers:
        _move(chance, calendar, life)
    for life in (settled.pop() for _ in range(PLANNED_LEAVERS)):
        life.post.spells[-1].through_on = calendar.anchor + timedelta(days=chance.randint(5, 40))
    for life in (settled.pop() for _ in range(IN_TWO_PLACES)):
        _take_a_second_post(chance, calendar, registry, life)
    newest = sorted(lives, key=lambda life: life.post.spells[0].from_on)[-30:]
    for life in chance.sample(newest, FUTURE_STARTERS):
        life.post.spells[0].from_on = next_monday(calendar.anchor + timedelta(days=chance.randint(1, 14)))


def _leave(chance: Random, calendar: Calendar, life: Life) -> None:
    spell = life.post.spells[0]
    earliest = max(spell.from_on, calendar.required_on) + timedelta(days=60)
    room = (calendar.anchor - earliest).days - 4
    spell.through_on = earliest + timedelta(days=chance.randint(0, max(room, 1)))


def _return(chance: Random, calendar: Calendar, life: Life) -> None:
    spell = life.post.spells[0]
    gap = chance.choice((12, 20, 27, 45, 60, 90, 120, 150))
    latest = calendar.anchor - timedelta(days=gap + 14)
    spell.through_on = min(spell.through_on or latest, max(latest, spell.from_on + timedelta(days=30)))
    life.post.spells.append(Spell(spell.job, spell.through_on + timedelta(days=gap)))


def _move(chance: Random, calendar: Calendar, life: Life) -> None:
    spell = life.post.spells[0]
    earliest = max(spell.from_on, calendar.required_on) + timedelta(days=30)
    day = next_monday(
        earliest + timedelta(days=chance.randint(0, max((calendar.anchor - earliest).days - 20, 1)))
    )
    if day > calendar.anchor - timedelta(days=3):
        return
    sector = chance.choice(FIELDS) if chance.random() < 0.5 else FIELD_OF[spell.job.sector]
    spell.through_on = day - timedelta(days=1)
    life.post.spells.append(Spell(_job(chance, life.post.employer, sector, spell.job.contract), day))


def _take_a_second_post(chance: Random, calendar: Calendar, registry: Registry, life: Life) -> None:
    other = chance.choice([employer for employer in EMPLOYERS if employer is not life.post.employer])
    job = _job(chance, other, FIELD_OF[life.post.spells[0].job.sector], "consultant")
    day = next_monday(calendar.anchor - timedelta(days=chance.randint(60, 200)))
    life.posts.append(Post(other, registry.staff_number(other, "consultant"), [Spell(job, day)]))


def career(chance: Random, calendar: Calendar, life: Life) -> Iterator[Act]:
    """Yields what HR records about somebody's work, each a few days before it begins or ends."""
    for index, post in enumerate(life.posts):
        first = post.spells[0]
        at = calendar.office(first.from_on - timedelta(days=chance.randint(1, 4)), chance)
        identity = life.identity if index == 0 else None
        yield Join(
            calendar.clamp(at), life.number, post.employer.slug, post.staff_number, first.job,
            first.from_on, None, identity,
        )  # fmt: skip
        for before, after in pairwise(post.spells):
            if before.through_on is None:
                raise ValueError("only the last spell may be open")
            at = calendar.office(after.from_on - timedelta(days=chance.randint(1, 4)), chance)
            if before.through_on + timedelta(days=1) == after.from_on:
                yield Move(at, life.number, post.staff_number, after.job, after.from_on)
            else:
                yield _leaving(chance, calendar, life, post, before.through_on)
                yield Return(at, life.number, post.staff_number, after.job, after.from_on)
        last = post.spells[-1].through_on
        if last is not None:
            yield _leaving(chance, calendar, life, post, last)


def _leaving(chance: Random, calendar: Calendar, life: Life, post: Post, through_on: date) -> Leave:
    at = calendar.office(through_on - timedelta(days=chance.randint(2, 14)), chance)
    return Leave(min(at, calendar.last_at), life.number, post.staff_number, through_on)
