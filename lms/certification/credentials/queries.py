"""Reads which certificates count no longer."""

from collections.abc import Sequence

from sqlalchemy import func, select

from lms.certification.models import Award, Revocation
from lms.certification.signing.rules import STATUS_BLOCK
from lms.kernel.db import session


def status_version() -> tuple[int, int, int]:
    """Returns what differs once the status list does: its blocks, the last revocation, and how many were replaced."""
    # Each by its index: together they would go through all awards.
    last = session.scalar(select(func.max(Award.id)))
    replaced = session.scalar(select(func.count()).where(Award.supersedes_id.is_not(None)))
    revoked = session.scalar(select(func.max(Revocation.id)))
    return (last or 0) // STATUS_BLOCK + 1, revoked or 0, replaced or 0


def list_ended_ids() -> Sequence[int]:
    """Lists the ids of all awards that were revoked or replaced."""
    replaced = select(Award.supersedes_id).where(Award.supersedes_id.is_not(None))
    return session.scalars(select(Revocation.award_id).union(replaced)).all()
