"""Who may see a certificate, and who may end or correct an award.

A certificate is seen by its holder, by the HR of the organisation it was earned under, and by the HR of an
organisation where the holder works now or will work. An administrator runs the server and sees none.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, exists, false, or_, true

from lms.certification.models import Award, Recognition, TrainingSession
from lms.kernel.actor import Actor, Role
from lms.people.api import select_merged_ids
from lms.people.models import Employment, Placement


def may_see_certificate(
    actor: Actor, award: Award, employers: Collection[int], members: Collection[int] = ()
) -> bool:
    """Says whether the actor may see an award's certificate.

    `employers` are the organisations where the holder works today or later (`queries.employers_of`), `members` the
    persons who are one with the actor (`people.load_merged_ids`).
    """
    if actor.person_id is not None and award.person_id in (actor.person_id, *members):
        return True
    organisations = {*employers, award.organisation_id} - {None}
    return any(actor.covers(Role.HR, organisation) for organisation in organisations if organisation)


def visible_awards(actor: Actor, today: date) -> ColumnElement[bool]:
    """Returns the condition on awards that is true for those the actor may see: `may_see_certificate` in SQL."""
    scope = actor.organisations(Role.HR)
    of_scope: ColumnElement[bool] = true() if scope is None else Employment.organisation_id.in_(scope)
    earned_in_scope = (
        Award.organisation_id.is_not(None) if scope is None else Award.organisation_id.in_(scope)
    )
    own = Award.person_id.in_(select_merged_ids(actor.person_id)) if actor.person_id is not None else false()
    return or_(
        own, earned_in_scope, exists().where(Employment.person_id == Award.person_id, *works(today), of_scope)
    )


def works(today: date) -> tuple[ColumnElement[bool], ...]:
    """Returns the conditions that join an employment to a known placement that holds today or starts later."""
    return (
        Placement.employment_id == Employment.id,
        Placement.retracted_at.is_(None),
        or_(Placement.through_on.is_(None), Placement.through_on >= today),
    )


def may_change_certificate(actor: Actor, award: Award, employers: Collection[int]) -> bool:
    """Says whether the actor may revoke the award or correct its name.

    That is for the HR of the organisation it was earned under; where there was none, of the holder's own.
    """
    deciding = employers if award.organisation_id is None else (award.organisation_id,)
    return any(actor.covers(Role.HR, organisation) for organisation in deciding)


def may_record_training(actor: Actor, organisation_id: int) -> bool:
    """Says whether the actor may record, see and withdraw sessions and prior training of an organisation."""
    return actor.covers(Role.HR, organisation_id)


def visible_sessions(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on sessions that is true for those of `may_record_training`."""
    scope = actor.organisations(Role.HR)
    return true() if scope is None else TrainingSession.organisation_id.in_(sorted(scope))


def visible_recognitions(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on recognitions that is true for those of `may_record_training`."""
    scope = actor.organisations(Role.HR)
    return true() if scope is None else Recognition.organisation_id.in_(sorted(scope))
