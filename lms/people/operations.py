"""Recording organisations, stations, persons, employments and placements, and changing them."""

from datetime import date

from lms.audit.api import record
from lms.kernel import clock, records
from lms.kernel.actor import Actor
from lms.kernel.days import ONE_DAY
from lms.kernel.db import lock_rows, session
from lms.kernel.i18n import gettext as _
from lms.kernel.identifiers import clean_email, clean_identifier
from lms.kernel.text import normalise
from lms.people import queries
from lms.people.errors import InvalidFirstDay, InvalidLastDay, ShortNameTaken, StaffNumberTaken
from lms.people.events import people_added, placements_changed
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement
from lms.people.rules import AssignmentDetails, overlap


def record_organisation(
    actor: Actor,
    *,
    slug: str,
    name: str,
    initials: str,
    time_zone: str = "UTC",
    shares_coverage: bool = False,
    quiz_without_modules: bool = False,
) -> Organisation:
    """Records an organisation. Raises ``ShortNameTaken`` where another has the slug."""
    if queries.find_organisation_by_slug(slug) is not None:
        raise ShortNameTaken(_("Another organisation has this short name. Choose a different one."))
    organisation = Organisation(
        slug=slug,
        name=name,
        initials=initials,
        time_zone=time_zone,
        shares_coverage=shares_coverage,
        quiz_without_modules=quiz_without_modules,
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
    quiz_without_modules: bool,
    reason: str,
) -> None:
    """Changes what an organisation is called, its time zone, and what it agreed to.

    Certificates issued before show the old name: they store it.
    """
    agreed, allowed = organisation.shares_coverage, organisation.quiz_without_modules
    organisation.name, organisation.initials = name, initials
    organisation.time_zone, organisation.shares_coverage = time_zone, shares_coverage
    organisation.quiz_without_modules = quiz_without_modules
    session.flush()
    record(
        actor, "people.change_organisation", "organisation", organisation.id,
        organisation_id=organisation.id, reason=reason,
        shared_before=agreed, shares_now=shares_coverage,
        quiz_without_modules_before=allowed, quiz_without_modules_now=quiz_without_modules,
    )  # fmt: skip


def record_station(actor: Actor, *, slug: str, name: str, country: str, time_zone: str = "UTC") -> DutyStation:
    """Records a duty station. Raises ``ShortNameTaken`` where another has the slug."""
    if queries.find_station(slug) is not None:
        raise ShortNameTaken(_("Another station has this short name. Choose a different one."))
    station = DutyStation(slug=slug, name=name, country=country, time_zone=time_zone, recorded_at=clock.now())
    session.add(station)
    session.flush()
    record(actor, "people.record_station", "duty_station", station.id)
    return station


def record_person(actor: Actor, *, name: str, email: str | None = None, language: str = "en") -> Person:
    """Records a person; the e-mail is stored in lower case."""
    person = Person(name=normalise(name), email=_email(email), language=language, recorded_at=clock.now())
    session.add(person)
    session.flush()
    record(actor, "people.record_person", "person", person.id)
    return person


def record_employment(actor: Actor, person: Person, organisation_id: int, staff_number: str) -> Employment:
    """Records that a person has a staff number at an organisation.

    Raises ``StaffNumberTaken`` where somebody there has it, however it is spelled: people sign in with it.
    """
    number = clean_identifier(staff_number)
    lock_rows(Organisation, organisation_id)
    if queries.find_employment_by_number(organisation_id, number) is not None:
        raise StaffNumberTaken
    employment = Employment(person_id=person.id, organisation_id=organisation_id, staff_number=number)
    records.add(actor, employment)
    record(actor, "people.employ", "employment", employment.id, organisation_id=organisation_id)
    return employment


def add_person(
    actor: Actor,
    organisation_id: int,
    details: AssignmentDetails,
    from_on: date,
    through_on: date | None = None,
    *,
    name: str,
    staff_number: str,
    email: str | None,
) -> tuple[Person, bool]:
    """Adds somebody to an organisation: person, employment, first placement and, by the signal, an account.

    Returns the person, and whether they are new: the same staff number with the same name and e-mail leads to
    the existing person, so that sending a form twice does no harm. Raises ``StaffNumberTaken`` where the number
    is another person's, and what subscribers to ``people_added`` raise.
    """
    lock_rows(Organisation, organisation_id)
    known = queries.find_employment_by_number(organisation_id, staff_number)
    if known is not None:
        if (known.person.name, known.person.email) == (normalise(name), _email(email)):
            return known.person, False
        raise StaffNumberTaken
    person = record_person(actor, name=name, email=email)
    employment = record_employment(actor, person, organisation_id, staff_number)
    record_placement(actor, employment, details, from_on, through_on)
    people_added.send(None, persons={person.id}, actor=actor)
    return person, True


def record_placement(
    actor: Actor,
    employment: Employment,
    details: AssignmentDetails,
    from_on: date,
    through_on: date | None = None,
    *,
    reason: str = "",
) -> Placement:
    """Records a placement from day to day, both included.

    Raises ``InvalidFirstDay`` where it would overlap another of the employment, ``InvalidLastDay``.
    """
    if through_on is not None and through_on < from_on:
        raise InvalidLastDay(_("The last day is before the first day."))
    lock_rows(Employment, employment.id)
    if _overlaps(employment, from_on, through_on):
        raise InvalidFirstDay(
            _("This overlaps another placement of the same employment. End or move the other one first.")
        )
    placement = _add(actor, employment.id, details, from_on, through_on)
    record(
        actor, "people.place", "placement", placement.id, organisation_id=employment.organisation_id, reason=reason,
        sector=details.sector, station=details.station_id,
    )  # fmt: skip
    placements_changed.send(None, persons={employment.person_id})
    return placement


def end_placement(
    actor: Actor, placement: Placement, employment: Employment, through_on: date, *, reason: str = ""
) -> Placement:
    """Sets the last day of a placement: the row is retracted and one with that last day recorded.

    The day may be earlier or later than the one there was. Raises ``InvalidLastDay`` for a day before the first
    (that is a withdrawal) or one that would reach into the next placement.
    """
    if through_on < placement.from_on:
        raise InvalidLastDay(
            _("The last day is before the first day. If the placement never took place, withdraw it instead.")
        )
    _require_unchanged(placement)
    if _overlaps(employment, placement.from_on, through_on, besides=placement.id):
        raise InvalidLastDay(_("The next placement begins before this day. Choose an earlier last day."))
    records.retract(actor, placement)
    ended = _add(actor, employment.id, placement.details, placement.from_on, through_on)
    record(
        actor, "people.end_placement", "placement", placement.id, organisation_id=employment.organisation_id,
        reason=reason, through=through_on.isoformat(),
    )  # fmt: skip
    placements_changed.send(None, persons={employment.person_id})
    return ended


def withdraw_placement(actor: Actor, placement: Placement, employment: Employment, *, reason: str = "") -> None:
    """Withdraws a placement that should not have been recorded; reports as known on earlier days still count it."""
    _require_unchanged(placement)
    records.retract(actor, placement)
    record(
        actor, "people.withdraw_placement", "placement", placement.id,
        organisation_id=employment.organisation_id, reason=reason,
    )  # fmt: skip
    placements_changed.send(None, persons={employment.person_id})


def move_placement(
    actor: Actor,
    placement: Placement,
    employment: Employment,
    details: AssignmentDetails,
    from_on: date,
    *,
    reason: str = "",
) -> Placement:
    """Moves somebody to another assignment from a day on: the present placement ends the day before.

    The new placement keeps the last day of the old one, if it has one. From the first day of the old one on, it
    replaces it altogether. Raises ``InvalidFirstDay`` outside the days of the old one.
    """
    through_on = placement.through_on
    if through_on is not None and through_on < from_on:
        raise InvalidFirstDay(_("The placement ends before this day. Record a new one instead."))
    if from_on < placement.from_on:
        raise InvalidFirstDay(_("The placement begins after this day. Choose its first day or a later one."))
    if from_on == placement.from_on:
        withdraw_placement(actor, placement, employment, reason=reason)
    else:
        end_placement(actor, placement, employment, from_on - ONE_DAY, reason=reason)
    return record_placement(actor, employment, details, from_on, through_on, reason=reason)


def _email(email: str | None) -> str | None:
    return clean_email(email) or None


def _overlaps(employment: Employment, from_on: date, through_on: date | None, besides: int | None = None) -> bool:
    return any(
        overlap(from_on, through_on, other.from_on, other.through_on)
        for other in queries.list_placements_of([employment.id])
        if other.id != besides
    )


def _require_unchanged(placement: Placement) -> None:
    lock_rows(Employment, placement.employment_id)
    session.refresh(placement, ["retracted_at"])
    queries.require_active(placement)


def _add(
    actor: Actor, employment_id: int, details: AssignmentDetails, from_on: date, through_on: date | None
) -> Placement:
    placement = Placement(
        employment_id=employment_id,
        **(details._asdict() | {"also_sectors": list(details.also_sectors)}),
        from_on=from_on,
        through_on=through_on,
    )
    return records.add(actor, placement)
