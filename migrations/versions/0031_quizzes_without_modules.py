"""A quiz may be taken without the modules, or after those that changed; what it was opened by is stored."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Adds three columns: every quiz until now was opened by its modules."""
    op.add_column("attempt", sa.Column("opened_by", sa.String(12), nullable=False, server_default="modules"))
    op.add_column("edition_switch", sa.Column("changes_since", sa.Integer(), nullable=True))
    allowed = sa.Column("quiz_without_modules", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("organisation", allowed)


def downgrade() -> None:
    """Removes them."""
    op.drop_column("organisation", "quiz_without_modules")
    op.drop_column("edition_switch", "changes_since")
    op.drop_column("attempt", "opened_by")
