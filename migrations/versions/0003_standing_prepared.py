"""Standings prepared: intervals of days, the ledger of the report, and the work under way on them."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0003"
down_revision = "0002"

LEDGER = (
    ("organisation_id", database.BigId),
    ("course_id", database.BigId),
    ("sector", sa.String(length=40)),
    ("standing", sa.SmallInteger()),
    ("people", sa.Integer()),
)


def needed(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    """Returns a column that is never empty."""
    return sa.Column(name, kind, nullable=False)


def ledger_columns() -> list[sa.Column]:
    """Returns the columns that the three tables of the ledger share."""
    return [needed(name, kind) for name, kind in LEDGER]


def make_intervals() -> None:
    """Adds the intervals."""
    op.create_table(
        "standing_interval",
        needed("id", database.BigId),
        needed("person_id", database.BigId),
        needed("organisation_id", database.BigId),
        needed("requirement_id", database.BigId),
        needed("from_on", sa.Date()),
        needed("through_on", sa.Date()),
        needed("standing", sa.SmallInteger()),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("valid_through", sa.Date(), nullable=True),
        sa.Column("award_id", database.BigId, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_interval")),
    )
    op.create_index("ix_standing_interval_person", "standing_interval", ["person_id", "organisation_id"])
    op.create_table(
        "post_interval",
        needed("id", database.BigId),
        needed("person_id", database.BigId),
        needed("organisation_id", database.BigId),
        needed("from_on", sa.Date()),
        needed("through_on", sa.Date()),
        needed("station_id", database.BigId),
        needed("sector", sa.String(length=40)),
        needed("role", sa.String(length=60)),
        needed("contract", sa.String(length=30)),
        needed("works_with_children", sa.Boolean()),
        needed("overall", sa.SmallInteger()),
        needed("courses", sa.Text()),
        needed("urgent_on", sa.Date()),
        sa.Column("lapses_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_interval")),
    )
    op.create_index("ix_post_interval_person", "post_interval", ["person_id", "organisation_id"])
    op.create_index("ix_post_interval_list", "post_interval", ["organisation_id", "overall", "urgent_on", "person_id"])
    op.create_index("ix_post_interval_station", "post_interval", ["station_id", "through_on"])
    op.create_index("ix_post_interval_lapse", "post_interval", ["organisation_id", "lapses_on"])


def make_ledger() -> None:
    """Adds the ledger."""
    op.create_table(
        "ledger_entry",
        needed("id", database.BigId),
        needed("on_day", sa.Date()),
        *ledger_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    for table, day, key in (
        ("ledger_day", "on_day", ("organisation_id", "sector")),
        ("ledger_month", "month", ("sector", "organisation_id")),
    ):
        op.create_table(
            table,
            needed(day, sa.Date()),
            *ledger_columns(),
            sa.PrimaryKeyConstraint("course_id", day, *key, "standing", name=op.f(f"pk_{table}")),
        )
    op.create_table(
        "ledger_state",
        needed("id", database.BigId),
        needed("basis", sa.Text()),
        sa.Column("first_month", sa.Date(), nullable=True),
        sa.Column("last_month", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_state")),
    )
    op.create_table(
        "projection",
        needed("id", database.BigId),
        sa.Column("organisation_id", database.BigId, nullable=True),
        needed("cause", sa.String(length=20)),
        needed("basis", sa.Text()),
        needed("total", sa.Integer()),
        needed("done", sa.Integer()),
        needed("cursor", database.BigId),
        needed("recorded_at", database.UtcDateTime()),
        needed("moved_at", database.UtcDateTime()),
        sa.Column("finished_at", database.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projection")),
    )
    op.create_index(op.f("ix_projection_organisation_id"), "projection", ["organisation_id"])


def upgrade() -> None:
    """Adds the tables; where people are placed already, their standings are prepared by the worker's next run."""
    make_intervals()
    make_ledger()
    op.execute("INSERT INTO ledger_state (id, basis) VALUES (1, '')")


def downgrade() -> None:
    """Takes them away again: all of it follows from the facts."""
    for table in (
        "projection", "ledger_state", "ledger_month", "ledger_day", "ledger_entry", "post_interval",
        "standing_interval",
    ):  # fmt: skip
        op.drop_table(table)
