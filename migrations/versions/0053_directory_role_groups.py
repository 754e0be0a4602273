"""Groups of a directory may stand for roles too. The groups there are stay sectors."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
GROUP = "directory_group"


def upgrade() -> None:
    """Adds the role, and lets a group have no sector in its place."""
    with op.batch_alter_table(GROUP) as batch:
        batch.add_column(sa.Column("role", sa.String(20), nullable=True))
        batch.alter_column("sector", existing_type=sa.String(40), nullable=True)
        batch.create_check_constraint(op.f(f"ck_{GROUP}_sector_or_role"), "(sector IS NULL) <> (role IS NULL)")
        batch.create_unique_constraint(op.f(f"uq_{GROUP}_organisation_id_role"), ["organisation_id", "role"])


def downgrade() -> None:
    """Removes groups that are roles: who has a role keeps it, and the directory sends the groups again."""
    op.execute(sa.text(f"DELETE FROM {GROUP} WHERE role IS NOT NULL"))
    with op.batch_alter_table(GROUP) as batch:
        batch.drop_constraint(op.f(f"uq_{GROUP}_organisation_id_role"), type_="unique")
        batch.drop_constraint(op.f(f"ck_{GROUP}_sector_or_role"), type_="check")
        batch.alter_column("sector", existing_type=sa.String(40), nullable=False)
        batch.drop_column("role")
