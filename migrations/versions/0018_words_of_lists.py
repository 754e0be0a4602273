"""A list remembers its words that are not ours, so that HR can say once what they mean."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Adds the words; lists checked before have none."""
    words = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("people_import", sa.Column("words", words, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Removes the words."""
    op.execute("ALTER TABLE people_import DROP COLUMN words")
