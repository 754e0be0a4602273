"""Reads which certificates count no longer."""

from collections.abc import Sequence

from sqlalchemy import func, select

from lms.certification.models import Award, Revocation
from lms.certification.signing.rules import STATUS_BLOCK
from lms.kernel.db import session


def status_version() -> tuple[int, int, int]:
    """Returns what differs once the status list does: its length in blocks, how many were revoked, and replaced."""
    last, replaced = session.execute(select(func.max(Award.id), func.count(Award.supersedes_id))).one()
    return (last or 0) // STATUS_BLOCK + 1, session.scalar(select(func.count(Revocation.id))) or 0, replaced


def list_ended_ids() -> Sequence[int]:
    """Lists the ids of all awards that were revoked or replaced."""
    replaced = select(Award.supersedes_id).where(Award.supersedes_id.is_not(None))
    return session.scalars(select(Revocation.award_id).union(replaced)).all()
