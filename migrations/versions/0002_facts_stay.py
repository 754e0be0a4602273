"""Facts stay: the database itself refuses to change or remove what happened."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Rows of these tables are written once.
FROZEN = (
    "audit_entry", "award", "completion", "publication", "requirement_version", "revocation",
    "course_revision", "edition", "module_revision", "question_revision", "pathway_version",
    "fresh_start", "picture_file", "course_revision_picture", "sheet",
)  # fmt: skip

# Rows of these tables change once, when they are withdrawn.
WITHDRAWN_ONCE = ("placement", "exemption", "role_grant")

# The name a person was known by may be erased by law; it is never reworded.
ERASED_ONLY = ("award_name",)


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


def upgrade() -> None:
    """Adds the triggers."""
    for table in FROZEN:
        refuse(table, "UPDATE")
        refuse(table, "DELETE")
    for table in WITHDRAWN_ONCE:
        refuse(table, "UPDATE", withdrawn_twice_or_reworded(table))
        refuse(table, "DELETE")
    for table in ERASED_ONLY:
        refuse(table, "UPDATE")
    refuse("attempt", "UPDATE", "OLD.submitted_at IS NOT NULL")
    refuse("attempt", "DELETE")


def downgrade() -> None:
    """Takes the triggers away."""
    for table in (*FROZEN, *WITHDRAWN_ONCE, "attempt"):
        allow(table, "UPDATE")
        allow(table, "DELETE")
    for table in ERASED_ONLY:
        allow(table, "UPDATE")
