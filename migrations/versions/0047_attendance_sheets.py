"""Attendance sheets are printed before a session. Adds two tables; existing sessions have no sheet."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0047"
down_revision = "0046"
SHEET, LISTED = "attendance_sheet", "expected_attendee"


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        SHEET,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(40), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("station_id", database.BigId, nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{SHEET}_{column}"))
            for column, table in (
                ("organisation_id", "organisation"),
                ("course_id", "course"),
                ("station_id", "duty_station"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SHEET}")),
        sa.UniqueConstraint("code", name=op.f(f"uq_{SHEET}_code")),
        sa.UniqueConstraint("token", name=op.f(f"uq_{SHEET}_token")),
    )
    op.create_table(
        LISTED,
        sa.Column("sheet_id", database.BigId, nullable=False),
        sa.Column("employment_id", database.BigId, nullable=False),
        sa.ForeignKeyConstraint(["sheet_id"], [f"{SHEET}.id"], name=op.f(f"fk_{LISTED}_sheet_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f(f"fk_{LISTED}_employment_id")),
        sa.PrimaryKeyConstraint("sheet_id", "employment_id", name=op.f(f"pk_{LISTED}")),
    )
    op.create_index(op.f(f"ix_{LISTED}_employment_id"), LISTED, ["employment_id"])


def downgrade() -> None:
    """Removes them: the QR codes of printed sheets lead nowhere."""
    op.drop_table(LISTED)
    op.drop_table(SHEET)
