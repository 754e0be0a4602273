"""Sign-in slips of many people as PDF files; nothing existing changes."""

import sqlalchemy as sa
from alembic import op

from lms.kernel.db import Document

revision = "0026"
down_revision = "0025"

TABLE = "sign_in_slips"


def upgrade() -> None:
    """Adds the table of requests."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("people", Document, nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("files", Document, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('', 'ready', 'refused', 'failed')", name=op.f("ck_sign_in_slips_outcome_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_slips_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_slips")),
    )
    op.create_index(op.f("ix_sign_in_slips_account_id"), TABLE, ["account_id"])


def downgrade() -> None:
    """Takes it away again."""
    op.drop_table(TABLE)
