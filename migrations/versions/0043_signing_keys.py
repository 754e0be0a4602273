"""Keys that sign certificates. Adds a table; existing data stay."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0043"
down_revision = "0042"
TABLE = "signing_key"


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        TABLE,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("public_key", sa.String(60), nullable=False),
        sa.Column("private_key", sa.String(200), nullable=True),
        sa.Column("secret_check", sa.String(32), nullable=False),
        sa.Column("withdrawn_at", database.UtcDateTime(), nullable=True),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("public_key", name=op.f("uq_signing_key_public_key")),
    )


def downgrade() -> None:
    """Removes it."""
    op.drop_table(TABLE)
