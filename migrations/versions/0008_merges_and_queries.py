"""Persons who are one, and what people say is wrong in their record."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Adds them."""


def downgrade() -> None:
    """Takes them away again."""
