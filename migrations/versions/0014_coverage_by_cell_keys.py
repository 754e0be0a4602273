"""Coverage is published by the cell key method: record keys, releases and their cells.

What was published by suppression is removed: the two methods side by side would tell more than either. The job publishes
the months anew.
"""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Puts the tables of the cell key method in the place of those of suppression."""
    for table in ("coverage_post", "coverage_month", "coverage_series"):
        op.drop_table(table)
    op.create_table(
        "record_key",
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("key", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("key BETWEEN 0 AND 255", name=op.f("ck_record_key_key_in_range")),
        sa.PrimaryKeyConstraint("person_id", "organisation_id", name=op.f("pk_record_key")),
    )
    op.create_table(
        "coverage_release",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("scope", sa.String(length=500), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("organisations", database.Document, nullable=False),
        sa.Column("definitions", sa.String(length=20), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_release")),
        sa.UniqueConstraint("scope", "on_day", name=op.f("uq_coverage_release_scope_on_day")),
    )
    op.create_table(
        "coverage_cell",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("release_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=True),
        sa.Column("station_id", database.BigId, nullable=True),
        sa.Column("course_id", database.BigId, nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("compliant", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["coverage_release.id"], name=op.f("fk_coverage_cell_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_cell")),
    )
    op.create_index("ix_coverage_cell_release", "coverage_cell", ["release_id", "sector", "station_id", "course_id"])


def downgrade() -> None:
    """Puts the tables of suppression back, empty."""
    for table in ("coverage_cell", "coverage_release", "record_key"):
        op.drop_table(table)
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
