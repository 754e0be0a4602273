"""Directories of organisations add people by SCIM. Adds a table; nobody is known to a directory yet."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0049"
down_revision = "0048"
ENTRY = "directory_entry"
LISTED = sa.text("removed_at IS NULL")


def upgrade() -> None:
    """Adds it."""
    op.create_table(
        ENTRY,
        sa.Column("employment_id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("user_name", sa.String(254), nullable=False),
        sa.Column("user_name_key", sa.String(300), nullable=False),
        sa.Column("external_id", sa.String(254), nullable=True),
        sa.Column("station_id", database.BigId, nullable=True),
        sa.Column("sector", sa.String(40), nullable=True),
        sa.Column("role", sa.String(60), nullable=True),
        sa.Column("changed_at", database.UtcDateTime(), nullable=False),
        sa.Column("removed_at", database.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f(f"fk_{ENTRY}_employment_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{ENTRY}_organisation_id")),
        sa.ForeignKeyConstraint(["station_id"], ["duty_station.id"], name=op.f(f"fk_{ENTRY}_station_id")),
        sa.ForeignKeyConstraint(["sector"], ["sector.slug"], name=op.f(f"fk_{ENTRY}_sector")),
        sa.PrimaryKeyConstraint("employment_id", name=op.f(f"pk_{ENTRY}")),
    )
    op.create_index(
        f"uq_{ENTRY}_user_name", ENTRY, ["organisation_id", "user_name_key"], unique=True,
        sqlite_where=LISTED, postgresql_where=LISTED,
    )  # fmt: skip
    op.create_index(f"ix_{ENTRY}_external", ENTRY, ["organisation_id", "external_id"])


def downgrade() -> None:
    """Removes it: directories find people by their staff numbers and name them again."""
    op.drop_table(ENTRY)
