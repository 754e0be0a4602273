"""Every SELECT of awards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, bindparam, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.catalogue.models import Course
from lms.certification import policy
from lms.certification.awards.rules import normalise_serial, print_serial
from lms.certification.awards.states import AwardState, state_on
from lms.certification.models import Award, AwardName, Recognition, Revocation
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.days import ONE_DAY
from lms.kernel.db import locked, session
from lms.kernel.errors import NotThere
from lms.people.api import find_sector, select_merged_ids
from lms.people.models import Employment, Person, Placement

_Successor = aliased(Award)


@dataclass(frozen=True, slots=True)
class RecordedAward:
    """An award with everything that was recorded about it since.

    `name` is None once it was erased; `replaced_by` is the stored serial of the corrected award.
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

    def state_on(self, day: date) -> AwardState:
        """Returns the state of the award on a day."""
        return state_on(
            day,
            valid_until=self.award.valid_until,
            revoked_on=self.revocation.effective_on if self.revocation else None,
            replaced=self.replaced_by is not None,
        )


@dataclass(frozen=True, slots=True)
class AwardRow:
    """An award of a list: its text as printed, and its state today in the zone where it was earned."""

    serial: str
    course: str
    course_slug: str
    sector: str | None
    earned_on: date
    valid_until: date
    state: AwardState


def _recorded() -> Select[Award, str, Revocation, str, str]:
    return (
        select(
            Award, AwardName.name, Revocation, _Successor.serial.label("replaced_by"), Course.slug.label("course_slug")
        )
        .join(Course, Course.id == Award.course_id)
        .outerjoin(AwardName, AwardName.award_id == Award.id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(_Successor, _Successor.supersedes_id == Award.id)
    )


def _find(*conditions: ColumnElement[bool]) -> RecordedAward | None:
    row = session.execute(_recorded().where(*conditions)).one_or_none()
    return _recorded_award(row) if row is not None else None


def _recorded_award(row: Row[Award, str, Revocation, str, str]) -> RecordedAward:
    return RecordedAward(row.Award, row.name, row.Revocation, row.replaced_by, row.course_slug)


def find_award(serial: str) -> RecordedAward | None:
    """Finds an award by its serial in the stored form (`rules.normalise_serial`), for anybody."""
    return _find(Award.serial == serial)


def find_award_of_attempt(attempt_id: int) -> RecordedAward | None:
    """Finds the award that an attempt earned, or the last one that replaced it."""
    found = _find(Award.attempt_id == attempt_id)
    while found is not None and found.replaced_by is not None:
        found = find_award(found.replaced_by)
    return found


def load_award_for(actor: Actor, serial: str) -> RecordedAward:
    """Loads the award behind a serial as typed; raises `NotThere` where it is unknown or not for the actor."""
    stored = normalise_serial(serial)
    visible = policy.visible_awards(actor, clock.today(actor.time_zone))
    found = _find(Award.serial == stored, visible) if stored else None
    if found is None:
        raise NotThere
    return found


# Built once, because every visit of a learner's page runs it and building costs more than running.
AWARDS = (
    _recorded()
    .where(Award.person_id.in_(select_merged_ids(bindparam("person"))))
    .order_by(Award.earned_on.desc(), Award.id.desc())
)
CURRENT_AWARDS = AWARDS.where(_Successor.id.is_(None))


def list_awards_of(person_id: int, *, with_replaced: bool = False) -> list[AwardRow]:
    """Lists a person's awards and those of merged records, the last earned first; replaced ones only on request."""
    rows = session.execute(AWARDS if with_replaced else CURRENT_AWARDS, {"person": person_id})
    return [_award_row(_recorded_award(row)) for row in rows]


def _award_row(recorded: RecordedAward) -> AwardRow:
    award = recorded.award
    return AwardRow(
        serial=recorded.serial,
        course=award.printed["course"],
        course_slug=recorded.course_slug,
        sector=award.sector,
        earned_on=award.earned_on,
        valid_until=award.valid_until,
        state=recorded.state_on(clock.today(award.zone)),
    )


_LAST_AWARD = (
    select(Award)
    .outerjoin(Revocation, Revocation.award_id == Award.id)
    .outerjoin(_Successor, _Successor.supersedes_id == Award.id)
    .where(
        Award.person_id.in_(select_merged_ids(bindparam("person"))),
        Award.course_id == bindparam("of_course"),
        Award.earned_on <= bindparam("earned_by"),
        Revocation.id.is_(None),
        _Successor.id.is_(None),
    )
    .order_by(Award.valid_until.desc(), Award.earned_on.desc(), Award.id.desc())
    .limit(1)
)


def find_last_award(person_id: int, course_id: int, sector: str | None, earned_by: date) -> Award | None:
    """Finds the award that ends last of those earned by a day that are neither revoked nor replaced.

    Of several that end on one day it is the one earned later, then the one recorded later. With a sector only awards
    of that sector count; without one, all of the course.
    """
    statement = _LAST_AWARD if sector is None else _LAST_AWARD.where(Award.sector == sector)
    return session.scalar(statement, {"person": person_id, "of_course": course_id, "earned_by": earned_by})


def employers_of(person_id: int, today: date) -> frozenset[int]:
    """Returns the organisations where a person works today or has a placement that starts later."""
    statement = (
        select(Employment.organisation_id)
        .join(Placement, Placement.employment_id == Employment.id)
        .where(Employment.person_id == person_id, *policy.works_from(today))
    )
    return frozenset(session.scalars(statement))


def find_placement_at(person_id: int, moment: datetime) -> Placement | None:
    """Finds the placement of a moment, counted in its own zone: of several the one that began last."""
    # No zone is further than a day from UTC, so only placements around the UTC day can match.
    day = moment.date()
    found = _list_placements([person_id], day - ONE_DAY, day + ONE_DAY)
    return next((p for p in found if _covers(p, moment.astimezone(ZoneInfo(zone_of(p))).date())), None)


def find_placement_on(person_id: int, day: date) -> Placement | None:
    """Finds the placement of a day: of several the one that began last."""
    return next(iter(_list_placements([person_id], day, day)), None)


def list_placements_of(person_ids: Collection[int], days: Collection[date]) -> dict[int, list[Placement]]:
    """Lists the placements of several people around some days, by person, those that began last first."""
    found: dict[int, list[Placement]] = {person_id: [] for person_id in person_ids}
    if days:
        for placement in _list_placements(person_ids, min(days), max(days)):
            found[placement.employment.person_id].append(placement)
    return found


def placement_on(placements: Sequence[Placement], day: date, *, at: int | None = None) -> Placement | None:
    """Returns the first of some placements that covers a day, one at an organisation before all others."""
    covering = [placement for placement in placements if _covers(placement, day)]
    at_organisation = (placement for placement in covering if placement.employment.organisation_id == at)
    return next(at_organisation, None) or next(iter(covering), None)


_PLACEMENTS = (
    select(Placement)
    .join(Placement.employment)
    .options(joinedload(Placement.station), joinedload(Placement.employment).joinedload(Employment.organisation))
    .where(
        Employment.person_id.in_(bindparam("persons", expanding=True)),
        Placement.retracted_at.is_(None),
        Placement.from_on <= bindparam("last"),
        or_(Placement.through_on.is_(None), Placement.through_on >= bindparam("first")),
    )
    .order_by(Placement.from_on.desc(), Placement.id.desc())
)


def _list_placements(person_ids: Collection[int], first: date, last: date) -> Sequence[Placement]:
    """Lists the placements that cover any of some days, those that began last first."""
    return session.scalars(_PLACEMENTS, {"persons": list(person_ids), "first": first, "last": last}).all()


def _covers(placement: Placement, day: date) -> bool:
    return placement.from_on <= day and (placement.through_on is None or day <= placement.through_on)


def zone_of(placement: Placement) -> str:
    """Returns the time zone of a placement: the station's, else the organisation's."""
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
    """Returns those of several people who ever had an award of a course, revoked ones included."""
    return set(
        session.scalars(select(Award.person_id).where(Award.person_id.in_(person_ids), Award.course_id == course_id))
    )


def find_issued(attempt_id: int) -> Award | None:
    """Finds the award that was issued for an attempt."""
    return session.scalar(select(Award).where(Award.attempt_id == attempt_id))


def is_serial_taken(serial: str) -> bool:
    """Says whether a serial is in use."""
    return session.scalar(select(Award.id).where(Award.serial == serial)) is not None


def find_sector_name(slug: str, language: str) -> str:
    """Returns a sector's name in a language, or its slug where the sector is no longer known."""
    sector = find_sector(slug)
    return sector.name(language) if sector else slug


def find_recognition(award_id: int) -> Recognition | None:
    """Finds who checked the attendance or earlier certificate of an award, and in which session it was earned."""
    return session.get(Recognition, award_id)
