"""${message}."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Goes up."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Goes back down."""
    ${downgrades if downgrades else "pass"}
