"""The ledger is added up three times a month instead of once: checkpoints take the place of months.

Both follow from the facts. So nothing is carried over; the worker's next run prepares everybody anew, and until then reports
say that they are being updated.
"""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0012"
down_revision = "0011"

TABLES = {"ledger_month": "month", "ledger_checkpoint": "before_on"}


def make_table(name: str) -> None:
    """Adds one of the two tables, which differ in the name of their day."""
    day = TABLES[name]
    columns = (
        (day, sa.Date()),
        ("organisation_id", database.BigId),
        ("course_id", database.BigId),
        ("sector", sa.String(length=40)),
        ("standing", sa.SmallInteger()),
        ("people", sa.Integer()),
    )
    op.create_table(
        name,
        *(sa.Column(column, kind, nullable=False) for column, kind in columns),
        sa.PrimaryKeyConstraint("course_id", day, "sector", "organisation_id", "standing", name=op.f(f"pk_{name}")),
    )


def begin_anew(before: str, after: str) -> None:
    """Names the first and the last one that is kept, and forgets everything that was prepared.

    Intervals as well: who stands as prepared adds nothing to a ledger that was emptied.
    """
    for table in ("ledger_entry", "ledger_day", "post_interval", "standing_interval"):
        op.execute(f"DELETE FROM {table}")
    for which in ("first", "last"):
        op.execute(f"ALTER TABLE ledger_state RENAME COLUMN {which}_{before} TO {which}_{after}")
    op.execute(f"UPDATE ledger_state SET basis = '', first_{after} = NULL, last_{after} = NULL")


def upgrade() -> None:
    """Puts checkpoints in the place of months."""
    op.drop_table("ledger_month")
    make_table("ledger_checkpoint")
    begin_anew("month", "checkpoint")


def downgrade() -> None:
    """Puts months back."""
    op.drop_table("ledger_checkpoint")
    make_table("ledger_month")
    begin_anew("checkpoint", "month")
