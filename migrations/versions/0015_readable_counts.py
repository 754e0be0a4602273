"""Counts name what they count: "overall" or a course, "(all)" sectors, a status or lapse by its word.

Numbers meant that before (course 0, an empty sector, statuses 10 to 12), which nobody could read in SQL.
"""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0015"
down_revision = "0014"

STATUSES = (
    "overdue", "expired", "revoked", "grace", "not_started", "in_progress", "expiring", "valid", "exempt",
    "not_required", "lapses_within_30_days", "lapses_within_60_days", "lapses_within_90_days",
)  # fmt: skip
DAYS = {"count_delta": "on_day", "daily_count": "on_day", "count_snapshot": "before_on"}
KEYS = {
    "daily_count": ("on_day", "organisation_id", "sector", "status"),
    "count_snapshot": ("before_on", "sector", "organisation_id", "status"),
}


def replace_table(name: str, subject: sa.Column[object], status: sa.Column[object], read: dict[str, str]) -> None:
    """Makes a table anew with other columns for subject and status, and copies its rows."""
    day = DAYS[name]
    own_id = name == "count_delta"
    columns = [sa.Column("id", database.BigId, primary_key=True, autoincrement=True)] if own_id else []
    columns += [
        sa.Column(day, sa.Date(), nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        subject,
        sa.Column("sector", sa.String(length=40), nullable=False),
        status,
        sa.Column("people", sa.Integer(), nullable=False),
    ]
    op.execute(f"ALTER TABLE {name} RENAME TO old_{name}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX pk_{name} RENAME TO pk_old_{name}")
    key = ("id",) if own_id else (subject.name, *KEYS[name])
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")))
    names = [column.name for column in columns if column.name != "id"]
    values = [read.get(column, column) for column in names]
    order = " ORDER BY id" if own_id else ""
    op.execute(f"INSERT INTO {name} ({', '.join(names)}) SELECT {', '.join(values)} FROM old_{name}{order}")
    op.drop_table(f"old_{name}")


def upgrade() -> None:
    """Writes words in place of numbers."""
    status = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(STATUSES))
    for name in DAYS:
        replace_table(
            name,
            sa.Column("subject", sa.String(length=20), nullable=False),
            sa.Column("status", sa.String(length=30), nullable=False),
            {
                "subject": "CASE course_id WHEN 0 THEN 'overall' ELSE CAST(course_id AS VARCHAR(20)) END",
                "sector": "CASE sector WHEN '' THEN '(all)' ELSE sector END",
                "status": f"CASE status {status} END",
            },
        )


def downgrade() -> None:
    """Writes numbers in place of words."""
    status = " ".join(f"WHEN '{word}' THEN {place}" for place, word in enumerate(STATUSES))
    for name in DAYS:
        replace_table(
            name,
            sa.Column("course_id", database.BigId, nullable=False),
            sa.Column("status", sa.SmallInteger(), nullable=False),
            {
                "course_id": "CASE subject WHEN 'overall' THEN 0 ELSE CAST(subject AS BIGINT) END",
                "sector": "CASE sector WHEN '(all)' THEN '' ELSE sector END",
                "status": f"CASE status {status} END",
            },
        )
