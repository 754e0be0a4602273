"""Groups of a directory stand for sectors. Adds two tables; no directory has a group yet."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0051"
down_revision = "0050"
GROUP, MEMBER = "directory_group", "directory_group_member"


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        GROUP,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("external_id", sa.String(254), nullable=True),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("changed_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{GROUP}_organisation_id")),
        sa.ForeignKeyConstraint(["sector"], ["sector.slug"], name=op.f(f"fk_{GROUP}_sector")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{GROUP}")),
    )
    op.create_index(op.f(f"ix_{GROUP}_organisation_id"), GROUP, ["organisation_id"])
    op.create_table(
        MEMBER,
        sa.Column("group_id", database.BigId, nullable=False),
        sa.Column("employment_id", database.BigId, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], [f"{GROUP}.id"], name=op.f(f"fk_{MEMBER}_group_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f(f"fk_{MEMBER}_employment_id")),
        sa.PrimaryKeyConstraint("group_id", "employment_id", name=op.f(f"pk_{MEMBER}")),
    )
    op.create_index(op.f(f"ix_{MEMBER}_employment_id"), MEMBER, ["employment_id"])


def downgrade() -> None:
    """Removes them: directories send their groups again."""
    op.drop_table(MEMBER)
    op.drop_table(GROUP)
