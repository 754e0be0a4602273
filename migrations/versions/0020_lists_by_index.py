"""Fifty thousand people: lists go by indexes, and counts are held while a list of staff is imported."""

import sqlalchemy as sa
from alembic import op

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Adds what the lists look up, and when counts were held."""
    op.create_table(
        "count_hold",
        sa.Column("organisation_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_count_hold"),
    )
    op.create_index("ix_employment_person_number", "employment", ["person_id", "organisation_id", "staff_number"])
    op.drop_index("ix_employment_person_id", "employment")
    op.create_index(
        "ix_status_interval_requirement",
        "status_interval",
        ["organisation_id", "requirement_id", "from_on", "through_on"],
    )


def downgrade() -> None:
    """Removes it."""
    op.drop_index("ix_status_interval_requirement", "status_interval")
    op.create_index("ix_employment_person_id", "employment", ["person_id"])
    op.drop_index("ix_employment_person_number", "employment")
    for table in ("count_snapshot", "daily_count", "count_delta"):
        op.execute(f"DELETE FROM {table} WHERE organisation_id < 0")
    op.drop_table("count_hold")
