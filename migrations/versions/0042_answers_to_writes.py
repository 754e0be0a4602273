"""A write that a program sends twice is done once. Adds a table; existing data stay."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0042"
down_revision = "0041"
TABLE = "answered_write"


def upgrade() -> None:
    """Adds the table of answers, by the program's own key."""
    op.create_table(
        TABLE,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("token_id", database.BigId, nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["access_token.id"], name=op.f("fk_answered_write_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answered_write")),
        sa.UniqueConstraint("token_id", "key", name=op.f("uq_answered_write_token_id_key")),
    )
    op.create_index(op.f("ix_answered_write_recorded_at"), TABLE, ["recorded_at"])


def downgrade() -> None:
    """Removes it."""
    op.drop_table(TABLE)
