"""Every SELECT of awards."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, not_, or_, select
from sqlalchemy.orm import aliased, joinedload, load_only

from lms.assessment.models import Attempt, OpenedBy
from lms.catalogue.models import Course
from lms.certification import policy
from lms.certification.awards.rules import AwardState, normalise_serial, print_serial, state_on
from lms.certification.models import Award, AwardName, Recognition, Revocation
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.batches import execute_in_batches
from lms.kernel.days import ONE_DAY
from lms.kernel.db import locked, session
from lms.kernel.errors import NotThere, require_found
from lms.people.api import list_employers_on_or_after, load_canonical_ids, merged_ids, select_merged_ids
from lms.people.models import Employment, Person, Placement

Successor = aliased(Award)
"""The award that corrects and replaces another."""


@dataclass(frozen=True, slots=True)
class RecordedAward:
    """An award with everything that was recorded about it since.

    `name` is None once it was erased; `replaced_by` is the stored serial of the corrected award.
    """

    award: Award
    name: str | None
    revocation: Revocation | None
    replaced_by: str | None

    @property
    def serial(self) -> str:
        """Returns the serial as printed."""
        return print_serial(self.award.serial)

    @property
    def state(self) -> AwardState:
        """Returns the state of the award today, in the zone where it was earned."""
        return self.state_on(clock.today(self.award.zone))

    def state_on(self, day: date) -> AwardState:
        """Returns the state of the award on a day."""
        return state_on(
            day,
            valid_until=self.award.valid_until,
            revoked_on=self.revocation.effective_on if self.revocation else None,
            replaced=self.replaced_by is not None,
        )


def select_recorded() -> Select[Award, str, Revocation, str]:
    """Returns the statement that reads awards with what was recorded about each since, as `RecordedAward` has it."""
    return (
        select(Award, AwardName.name, Revocation, Successor.serial.label("replaced_by"))
        .outerjoin(AwardName, AwardName.award_id == Award.id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(Successor, Successor.supersedes_id == Award.id)
    )


def _read(statement: Select[Award, str, Revocation, str], **parameters: Any) -> list[RecordedAward]:
    rows = session.execute(statement, parameters)
    return [RecordedAward(row.Award, row.name, row.Revocation, row.replaced_by) for row in rows]


def _find(*conditions: ColumnElement[bool]) -> RecordedAward | None:
    return next(iter(_read(select_recorded().where(*conditions))), None)


def find_award(serial: str) -> RecordedAward | None:
    """Finds an award by its serial in the stored form (`rules.normalise_serial`), for anybody."""
    return _find(Award.serial == serial)


def find_award_of_attempt(attempt_id: int) -> RecordedAward | None:
    """Finds the award that an attempt earned, or the last one that replaced it."""
    found = _find(Award.attempt_id == attempt_id)
    while found is not None and found.replaced_by is not None:
        found = find_award(found.replaced_by)
    return found


def find_opened_by(award: Award) -> OpenedBy:
    """Finds what opened the quiz that an award was earned by; of a corrected one, the quiz of the first."""
    while award.attempt_id is None and award.supersedes_id is not None:
        award = session.get_one(Award, award.supersedes_id)
    found = session.scalar(select(Attempt.opened_by).where(Attempt.id == award.attempt_id))
    return OpenedBy(found or OpenedBy.MODULES)


def load_award_for(actor: Actor, serial: str) -> RecordedAward:
    """Loads the award behind a serial as typed; raises `NotThere` where it is unknown or not for the actor."""
    stored = normalise_serial(serial)
    if stored is None:
        raise NotThere
    # Holders open their own: the condition of HR, which takes as long to build as to ask, is not needed then.
    if actor.person_id is not None and (own := _read(OWN_AWARD, serial=stored, person=actor.person_id)):
        return own[0]
    return require_found(_find(Award.serial == stored, policy.visible_awards(actor, clock.today(actor.time_zone))))


def find_visible_successor(actor: Actor, known: RecordedAward) -> RecordedAward | None:
    """Finds the award that replaced another, where there is one that the actor may see."""
    visible = policy.visible_awards(actor, clock.today(actor.time_zone))
    return _find(Award.supersedes_id == known.award.id, visible) if known.replaced_by else None


def may_see_evidence(actor: Actor, award: Award, *, revoked: bool = False) -> bool:
    """Says whether the actor may see the evidence of an award as HR, or what was recorded when it was revoked."""
    at = Revocation.recorded_at if revoked else None
    statement = select(Award.id).where(
        Award.id == award.id, policy.seen_by_hr(actor, clock.today(actor.time_zone), recorded_at=at)
    )
    if revoked:
        statement = statement.join(Revocation, Revocation.award_id == Award.id)
    return session.scalar(statement) is not None


# Built once, because every visit of a learner's page runs it and building costs more than running.
AWARDS = (
    select_recorded()
    .where(Award.person_id.in_(select_merged_ids(bindparam("person"))))
    .order_by(Award.earned_on.desc(), Award.id.desc())
)
OWN_AWARD = select_recorded().where(
    Award.serial == bindparam("serial"), Award.person_id.in_(select_merged_ids(bindparam("person")))
)
CURRENT_AWARDS = AWARDS.where(Successor.id.is_(None))


def list_awards_of(person_id: int, *, with_replaced: bool = False) -> list[RecordedAward]:
    """Lists a person's awards and those of merged records, the last earned first; replaced ones only on request."""
    return _read(AWARDS if with_replaced else CURRENT_AWARDS, person=person_id)


def seen_last(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition of `select_recorded` on awards that an actor may see as HR, each as corrected last.

    A correction that the actor may not see leaves the award that was there before.
    """
    today = clock.today(actor.time_zone)
    corrected = and_(Successor.id.is_not(None), policy.seen_by_hr(actor, today, Successor))
    return and_(policy.seen_by_hr(actor, today), not_(corrected))


def list_awards_seen_by(actor: Actor, person_id: int) -> list[RecordedAward]:
    """Lists a person's awards as `list_awards_of` does, those that an actor may see as HR."""
    return _read(AWARDS.where(seen_last(actor)), person=person_id)


def list_awards_after(
    actor: Actor, after: int, limit: int, *, persons: Collection[int] | None = None, course_slug: str | None = None
) -> list[RecordedAward]:
    """Lists awards that an actor may see as HR, each as corrected last, in the order of their numbers after one.

    Of some persons or (None) of all, and of one course or (None) of all.
    """
    statement = select_recorded().where(seen_last(actor), Award.id > after).order_by(Award.id).limit(limit)
    if persons is not None:
        statement = statement.where(Award.person_id.in_(sorted(persons)))
    if course_slug is not None:
        statement = statement.where(Award.course_id.in_(select(Course.id).where(Course.slug == course_slug)))
    return _read(statement)


def list_awards_named_otherwise(actor: Actor, person: Person) -> list[RecordedAward]:
    """Lists the awards of a person that show another name than their next one would, and that an actor may change."""
    employers = list_employers_on_or_after([person.id], clock.today(actor.time_zone))
    return [
        each
        for each in list_awards_seen_by(actor, person.id)
        if each.award.person_id == person.id
        and each.revocation is None
        and each.replaced_by is None
        and each.name not in (None, person.name_on_certificates)
        and policy.may_change_certificate(actor, each.award, employers)
    ]


def select_current() -> Select[Award]:
    """Returns the statement that reads awards that were neither revoked nor replaced."""
    return (
        select(Award)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(Successor, Successor.supersedes_id == Award.id)
        .where(Revocation.id.is_(None), Successor.id.is_(None))
    )


_LAST_AWARD = (
    select_current()
    .where(
        Award.person_id.in_(select_merged_ids(bindparam("person"))),
        Award.course_id == bindparam("of_course"),
        Award.earned_on <= bindparam("earned_by"),
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


def list_last_awards(
    course_id: int, keys: Collection[tuple[int, str | None, date]]
) -> dict[tuple[int, str | None, date], Award]:
    """Returns what `find_last_award` finds for each person, sector and day, where it finds one.

    One query for one of them, a query for each 500 persons for more.
    """
    if len(keys) == 1:
        ((person_id, sector, day),) = keys
        last = find_last_award(person_id, course_id, sector, day)
        return {(person_id, sector, day): last} if last else {}
    canonical_ids = load_canonical_ids()
    awards: defaultdict[int, list[Award]] = defaultdict(list)
    # Two documents of each would take longer to read than all the rest.
    needed = load_only(Award.person_id, Award.sector, Award.earned_on, Award.valid_until)
    statement = select_current().options(needed).where(Award.course_id == course_id)
    persons = merged_ids([person_id for person_id, _sector, _day in keys], canonical_ids)
    for (award,) in execute_in_batches(statement, Award.person_id, sorted(persons)):
        awards[canonical_ids.get(award.person_id, award.person_id)].append(award)
    found = {}
    for person_id, sector, day in keys:
        earlier = (
            each
            for each in awards[canonical_ids.get(person_id, person_id)]
            if each.earned_on <= day and sector in (None, each.sector)
        )
        last = max(earlier, key=lambda each: (each.valid_until, each.earned_on, each.id), default=None)
        if last is not None:
            found[person_id, sector, day] = last
    return found


def list_placements_of(person_ids: Collection[int], days: Collection[date]) -> dict[int, list[Placement]]:
    """Lists the placements of some people around some days, by person, those that began last first."""
    found: dict[int, list[Placement]] = {person_id: [] for person_id in person_ids}
    if days:
        # Around midnight the day in the zone of the station is the day before or after.
        around = {"first": min(days) - ONE_DAY, "last": max(days) + ONE_DAY}
        for placement in session.scalars(_PLACEMENTS, {"persons": list(person_ids)} | around):
            found[placement.employment.person_id].append(placement)
    return found


def placement_on(placements: Sequence[Placement], day: date, *, at: int | None = None) -> Placement | None:
    """Returns the first of some placements that covers a day, one at an organisation before all others."""
    covering = [each for each in placements if each.from_on <= day <= (each.through_on or date.max)]
    return min(covering, key=lambda each: each.employment.organisation_id != at, default=None)


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


def find_issued(attempt_id: int) -> Award | None:
    """Finds the award that was issued for an attempt."""
    return session.scalar(select(Award).where(Award.attempt_id == attempt_id))


def is_any_serial_taken(serials: Collection[str]) -> bool:
    """Says whether any of some serials is in use."""
    return session.scalar(select(Award.id).where(Award.serial.in_(serials)).limit(1)) is not None


def find_recognition(award_id: int) -> Recognition | None:
    """Finds who checked the attendance or earlier certificate of an award, and in which session it was earned."""
    return session.get(Recognition, award_id)


def select_awards_of(person_ids: Collection[int]) -> Select[int]:
    """Returns the subquery of the ids of all awards of some persons."""
    return select(Award.id).where(Award.person_id.in_(sorted(person_ids)))
