"""Drafts are reviewed, and feedback of learners names a paragraph. Adds two tables and a column; existing data stay."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0041"
down_revision = "0040"
REQUEST, COMMENT = "draft_review_request", "draft_comment"


def upgrade() -> None:
    """Adds the tables, whose rows are never changed or removed; earlier feedback is about whole sections."""
    op.create_table(
        REQUEST,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("draft_id", database.BigId, nullable=False),
        sa.Column("reviewer_id", database.BigId, nullable=True),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("note", sa.String(500), nullable=False),
        *recorded(),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_review_request_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_review_request")),
    )
    op.create_table(
        COMMENT,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("draft_id", database.BigId, nullable=False),
        sa.Column("path", sa.String(300), nullable=False),
        sa.Column("comment_id", database.BigId, nullable=True),
        sa.Column("place", sa.String(24), nullable=False),
        sa.Column("paragraph", sa.Text(), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("resolves", sa.Boolean(), nullable=True),
        *recorded(),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_comment_draft_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["draft_comment.id"], name=op.f("fk_draft_comment_comment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_comment")),
    )
    for table in (REQUEST, COMMENT):
        op.create_index(op.f(f"ix_{table}_draft_id"), table, ["draft_id"])
        refuse(table, "UPDATE")
        refuse(table, "DELETE")
    op.add_column("course_feedback", sa.Column("paragraph", sa.String(24), nullable=False, server_default=""))


def downgrade() -> None:
    """Removes them."""
    op.drop_column("course_feedback", "paragraph")
    for table in (COMMENT, REQUEST):
        allow(table, "DELETE")
        allow(table, "UPDATE")
        op.drop_table(table)


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
