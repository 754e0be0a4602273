"""The projection's state says whether its counts are those that were read before, so that a report need not read them."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Adds the column; the first compaction fills it."""
    op.add_column("projection_state", sa.Column("counts_version", sa.String(16), server_default="", nullable=False))


def downgrade() -> None:
    """Removes it."""
    op.drop_column("projection_state", "counts_version")
