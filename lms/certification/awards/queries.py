"""Every SELECT of awards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, bindparam, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.catalogue.models import Course
from lms.certification import policy
from lms.certification.awards.rules import normalise_serial, print_serial
from lms.certification.awards.states import State, state_on
from lms.certification.models import Award, AwardName, Recognition, Revocation
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import locked, session
from lms.kernel.errors import NotThere
from lms.people.merging.queries import one_with
from lms.people.models import Employment, Person, Placement, Sector

_Successor = aliased(Award)


@dataclass(frozen=True, slots=True)
class RecordedAward:
    """An award with everything that was recorded about it since.

    `name` is None once it was erased; `replaced_by` is the stored serial of the award that stands in for it.
    """

    award: Award
    name: str | None
    revocation: Revocation | None
    replaced_by: str | None
    course_slug: str

    @property
    def serial(self) -> str:
        """Returns the serial as printed."""
        return print_serial(self.award.serial)


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One line of a list of awards: the words as printed, and the state today where it was earned."""

    serial: str
    course: str
    course_slug: str
    sector: str | None
    earned_on: date
    valid_until: date
    state: State


def _recorded() -> Select[Award, str, Revocation, str, str]:
    return (
        select(Award, AwardName.name, Revocation, _Successor.serial, Course.slug)
        .join(Course, Course.id == Award.course_id)
        .outerjoin(AwardName, AwardName.award_id == Award.id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(_Successor, _Successor.supersedes_id == Award.id)
    )


def _find(*conditions: ColumnElement[bool]) -> RecordedAward | None:
    row = session.execute(_recorded().where(*conditions)).one_or_none()
    return _with_all(row) if row is not None else None


def _with_all(row: Row[Award, str, Revocation, str, str]) -> RecordedAward:
    award, name, revocation, replaced_by, course_slug = row
    return RecordedAward(award, name, revocation, replaced_by, course_slug)


def find_award(serial: str) -> RecordedAward | None:
    """Finds an award by its serial in the stored form (`rules.normalise_serial`), whoever asks."""
    return _find(Award.serial == serial)


def find_award_of_attempt(attempt_id: int) -> RecordedAward | None:
    """Finds the award that an attempt earned, or the last of those that have replaced it."""
    found = _find(Award.attempt_id == attempt_id)
    while found is not None and found.replaced_by is not None:
        found = find_award(found.replaced_by)
    return found


def load_award_for(actor: Actor, serial: str) -> RecordedAward:
    """Loads the award behind a serial as typed; raises `NotThere` where it is unknown or not for the actor."""
    stored = normalise_serial(serial)
    seen = policy.visible_awards(actor, clock.today(actor.time_zone))
    found = _find(Award.serial == stored, seen) if stored else None
    if found is None:
        raise NotThere
    return found


def state_of(recorded: RecordedAward, today: date) -> State:
    """Returns the state of an award on a day."""
    return state_on(
        today,
        valid_until=recorded.award.valid_until,
        revoked_on=recorded.revocation.effective_on if recorded.revocation else None,
        replaced=recorded.replaced_by is not None,
    )


# Asked whenever somebody opens their page, so written once: writing a statement costs more than asking it.
AWARDS = (
    _recorded()
    .where(Award.person_id.in_(one_with(bindparam("person"))))
    .order_by(Award.earned_on.desc(), Award.id.desc())
)
STANDING_AWARDS = AWARDS.where(_Successor.id.is_(None))


def list_awards_of(person_id: int, *, with_replaced: bool = False) -> list[AwardRow]:
    """Lists a person's awards, the last earned first; replaced ones only where they are asked for.

    Those of who is one with the person are theirs.
    """
    rows = session.execute(AWARDS if with_replaced else STANDING_AWARDS, {"person": person_id})
    return [_row(_with_all(row)) for row in rows]


def _row(recorded: RecordedAward) -> AwardRow:
    award = recorded.award
    return AwardRow(
        serial=recorded.serial,
        course=award.printed["course"],
        course_slug=recorded.course_slug,
        sector=award.sector,
        earned_on=award.earned_on,
        valid_until=award.valid_until,
        state=state_of(recorded, clock.today(award.zone)),
    )


_LAST_AWARD = (
    select(Award)
    .outerjoin(Revocation, Revocation.award_id == Award.id)
    .outerjoin(_Successor, _Successor.supersedes_id == Award.id)
    .where(
        Award.person_id.in_(one_with(bindparam("person"))),
        Award.course_id == bindparam("asked_course"),
        Award.earned_on <= bindparam("earned_by"),
        Revocation.id.is_(None),
        _Successor.id.is_(None),
    )
    .order_by(Award.valid_until.desc(), Award.earned_on.desc(), Award.id.desc())
    .limit(1)
)


def find_last_award(person_id: int, course_id: int, sector: str | None, earned_by: date) -> Award | None:
    """Finds the award that ends last of those earned by a day that are neither revoked nor superseded.

    Of several that end on one day it is the later earned, then the later recorded. With a sector only awards of
    that sector count: without one, all of the course.
    """
    statement = _LAST_AWARD if sector is None else _LAST_AWARD.where(Award.sector == sector)
    return session.scalar(statement, {"person": person_id, "asked_course": course_id, "earned_by": earned_by})


def employers_of(person_id: int, today: date) -> frozenset[int]:
    """Returns the organisations where a person works today or has a placement that starts later."""
    statement = (
        select(Employment.organisation_id)
        .join(Placement, Placement.employment_id == Employment.id)
        .where(Employment.person_id == person_id, *policy.works(today))
    )
    return frozenset(session.scalars(statement))


def find_placement_at(person_id: int, moment: datetime) -> Placement | None:
    """Finds the placement that holds at a moment, counted in its own zone: the latest begun of several."""
    # No zone is further than a day from UTC, so the placements around the UTC day are all that can hold.
    day, one = moment.date(), timedelta(days=1)
    found = _list_placements([person_id], day - one, day + one)
    return next((p for p in found if _covers(p, moment.astimezone(ZoneInfo(zone_of(p))).date())), None)


def find_placement_on(person_id: int, day: date) -> Placement | None:
    """Finds the placement that holds on a day: the latest begun of several."""
    return next(iter(_list_placements([person_id], day, day)), None)


def list_placements_of(person_ids: Collection[int], days: Collection[date]) -> dict[int, list[Placement]]:
    """Lists the placements of several people around some days, by person, the latest begun first."""
    found: dict[int, list[Placement]] = {person_id: [] for person_id in person_ids}
    if days:
        for placement in _list_placements(person_ids, min(days), max(days)):
            found[placement.employment.person_id].append(placement)
    return found


def placement_on(placements: Sequence[Placement], day: date, *, at: int | None = None) -> Placement | None:
    """Returns the first of some placements that holds on a day, one at an organisation before all others."""
    holding = [placement for placement in placements if _covers(placement, day)]
    there = (placement for placement in holding if placement.employment.organisation_id == at)
    return next(there, None) or next(iter(holding), None)


_PLACEMENTS = (
    select(Placement)
    .join(Placement.employment)
    .options(
        joinedload(Placement.station),
        joinedload(Placement.employment).joinedload(Employment.organisation),
    )
    .where(
        Employment.person_id.in_(bindparam("persons", expanding=True)),
        Placement.retracted_at.is_(None),
        Placement.from_on <= bindparam("last"),
        or_(Placement.through_on.is_(None), Placement.through_on >= bindparam("first")),
    )
    .order_by(Placement.from_on.desc(), Placement.id.desc())
)


def _list_placements(person_ids: Collection[int], first: date, last: date) -> Sequence[Placement]:
    """Lists the placements that hold on any of some days: of each person the latest begun first."""
    return session.scalars(_PLACEMENTS, {"persons": list(person_ids), "first": first, "last": last}).all()


def _covers(placement: Placement, day: date) -> bool:
    return placement.from_on <= day and (placement.through_on is None or day <= placement.through_on)


def zone_of(placement: Placement) -> str:
    """Returns the zone in which days are counted under a placement: the station's, else the organisation's."""
    return placement.station.time_zone or placement.employment.organisation.time_zone


_LOCKED_PERSON = locked(select(Person).where(Person.id == bindparam("person")))


def lock_person(person_id: int) -> Person | None:
    """Finds a person and lets one transaction at a time decide about their awards."""
    return session.scalar(_LOCKED_PERSON, {"person": person_id})


def lock_people(person_ids: Collection[int]) -> Sequence[Person]:
    """Finds several people as `lock_person` does, always in the same order."""
    statement = select(Person).where(Person.id.in_(person_ids)).order_by(Person.id)
    return session.scalars(locked(statement)).all()


def list_holders(person_ids: Collection[int], course_id: int) -> set[int]:
    """Returns those of several people who ever had an award of a course."""
    return set(
        session.scalars(
            select(Award.person_id).where(Award.person_id.in_(person_ids), Award.course_id == course_id)
        )
    )


def find_issued(attempt_id: int) -> Award | None:
    """Finds the award that was issued for an attempt."""
    return session.scalar(select(Award).where(Award.attempt_id == attempt_id))


def is_serial_taken(serial: str) -> bool:
    """Says whether a serial is in use."""
    return session.scalar(select(Award.id).where(Award.serial == serial)) is not None


def list_sectors() -> Sequence[Sector]:
    """Returns all sectors."""
    return session.scalars(select(Sector)).all()


def find_sector_name(slug: str, language: str) -> str:
    """Returns a sector's name in a language, or its word where the sector is no longer known."""
    sector = session.get(Sector, slug)
    return sector.name(language) if sector else slug


def find_recognition(award_id: int) -> Recognition | None:
    """Finds who vouched for an award, and in which session it was earned."""
    return session.get(Recognition, award_id)
