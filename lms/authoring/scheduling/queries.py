"""Every SELECT of scheduled drafts."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from lms.authoring.models import Draft, DraftSchedule
from lms.kernel.db import session

_LATEST = select(func.max(DraftSchedule.id)).group_by(DraftSchedule.draft_id)


def find_schedule(draft: Draft) -> DraftSchedule | None:
    """Returns what was decided last about a draft's day."""
    query = select(DraftSchedule).where(DraftSchedule.draft_id == draft.id)
    return session.scalar(query.order_by(DraftSchedule.id.desc()).limit(1))


def list_due(day: date) -> Sequence[tuple[DraftSchedule, Draft]]:
    """Returns the open drafts that are to be published by a day, in the order in which that was decided."""
    query = (
        select(DraftSchedule, Draft)
        .join(Draft, Draft.id == DraftSchedule.draft_id)
        .where(DraftSchedule.id.in_(_LATEST), DraftSchedule.publish_on <= day, Draft.closed_at.is_(None))
        .order_by(DraftSchedule.id)
    )
    return [(row.DraftSchedule, row.Draft) for row in session.execute(query)]
