"""Groups of a directory may stand for roles too. The groups there are stay sectors."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
GROUP, MEMBER, COPY = "directory_group", "directory_group_member", "directory_group_member_copy"


def upgrade() -> None:
    """Adds the role, and lets a group have no sector in its place."""
    with members_apart(), op.batch_alter_table(GROUP) as batch:
        batch.add_column(sa.Column("role", sa.String(20), nullable=True))
        batch.alter_column("sector", existing_type=sa.String(40), nullable=True)
        batch.create_check_constraint(op.f(f"ck_{GROUP}_sector_or_role"), "(sector IS NULL) <> (role IS NULL)")
        batch.create_unique_constraint(op.f(f"uq_{GROUP}_organisation_id_role"), ["organisation_id", "role"])


def downgrade() -> None:
    """Removes groups that are roles: who has a role keeps it, and the directory sends the groups again."""
    op.execute("DELETE FROM directory_group WHERE role IS NOT NULL")
    with members_apart(), op.batch_alter_table(GROUP) as batch:
        batch.drop_constraint(op.f(f"uq_{GROUP}_organisation_id_role"), type_="unique")
        batch.drop_constraint(op.f(f"ck_{GROUP}_sector_or_role"), type_="check")
        batch.alter_column("sector", existing_type=sa.String(40), nullable=False)
        batch.drop_column("role")


@contextmanager
def members_apart() -> Iterator[None]:
    """Moves the members elsewhere meanwhile: SQLite drops no table to which rows refer, and writes the groups anew."""
    op.execute(f"CREATE TABLE {COPY} AS SELECT group_id, employment_id FROM {MEMBER}")
    op.execute(f"DELETE FROM {MEMBER}")
    yield
    op.execute(f"INSERT INTO {MEMBER} (group_id, employment_id) SELECT group_id, employment_id FROM {COPY}")
    op.drop_table(COPY)
