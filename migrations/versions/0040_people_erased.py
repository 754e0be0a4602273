"""A person's data can be erased: when it was, and what was asked and answered may be emptied."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

# By table: the name that its trigger has, and the columns that stay.
TEXTS = {
    "correction_request": (
        "record_query",
        ("id", "person_id", "organisation_id", "kind", "recorded_at", "recorded_by"),
    ),
    "correction_request_answer": ("record_query_answer", ("id", "request_id", "recorded_at", "recorded_by")),
}


def refuse_updates(table: str, *, but_emptying: bool) -> None:
    """Replaces the trigger that refuses updates of a table; one that only empties the text may be let through."""
    earlier, stays = TEXTS[table]
    name, sentence = f"{earlier}_refuses_update", f"{earlier}: what happened is not changed"
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    differ = "IS NOT" if is_sqlite else "IS DISTINCT FROM"
    changed = " OR ".join(f"OLD.{column} {differ} NEW.{column}" for column in stays)
    condition = f"NEW.text <> '' OR {changed}"
    if is_sqlite:
        when = f"WHEN {condition}" if but_emptying else ""
        op.execute(f"DROP TRIGGER {name}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} {when} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )
        return
    when = f"WHEN ({condition})" if but_emptying else ""
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")


def upgrade() -> None:
    """Adds it."""
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True)))
    for table in TEXTS:
        refuse_updates(table, but_emptying=True)


def downgrade() -> None:
    """Takes it away again; what was erased stays erased."""
    for table in TEXTS:
        refuse_updates(table, but_emptying=False)
    op.drop_column("person", "erased_at")
