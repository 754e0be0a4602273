"""What coordinators were told of each month's end, and how every post was counted when it was told of last."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        "coverage_series",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("reach", sa.String(length=500), nullable=False),
        sa.Column("organisations", sa.Text(), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_series")),
        sa.UniqueConstraint("reach", name=op.f("uq_coverage_series_reach")),
    )
    op.create_table(
        "coverage_month",
        sa.Column("series_id", database.BigId, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("organisations", sa.Text(), nullable=False),
        sa.Column("definitions", sa.String(length=20), nullable=False),
        sa.Column("figures", database.Document, nullable=False),
        sa.Column("figures_of_both", database.Document, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["coverage_series.id"]),
        sa.PrimaryKeyConstraint("series_id", "on_day", name=op.f("pk_coverage_month")),
    )
    op.create_table(
        "coverage_post",
        sa.Column("series_id", database.BigId, nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.Column("station_id", database.BigId, nullable=False),
        sa.Column("compliant", sa.Boolean(), nullable=False),
        sa.Column("courses", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["coverage_series.id"]),
        sa.PrimaryKeyConstraint("series_id", "person_id", "organisation_id", name=op.f("pk_coverage_post")),
    )


def downgrade() -> None:
    """Takes them away again."""
    op.drop_table("coverage_post")
    op.drop_table("coverage_month")
    op.drop_table("coverage_series")
