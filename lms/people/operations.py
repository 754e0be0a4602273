"""What changes among people: recording organisations, stations, persons, employments and placements."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from lms.audit.operations import record
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.text import normalise
from lms.people import queries
from lms.people.errors import DaysRefused, LastDayRefused, PlacementChanged, ShortNameTaken, StaffNumberTaken
from lms.people.events import people_added, placements_changed
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement
from lms.people.rules import overlap


@dataclass(frozen=True, slots=True)
class Work:
    """Where somebody works and as what: the words of a placement."""

    station_id: int
    sector: str
    role: str
    contract: str = "staff"
    works_with_children: bool = False
    also_sectors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is to be added to an organisation."""

    name: str
    staff_number: str
    email: str | None
    work: Work
    from_on: date
    through_on: date | None = None


def record_organisation(
    actor: Actor,
    *,
    slug: str,
    name: str,
    initials: str,
    time_zone: str = "UTC",
    shares_coverage: bool = False,
) -> Organisation:
    """Records an organisation. Raises ``ShortNameTaken`` where another has the slug."""
    if queries.find_organisation_by_slug(slug) is not None:
        raise ShortNameTaken("Another organisation has this short name. Choose a different one.")
    organisation = Organisation(
        slug=slug,
        name=name,
        initials=initials,
        time_zone=time_zone,
        shares_coverage=shares_coverage,
        recorded_at=clock.now(),
    )
    session.add(organisation)
    session.flush()
    record(actor, "people.record_organisation", "organisation", organisation.id)
    return organisation


def change_organisation(
    actor: Actor,
    organisation: Organisation,
    *,
    name: str,
    initials: str,
    time_zone: str,
    shares_coverage: bool,
    reason: str,
) -> None:
    """Changes what an organisation is called, its time zone, and whether coordinators see its counts.

    Certificates issued before keep the old name: they froze it.
    """
    agreed = organisation.shares_coverage
    organisation.name = name
    organisation.initials = initials
    organisation.time_zone = time_zone
    organisation.shares_coverage = shares_coverage
    session.flush()
    record(
        actor, "people.change_organisation", "organisation", organisation.id,
        organisation_id=organisation.id, reason=reason,
        shared_before=agreed, shares_now=shares_coverage,
    )  # fmt: skip


def record_station(
    actor: Actor, *, slug: str, name: str, country: str, time_zone: str = "UTC"
) -> DutyStation:
    """Records a duty station. Raises ``ShortNameTaken`` where another has the slug."""
    if queries.find_station(slug) is not None:
        raise ShortNameTaken("Another station has this short name. Choose a different one.")
    station = DutyStation(slug=slug, name=name, country=country, time_zone=time_zone, recorded_at=clock.now())
    session.add(station)
    session.flush()
    record(actor, "people.record_station", "duty_station", station.id)
    return station


def record_person(actor: Actor, *, name: str, email: str | None = None, language: str = "en") -> Person:
    """Records a person; the e-mail is stored in lower case."""
    person = Person(name=normalise(name), email=_address(email), language=language, recorded_at=clock.now())
    session.add(person)
    session.flush()
    record(actor, "people.record_person", "person", person.id)
    return person


def employ(actor: Actor, person: Person, organisation_id: int, staff_number: str) -> Employment:
    """Records that a person has a staff number at an organisation.

    Raises ``StaffNumberTaken`` where somebody there has it, in capitals or not: people sign in with it.
    """
    number = normalise(staff_number)
    queries.lock_organisation(organisation_id)
    if queries.find_employment_by_number(organisation_id, number) is not None:
        raise StaffNumberTaken("This staff number belongs to somebody else in the organisation.")
    employment = Employment(
        person_id=person.id,
        organisation_id=organisation_id,
        staff_number=number,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(employment)
    session.flush()
    record(actor, "people.employ", "employment", employment.id, organisation_id=organisation_id)
    return employment


def add_person(actor: Actor, organisation_id: int, newcomer: Newcomer) -> tuple[Person, bool]:
    """Adds somebody to an organisation: person, employment, first placement and, by the signal, an account.

    Returns the person, and whether they are new: the same staff number with the same name and e-mail leads to
    the person there is, so that sending a form twice does no harm. Raises ``StaffNumberTaken`` where the number
    is another person's, and what listeners to ``people_added`` raise.
    """
    queries.lock_organisation(organisation_id)
    known = queries.find_employment_by_number(organisation_id, normalise(newcomer.staff_number))
    if known is not None:
        same = (normalise(newcomer.name), _address(newcomer.email)) == (
            known.person.name,
            known.person.email,
        )
        if same:
            return known.person, False
        raise StaffNumberTaken("This staff number belongs to somebody else in the organisation.")
    person = record_person(actor, name=newcomer.name, email=newcomer.email)
    employment = employ(actor, person, organisation_id, newcomer.staff_number)
    place(actor, employment, newcomer.work, newcomer.from_on, newcomer.through_on)
    people_added.send(None, persons={person.id}, actor=actor)
    return person, True


def place(
    actor: Actor,
    employment: Employment,
    work: Work,
    from_on: date,
    through_on: date | None = None,
    *,
    reason: str = "",
) -> Placement:
    """Records a placement from day to day. Raises ``DaysRefused`` where it would overlap another of the employment."""
    if through_on is not None and through_on < from_on:
        raise LastDayRefused("The last day is before the first.")
    queries.lock_employment(employment.id)
    if _overlaps(employment, from_on, through_on):
        raise DaysRefused(
            "This overlaps another placement of the same employment. End or move the other one first."
        )
    placement = _add(actor, employment.id, work, from_on, through_on)
    record(
        actor, "people.place", "placement", placement.id, organisation_id=employment.organisation_id, reason=reason,
        sector=work.sector, station=work.station_id,
    )  # fmt: skip
    placements_changed.send(None, persons={employment.person_id})
    return placement


def end_placement(
    actor: Actor, placement: Placement, employment: Employment, through_on: date, *, reason: str = ""
) -> Placement:
    """Sets the last day of a placement: the row is retracted and one with that last day recorded.

    The day may be earlier or later than the one there was. Raises ``LastDayRefused`` for a day before the first
    (that is a correction) or one that would reach into the next placement.
    """
    if through_on < placement.from_on:
        raise LastDayRefused(
            "The last day is before the first. If the placement never was, withdraw it instead."
        )
    _check_still_there(placement)
    if _overlaps(employment, placement.from_on, through_on, besides=placement.id):
        raise LastDayRefused("By then the next placement has begun. Choose an earlier last day.")
    _take_back(actor, placement)
    closed = _add(actor, employment.id, _work(placement), placement.from_on, through_on)
    record(
        actor, "people.end_placement", "placement", placement.id, organisation_id=employment.organisation_id,
        reason=reason, through=through_on.isoformat(),
    )  # fmt: skip
    placements_changed.send(None, persons={employment.person_id})
    return closed


def withdraw_placement(
    actor: Actor, placement: Placement, employment: Employment, *, reason: str = ""
) -> None:
    """Withdraws a placement that should not have been recorded; reports on earlier days keep knowing it was."""
    _check_still_there(placement)
    _take_back(actor, placement)
    record(
        actor, "people.withdraw_placement", "placement", placement.id,
        organisation_id=employment.organisation_id, reason=reason,
    )  # fmt: skip
    placements_changed.send(None, persons={employment.person_id})


def move(
    actor: Actor, placement: Placement, employment: Employment, work: Work, from_on: date, *, reason: str = ""
) -> Placement:
    """Moves somebody to other work from a day on: the running placement ends the day before.

    The new placement keeps the last day of the old one, if it has one. From the first day of the old one on, it
    takes its place altogether. Raises ``DaysRefused`` outside the days of the old one.
    """
    through_on = placement.through_on
    if through_on is not None and through_on < from_on:
        raise DaysRefused("The placement has ended by then. Record a new one instead.")
    if from_on < placement.from_on:
        raise DaysRefused("The placement has not begun by then. Choose its first day or a later one.")
    if from_on == placement.from_on:
        withdraw_placement(actor, placement, employment, reason=reason)
    else:
        end_placement(actor, placement, employment, from_on - timedelta(days=1), reason=reason)
    return place(actor, employment, work, from_on, through_on, reason=reason)


def _address(email: str | None) -> str | None:
    return normalise(email).lower() or None


def _overlaps(
    employment: Employment, from_on: date, through_on: date | None, besides: int | None = None
) -> bool:
    return any(
        overlap(from_on, through_on, other.from_on, other.through_on)
        for other in queries.list_placements(employment.id)
        if other.id != besides
    )


def _check_still_there(placement: Placement) -> None:
    queries.lock_employment(placement.employment_id)
    session.refresh(placement, ["retracted_at"])
    if placement.retracted_at is not None:
        raise PlacementChanged("This placement was changed meanwhile. Here is how things stand now.")


def _take_back(actor: Actor, placement: Placement) -> None:
    placement.retracted_at = clock.now()
    placement.retracted_by = actor.account_id or None
    session.flush()


def _work(placement: Placement) -> Work:
    return Work(
        station_id=placement.station_id,
        sector=placement.sector,
        role=placement.role,
        contract=placement.contract,
        works_with_children=placement.works_with_children,
        also_sectors=list(placement.also_sectors),
    )


def _add(actor: Actor, employment_id: int, work: Work, from_on: date, through_on: date | None) -> Placement:
    placement = Placement(
        employment_id=employment_id,
        station_id=work.station_id,
        sector=work.sector,
        also_sectors=list(work.also_sectors),
        role=work.role,
        contract=work.contract,
        works_with_children=work.works_with_children,
        from_on=from_on,
        through_on=through_on,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(placement)
    session.flush()
    return placement
