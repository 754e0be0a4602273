"""Changes of a pathway are confirmed by a second person, and numbers marked. Existing versions need no confirmation."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0027"
down_revision = "0026"
TABLES = ("pathway_decision", "pathway_mark")


def upgrade() -> None:
    """Adds two columns, and two tables whose rows are never changed or removed."""
    confirmation = sa.Column("confirmation", sa.String(6), nullable=False, server_default="none")
    op.add_column("pathway_version", confirmation)
    op.add_column("pathway_version", sa.Column("organisation_ids", database.Document, nullable=True))
    op.create_table(
        "pathway_decision",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("version_id", database.BigId, nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        *recorded(),
        sa.CheckConstraint("outcome IN ('confirmed', 'refused')", name=op.f("ck_pathway_decision_outcome_known")),
        sa.ForeignKeyConstraint(["version_id"], ["pathway_version.id"], name=op.f("fk_pathway_decision_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pathway_decision")),
        sa.UniqueConstraint("version_id", name=op.f("uq_pathway_decision_version_id")),
    )
    op.create_table(
        "pathway_mark",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("station_id", database.BigId, nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("answers", sa.Boolean(), nullable=False),
        *recorded(),
        sa.ForeignKeyConstraint(["station_id"], ["duty_station.id"], name=op.f("fk_pathway_mark_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pathway_mark")),
    )
    op.create_index("ix_pathway_mark_station", "pathway_mark", ["station_id", "id"])
    for table in TABLES:
        refuse(table, "UPDATE")
        refuse(table, "DELETE")


def downgrade() -> None:
    """Removes them."""
    for table in reversed(TABLES):
        allow(table, "DELETE")
        allow(table, "UPDATE")
        op.drop_table(table)
    op.drop_column("pathway_version", "organisation_ids")
    op.drop_column("pathway_version", "confirmation")


def recorded() -> tuple[sa.Column, ...]:
    """Returns the columns that say when and by whom a row was recorded."""
    return (
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
    )


def refuse(table: str, event: str) -> None:
    """Adds a trigger that refuses an event on a table's rows."""
    name = f"{table}_refuses_{event.lower()}"
    sentence = f"{table}: what happened is not {'removed' if event == 'DELETE' else 'changed'}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{sentence}'); END")
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def allow(table: str, event: str) -> None:
    """Removes the trigger."""
    name = f"{table}_refuses_{event.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}()")
