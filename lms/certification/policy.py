"""Who may see a certificate, and who may end or correct an award.

A certificate is visible to its holder, to HR of the organisation it was earned under, and to HR of an organisation
where the holder works now or will work, or worked on or after the day it was earned: what a report of that time rests
on stays readable. An administrator runs the server and sees none.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, exists, false, or_, true

from lms.certification.models import Award
from lms.kernel.actor import Actor, Role
from lms.people.api import select_merged_ids
from lms.people.models import Employment, Placement


def visible_awards(actor: Actor, today: date) -> ColumnElement[bool]:
    """Returns the condition on awards that is true for those the actor may see, `today` in their zone."""
    scope = actor.organisations(Role.HR)
    of_scope: ColumnElement[bool] = true() if scope is None else Employment.organisation_id.in_(scope)
    earned_in_scope = Award.organisation_id.is_not(None) if scope is None else Award.organisation_id.in_(scope)
    own = Award.person_id.in_(select_merged_ids(actor.person_id)) if actor.person_id is not None else false()
    worked_since = exists().where(
        Employment.person_id == Award.person_id,
        Placement.employment_id == Employment.id,
        Placement.retracted_at.is_(None),
        or_(Placement.through_on.is_(None), Placement.through_on >= today, Placement.through_on >= Award.earned_on),
        of_scope,
    )
    return or_(own, earned_in_scope, worked_since)


def may_change_certificate(actor: Actor, award: Award, employers: Collection[int]) -> bool:
    """Says whether the actor may revoke the award or correct its name.

    HR of the organisation it was earned under may; where there was none, HR of the holder's employers.
    """
    responsible = employers if award.organisation_id is None else (award.organisation_id,)
    return any(actor.covers(Role.HR, organisation) for organisation in responsible)


def may_record_training(actor: Actor, organisation_id: int) -> bool:
    """Says whether the actor may record, see and withdraw sessions and prior training of an organisation."""
    return actor.covers(Role.HR, organisation_id)
