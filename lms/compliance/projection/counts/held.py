"""Counts of an organisation held as they were before a list of people began to be imported, until it is through.

A list is recorded batch by batch, and each batch changes the counts. What was counted before stands meanwhile in the
same tables under the organisation's number with a minus sign, so that a report reads it as it reads any other.
"""

from datetime import timedelta

from sqlalchemy import delete, insert, select

from lms.compliance.projection.counts.deltas import locked_state
from lms.compliance.projection.counts.snapshots import list_held
from lms.compliance.projection.inputs import is_up_to_date
from lms.compliance.projection.models import CountDelta, CountHold, CountSnapshot, DailyCount
from lms.kernel import clock
from lms.kernel.db import session
from lms.kernel.transaction_memo import clear_memo

JUST_BEFORE = timedelta(microseconds=1)
"""What the list records at this very moment is not among what is held."""
TABLES = (CountSnapshot, DailyCount, CountDelta)


def hold(organisation_id: int) -> None:
    """Holds the counts of an organisation, unless they are held already or are not up to date."""
    # Nothing is compacted while the rows are copied.
    locked_state()
    # What was read before the lock may have changed meanwhile.
    clear_memo()
    if list_held([organisation_id]) or not is_up_to_date([organisation_id]):
        return
    for table in TABLES:
        names = [each.name for each in table.__table__.columns if each.name not in ("id", "organisation_id")]
        columns = (getattr(table, name) for name in names)
        rows = select(-table.organisation_id, *columns).where(table.organisation_id == organisation_id)
        session.execute(insert(table).from_select(["organisation_id", *names], rows))
    session.add(CountHold(organisation_id=organisation_id, held_at=clock.now() - JUST_BEFORE))
    session.flush()


def release(organisation_id: int) -> None:
    """Removes what was held of an organisation: its own counts are whole again."""
    locked_state()
    for table in TABLES:
        session.execute(
            delete(table).where(table.organisation_id == -organisation_id),
            execution_options={"synchronize_session": False},
        )
    session.execute(delete(CountHold).where(CountHold.organisation_id == organisation_id))
    clear_memo()
