"""Reminders: the runs, what was sent to whom, and who gets a sector's weekly figures."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0007"
down_revision = "0006"

KINDS = ("in_30", "in_14", "in_1", "after", "weekly", "hr_week", "sector_week")


def upgrade() -> None:
    """Adds the tables; what was sent stays, and a sector lead is withdrawn once."""
    op.create_table(
        "reminder_run",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", database.UtcDateTime(), nullable=False),
        sa.Column("finished_at", database.UtcDateTime(), nullable=True),
        sa.Column("through_person_id", database.BigId, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("on_paper", sa.Integer(), nullable=False),
        sa.Column("digests", sa.Integer(), nullable=False),
        sa.Column("figures", database.Document, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_run")),
        sa.UniqueConstraint("day", name=op.f("uq_reminder_run_day")),
    )
    op.create_index(op.f("ix_reminder_run_finished_at"), "reminder_run", ["finished_at"])
    op.create_table(
        "reminder",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("run_id", database.BigId, nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("about", database.Document, nullable=False),
        sa.Column("outbox_key", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name=op.f("ck_reminder_kind_known")),
        sa.ForeignKeyConstraint(["run_id"], ["reminder_run.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("outbox_key", "organisation_id", name=op.f("uq_reminder_outbox_key_organisation_id")),
    )
    op.create_index(op.f("ix_reminder_run_id"), "reminder", ["run_id"])
    op.create_index("ix_reminder_person_day", "reminder", ["person_id", "day"])
    op.create_index("ix_reminder_organisation_day", "reminder", ["organisation_id", "day"])
    op.create_table(
        "sector_lead",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.Column("account_id", database.BigId, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.Column("retracted_at", database.UtcDateTime(), nullable=True),
        sa.Column("retracted_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["sector"], ["sector.slug"]),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sector_lead")),
    )
    op.create_index(op.f("ix_sector_lead_organisation_id"), "sector_lead", ["organisation_id"])
    refuse("reminder", "UPDATE")
    refuse("reminder", "DELETE")
    refuse("sector_lead", "UPDATE", withdrawn_twice_or_reworded("sector_lead"))
    refuse("sector_lead", "DELETE")
    refuse("reminder_run", "DELETE")


def downgrade() -> None:
    """Takes them away again."""
    allow("reminder_run", "DELETE")
    for table in ("reminder", "sector_lead"):
        allow(table, "UPDATE")
        allow(table, "DELETE")
    for table in ("sector_lead", "reminder", "reminder_run"):
        op.drop_table(table)


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
    """Takes the trigger away again."""
    name = f"{table}_refuses_{event.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}()")


def changed(columns: Iterable[str], dialect: str) -> str:
    """Returns the condition that any of the columns is given another value."""
    if dialect == "sqlite":
        return " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    return " OR ".join(f"OLD.{column}::text IS DISTINCT FROM NEW.{column}::text" for column in columns)


def withdrawn_twice_or_reworded(table: str) -> str:
    """Returns the condition under which an update is more than one withdrawal."""
    bind = op.get_bind()
    names = [column["name"] for column in sa.inspect(bind).get_columns(table)]
    kept = [name for name in names if name not in ("retracted_at", "retracted_by")]
    return f"OLD.retracted_at IS NOT NULL OR NEW.retracted_at IS NULL OR {changed(kept, bind.dialect.name)}"
