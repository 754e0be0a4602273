"""Facts that all machines of an installation share; nothing existing changes."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

TABLE = "installation_value"


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        TABLE,
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("value", sa.String(255), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation_value")),
    )


def downgrade() -> None:
    """Takes them away again."""
    op.drop_table(TABLE)
