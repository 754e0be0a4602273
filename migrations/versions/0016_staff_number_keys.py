"""Staff numbers are compared by a key: however they are spelled, D-1001, d1001 and "D 1001" are one number."""

import sqlalchemy as sa
from alembic import op

from lms.kernel.identifiers import identifier_key

revision = "0016"
down_revision = "0015"

BATCH = 5000


def upgrade() -> None:
    """Adds the key and gives it to every employment."""
    op.add_column("employment", sa.Column("staff_number_key", sa.String(length=200), nullable=False, server_default=""))
    employment = sa.table(
        "employment", sa.column("id"), sa.column("staff_number", sa.String), sa.column("staff_number_key", sa.String)
    )
    connection = op.get_bind()
    numbers = connection.execute(sa.select(employment.c.id, employment.c.staff_number)).all()
    change = (
        sa.update(employment)
        .where(employment.c.id == sa.bindparam("number_of_row"))
        .values(staff_number_key=sa.bindparam("key"))
    )
    for start in range(0, len(numbers), BATCH):
        rows = numbers[start : start + BATCH]
        connection.execute(change, [{"number_of_row": row.id, "key": identifier_key(row.staff_number)} for row in rows])
    op.create_index(op.f("ix_employment_staff_number_key"), "employment", ["staff_number_key"])


def downgrade() -> None:
    """Removes the key."""
    op.drop_index(op.f("ix_employment_staff_number_key"), "employment")
    # Not as a new table in place of the old one: others refer to it.
    op.execute("ALTER TABLE employment DROP COLUMN staff_number_key")
