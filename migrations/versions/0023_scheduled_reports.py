"""Reports go to chosen people by e-mail: which, how often, and to whom. Existing data stay as they are."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0023"
down_revision = "0022"

FIXED = {
    "report_schedule": ("organisation_id", "choices", "rhythm", "recorded_at", "recorded_by"),
    "report_recipient": ("schedule_id", "account_id", "recorded_at", "recorded_by"),
}
"""The columns that never change."""


def upgrade() -> None:
    """Adds the two tables, whose rows are withdrawn once and never removed."""
    op.create_table(
        "report_schedule",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("choices", database.Document, nullable=False),
        sa.Column("rhythm", sa.String(10), nullable=False),
        sa.Column("queued_on", sa.Date(), nullable=True),
        *recorded(),
        sa.CheckConstraint("rhythm IN ('weekly', 'monthly')", name=op.f("ck_report_schedule_rhythm_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_report_schedule_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedule")),
    )
    op.create_table(
        "report_recipient",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("schedule_id", database.BigId, nullable=False),
        sa.Column("account_id", database.BigId, nullable=False),
        *recorded(),
        sa.ForeignKeyConstraint(["schedule_id"], ["report_schedule.id"], name=op.f("fk_report_recipient_schedule_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_report_recipient_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_recipient")),
        sa.UniqueConstraint("schedule_id", "account_id", name=op.f("uq_report_recipient_schedule_id_account_id")),
    )
    op.create_index(op.f("ix_report_schedule_organisation_id"), "report_schedule", ["organisation_id"])
    op.create_index(op.f("ix_report_recipient_account_id"), "report_recipient", ["account_id"])
    for table, columns in FIXED.items():
        refuse(table, "UPDATE", changed_or_withdrawn(columns))
        refuse(table, "DELETE")


def downgrade() -> None:
    """Removes them."""
    for table in reversed(FIXED):
        allow(table, "DELETE")
        allow(table, "UPDATE")
        op.drop_table(table)


def recorded() -> tuple[sa.Column, ...]:
    """Returns the columns that say when and by whom a row was recorded and withdrawn."""
    return (
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.Column("retracted_at", database.UtcDateTime(), nullable=True),
        sa.Column("retracted_by", database.BigId, nullable=True),
    )


def changed_or_withdrawn(columns: tuple[str, ...]) -> str:
    """Returns the condition that a row was withdrawn before, or that one of some columns is changed."""
    if op.get_bind().dialect.name == "sqlite":
        changed = (f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    else:
        changed = (f"OLD.{column}::text IS DISTINCT FROM NEW.{column}::text" for column in columns)
    return " OR ".join(["OLD.retracted_at IS NOT NULL", *changed])


def refuse(table: str, event: str, condition: str = "") -> None:
    """Adds a trigger that refuses an event on a table's rows where the condition holds."""
    name = f"{table}_refuses_{event.lower()}"
    sentence = f"{table}: what happened is not {'removed' if event == 'DELETE' else 'changed'}"
    if op.get_bind().dialect.name == "sqlite":
        when = f"WHEN {condition}" if condition else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )
        return
    when = f"WHEN ({condition})" if condition else ""
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")


def allow(table: str, event: str) -> None:
    """Removes the trigger."""
    name = f"{table}_refuses_{event.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}()")
