"""A draft may come from a commit of a git repository; drafts until now were begun on pages."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Adds the column."""
    op.add_column("draft", sa.Column("git_commit", sa.String(64), nullable=True))


def downgrade() -> None:
    """Removes it."""
    op.drop_column("draft", "git_commit")
