"""Exports say whose people they show, so that who reads one is judged again. Files made before must be made again."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Adds the column, empty for what was made before."""
    op.add_column("export_job", sa.Column("organisation_ids", database.Document, nullable=True))


def downgrade() -> None:
    """Removes it."""
    op.drop_column("export_job", "organisation_ids")
