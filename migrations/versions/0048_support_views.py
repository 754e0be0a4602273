"""An administrator sees the pages of somebody as they see them, for support. Adds a table for who saw whose, and why."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0048"
down_revision = "0047"
TABLE = "support_view"


def upgrade() -> None:
    """Adds it."""
    op.create_table(
        TABLE,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("account_id", database.BigId, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("until_at", database.UtcDateTime(), nullable=False),
        sa.Column("ended_at", database.UtcDateTime(), nullable=True),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{TABLE}_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_account_id"), TABLE, ["account_id"])


def downgrade() -> None:
    """Removes it: what each administrator did stays in the audit trail."""
    op.drop_table(TABLE)
