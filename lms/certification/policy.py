"""Who may see a certificate and its evidence, and who may end or correct an award.

A certificate is visible to its holder and to HR, sessions and prior training to HR, each for its own people only: HR of
the organisation that recorded or issued it, and HR of an organisation where the holder works now or will work, or
worked on or after the day it was earned. What a report of that time rests on stays readable after somebody has left;
what others recorded after the last day (UTC) is theirs alone. An administrator runs the server and sees none.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlalchemy.orm import aliased

from lms.certification.models import Award, Recognition
from lms.kernel.actor import Actor, Role
from lms.kernel.db import utc_day
from lms.people.api import select_merged_ids, within_scope
from lms.people.models import Employment, Placement

_Recorder = aliased(Recognition)
"""Who recorded the session or prior training of an award, apart from a recognition that a query reads itself."""


def visible_awards(actor: Actor, today: date) -> ColumnElement[bool]:
    """Returns the condition on awards that is true for those the actor may see, `today` in their zone."""
    own = Award.person_id.in_(select_merged_ids(actor.person_id)) if actor.person_id is not None else false()
    return or_(own, seen_by_hr(actor, today))


def seen_by_hr(actor: Actor, today: date, award: Any = Award, recorded_at: Any = None) -> ColumnElement[bool]:
    """Returns the condition on awards that is true for those the actor may see as HR, with their evidence.

    `award` may be an alias of the table; `recorded_at` is the moment of what is shown, where not that of the award.
    """
    recorder = exists().where(_Recorder.award_id == award.id)
    return or_(
        recorder.where(within_scope(actor, _Recorder.organisation_id)),
        and_(award.organisation_id.is_not(None), within_scope(actor, award.organisation_id), ~recorder),
        worked_here(actor, today, award, recorded_at),
    )


def worked_here(actor: Actor, today: date, award: Any = Award, recorded_at: Any = None) -> ColumnElement[bool]:
    """Returns the condition on awards whose holder works for the actor's organisations, or did when it was known."""
    return exists().where(*joins_work(actor, today, award, recorded_at))


def joins_work(
    actor: Actor, today: date, award: Any = Award, recorded_at: Any = None
) -> tuple[ColumnElement[bool], ...]:
    """Returns the conditions of `worked_here` that join an employment and a placement to an award."""
    known_on = utc_day(award.recorded_at if recorded_at is None else recorded_at)
    known = and_(Placement.through_on >= award.earned_on, Placement.through_on >= known_on)
    return (
        Employment.person_id == award.person_id,
        Placement.employment_id == Employment.id,
        Placement.retracted_at.is_(None),
        or_(Placement.through_on.is_(None), Placement.through_on >= today, known),
        within_scope(actor, Employment.organisation_id),
    )


def may_change_certificate(actor: Actor, award: Award, employers: Collection[int]) -> bool:
    """Says whether the actor may revoke the award or correct its name.

    HR of the organisation it was earned under may; where there was none, HR of the holder's employers.
    """
    responsible = employers if award.organisation_id is None else (award.organisation_id,)
    return any(actor.covers(Role.HR, organisation) for organisation in responsible)


def may_record_training(actor: Actor, organisation_id: int) -> bool:
    """Says whether the actor may record and withdraw sessions and prior training of an organisation."""
    return actor.covers(Role.HR, organisation_id)
