"""A draft may be published on a day. Adds a table; existing data stay."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0038"
down_revision = "0037"
TABLE = "draft_schedule"


def upgrade() -> None:
    """Adds a table, whose rows are never changed or removed."""
    op.create_table(
        TABLE,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("draft_id", database.BigId, nullable=False),
        sa.Column("publish_on", sa.Date(), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("problem", sa.String(500), nullable=False),
        *recorded(),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_schedule_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_schedule")),
    )
    op.create_index(op.f("ix_draft_schedule_draft_id"), TABLE, ["draft_id"])
    refuse(TABLE, "UPDATE")
    refuse(TABLE, "DELETE")


def downgrade() -> None:
    """Removes it."""
    allow(TABLE, "DELETE")
    allow(TABLE, "UPDATE")
    op.drop_table(TABLE)


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
