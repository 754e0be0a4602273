"""Reminders: the runs, and what was sent to whom."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds them."""


def downgrade() -> None:
    """Takes them away again."""
