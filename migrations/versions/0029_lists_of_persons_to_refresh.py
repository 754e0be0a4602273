"""A job that refreshes statuses may be about the persons of a list; those that exist are about everybody."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Adds the column."""
    op.add_column("projection_job", sa.Column("persons", database.Document, nullable=True))


def downgrade() -> None:
    """Removes it: what is left of a list is refreshed with everybody of its organisation."""
    op.drop_column("projection_job", "persons")
