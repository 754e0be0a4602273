"""Exempting a person from a requirement, and withdrawing an exemption; each with its reason."""

from datetime import date

from lms.audit.api import record
from lms.compliance import policy
from lms.compliance.errors import AlreadyWithdrawn
from lms.compliance.projection.update import mark_dirty
from lms.compliance.requirements.exemptions import queries
from lms.compliance.requirements.models import Exemption
from lms.compliance.requirements.operations import clean_reason
from lms.compliance.requirements.queries import applies_in
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _
from lms.people.api import list_employer_ids

EXEMPTION_KINDS = ("parental", "sick", "leave", "equivalence")
"""Why a person is exempt: three kinds of leave, the last for any other, or an equivalent qualification."""


def exempt(
    actor: Actor,
    *,
    person_id: int,
    requirement_id: int,
    organisation_id: int,
    from_on: date,
    until_on: date | None,
    kind: str,
    reason: str,
    evidence: str = "",
) -> Exemption:
    """Exempts a person from a requirement in one organisation, through `until_on` or without a last day.

    `kind` is one of `EXEMPTION_KINDS`. Raises NotYours, and Invalid where the person is not employed there, the
    requirement does not apply there, or the same is recorded already.
    """
    policy.require_allowed(policy.may_exempt(actor, organisation_id))
    if until_on is not None and until_on < from_on:
        raise Invalid(_("The last day is before the first day."))
    if kind not in EXEMPTION_KINDS:
        raise Invalid(_("Choose leave or equivalence."))
    if organisation_id not in list_employer_ids([person_id]):
        raise Invalid(_("This person is not employed in the organisation."))
    if not applies_in(requirement_id, organisation_id):
        raise Invalid(_("This requirement does not apply in the organisation."))
    exemption = Exemption(
        person_id=person_id,
        requirement_id=requirement_id,
        organisation_id=organisation_id,
        from_on=from_on,
        until_on=until_on,
        kind=kind,
        reason=clean_reason(reason),
        evidence=evidence.strip()[:200],
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    if queries.is_recorded(exemption):
        raise Invalid(_("This exemption is already recorded. Nothing was added."))
    session.add(exemption)
    session.flush()
    record(
        actor, "compliance.exempt", "exemption", exemption.id, organisation_id=organisation_id,
        reason=exemption.reason, person=person_id, requirement=requirement_id, kind=kind,
    )  # fmt: skip
    mark_dirty({person_id})
    return exemption


def withdraw_exemption(actor: Actor, exemption: Exemption, *, reason: str) -> None:
    """Withdraws an exemption, for all days; reports with earlier data still show it.

    Raises NotYours, AlreadyWithdrawn.
    """
    policy.require_allowed(policy.may_exempt(actor, exemption.organisation_id))
    if exemption.retracted_at is not None:
        raise AlreadyWithdrawn(_("This exemption has already been withdrawn. Nothing was changed."))
    reason = clean_reason(reason)
    exemption.retracted_at = clock.now()
    exemption.retracted_by = actor.account_id or None
    session.flush()
    record(
        actor, "compliance.withdraw_exemption", "exemption", exemption.id,
        organisation_id=exemption.organisation_id, reason=reason,
    )  # fmt: skip
    mark_dirty({exemption.person_id})
