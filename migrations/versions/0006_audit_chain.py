"""The audit log's chain: one link for each entry, what came of checking it, and ways to look for entries."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0006"
down_revision = "0005"

TABLES = ("audit_link", "audit_check")
INDEXES = {
    "ix_audit_entry_account": ["account_id", "recorded_at"],
    "ix_audit_entry_organisation": ["organisation_id", "recorded_at"],
    "ix_audit_entry_action": ["action", "recorded_at"],
}


def freeze(table: str) -> None:
    """Adds triggers that refuse to change or to remove a row."""
    for event, word in (("UPDATE", "changed"), ("DELETE", "removed")):
        name, sentence = f"{table}_refuses_{event.lower()}", f"{table}: what happened is not {word}"
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{sentence}'); END")
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        "audit_link",
        sa.Column("number", database.BigId, autoincrement=False, nullable=False),
        sa.Column("entry_id", database.BigId, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_link_entry_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_link_entry_id")),
        sa.UniqueConstraint("previous", name=op.f("uq_audit_link_previous")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_link_digest")),
    )
    op.create_table(
        "audit_check",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("entries", database.BigId, nullable=False),
        sa.Column("links", database.BigId, nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("faults", database.BigId, nullable=False),
        sa.Column("first_entry_id", database.BigId, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "audit_entry", columns)
    for table in TABLES:
        freeze(table)


def downgrade() -> None:
    """Takes them away again; the entries themselves stay."""
    for name in INDEXES:
        op.drop_index(name, "audit_entry")
    for table in TABLES[::-1]:
        op.drop_table(table)
        if op.get_bind().dialect.name != "sqlite":
            for event in ("update", "delete"):
                op.execute(f"DROP FUNCTION {table}_refuses_{event}()")
