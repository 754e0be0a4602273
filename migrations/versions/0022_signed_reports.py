"""Reports are signed off: who answers for the figures of which report id. Existing data stay as they are."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0022"
down_revision = "0021"
TABLES = ("report_signoff", "report_signoff_organisation")


def upgrade() -> None:
    """Adds the two tables, whose rows are never changed or removed."""
    op.create_table(
        "report_signoff",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("report_id", sa.String(2000), nullable=False),
        sa.Column("role", sa.String(300), nullable=False),
        sa.Column("remark", sa.String(300), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_signoff")),
        sa.UniqueConstraint("report_id", "recorded_by", name=op.f("uq_report_signoff_report_id_recorded_by")),
    )
    op.create_table(
        "report_signoff_organisation",
        sa.Column("signoff_id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["signoff_id"], ["report_signoff.id"], name=op.f("fk_report_signoff_organisation_signoff_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_report_signoff_organisation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("signoff_id", "organisation_id", name=op.f("pk_report_signoff_organisation")),
    )
    op.create_index(
        op.f("ix_report_signoff_organisation_organisation_id"), "report_signoff_organisation", ["organisation_id"]
    )
    for table in TABLES:
        refuse(table, "UPDATE")
        refuse(table, "DELETE")


def downgrade() -> None:
    """Removes them."""
    for table in reversed(TABLES):
        allow(table, "DELETE")
        allow(table, "UPDATE")
        op.drop_table(table)


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
