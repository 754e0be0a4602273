"""Imports of people: the file's rows and what came of them."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds them."""


def downgrade() -> None:
    """Takes them away again."""
