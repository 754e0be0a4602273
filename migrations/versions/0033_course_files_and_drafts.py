"""Published course files are stored byte for byte, and drafts of them; earlier ones at the next publication."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0033"
down_revision = "0032"
TABLES = ("file_content", "published_file", "draft_file")


def upgrade() -> None:
    """Adds two columns, three tables whose rows are never changed or removed, and drafts."""
    op.add_column("publication", sa.Column("origin", sa.String(5), nullable=False, server_default="files"))
    op.add_column("publication", sa.Column("reason", sa.String(500), nullable=False, server_default=""))
    op.create_table(
        "file_content",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_file_content")),
    )
    op.create_table(
        "published_file",
        sa.Column("publication_id", database.BigId, nullable=False),
        sa.Column("path", sa.String(300), nullable=False),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], name=op.f("fk_published_file_publication_id")),
        sa.ForeignKeyConstraint(["digest"], ["file_content.digest"], name=op.f("fk_published_file_digest")),
        sa.PrimaryKeyConstraint("publication_id", "path", name=op.f("pk_published_file")),
    )
    op.create_index(op.f("ix_published_file_path"), "published_file", ["path"])
    op.create_table(
        "draft",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("course", sa.String(80), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("base_publication_id", database.BigId, nullable=False),
        sa.Column("closed_at", database.UtcDateTime(), nullable=True),
        sa.Column("publication_id", database.BigId, nullable=True),
        *recorded(),
        sa.ForeignKeyConstraint(["base_publication_id"], ["publication.id"], name=op.f("fk_draft_base_publication_id")),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], name=op.f("fk_draft_publication_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_course"), "draft", ["course"])
    op.create_table(
        "draft_file",
        sa.Column("draft_id", database.BigId, nullable=False),
        sa.Column("path", sa.String(300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("base_digest", sa.String(64), nullable=True),
        *recorded(),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_file_draft_id")),
        sa.ForeignKeyConstraint(["digest"], ["file_content.digest"], name=op.f("fk_draft_file_digest")),
        sa.PrimaryKeyConstraint("draft_id", "path", "version", name=op.f("pk_draft_file")),
    )
    for table in TABLES:
        refuse(table, "UPDATE")
        refuse(table, "DELETE")


def downgrade() -> None:
    """Removes them."""
    for table in TABLES:
        allow(table, "DELETE")
        allow(table, "UPDATE")
    for table in ("draft_file", "draft", "published_file", "file_content"):
        op.drop_table(table)
    op.drop_column("publication", "reason")
    op.drop_column("publication", "origin")


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
