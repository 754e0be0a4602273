"""Writing the audit trail."""

from typing import Any

from lms.audit.models import AuditEntry
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session


def record(
    actor: Actor,
    action: str,
    subject: str,
    subject_id: int | None = None,
    *,
    organisation_id: int | None = None,
    reason: str = "",
    **detail: Any,
) -> None:
    """Adds one line to the audit trail, in the transaction of the act itself.

    ``action`` reads room.verb; ``detail`` takes numbers and codes only, never names or answers.
    """
    session.add(
        AuditEntry(
            recorded_at=clock.now(),
            account_id=actor.account_id or None,
            organisation_id=organisation_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            reason=reason[:500],
            detail=detail,
        )
    )
