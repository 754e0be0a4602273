"""Questions are corrected after use, and attempts graded again. Existing attempts keep their results."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0032"
down_revision = "0031"
TABLES = ("question_correction", "regrade")


def upgrade() -> None:
    """Adds two tables, whose rows are never changed or removed."""
    op.create_table(
        "question_correction",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("edition_id", database.BigId, nullable=False),
        sa.Column("question_id", database.BigId, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("key", database.Document, nullable=True),
        sa.Column("replaced", database.Document, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        *recorded(),
        sa.CheckConstraint(
            "kind IN ('rekey', 'accept', 'void', 'full_marks')", name=op.f("ck_question_correction_kind_known")
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_question_correction_edition_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_correction_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_correction")),
    )
    op.create_index("ix_question_correction_edition", "question_correction", ["edition_id", "id"])
    op.create_table(
        "regrade",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("attempt_id", database.BigId, nullable=False),
        sa.Column("correction_id", database.BigId, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("red_lines_right", sa.Boolean(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        *recorded(),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_regrade_attempt_id")),
        sa.ForeignKeyConstraint(["correction_id"], ["question_correction.id"], name=op.f("fk_regrade_correction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
        sa.UniqueConstraint("attempt_id", "correction_id", name=op.f("uq_regrade_attempt_id_correction_id")),
    )
    op.create_index(op.f("ix_regrade_correction_id"), "regrade", ["correction_id"])
    for table in TABLES:
        refuse(table, "UPDATE")
        refuse(table, "DELETE")


def downgrade() -> None:
    """Removes them."""
    for table in reversed(TABLES):
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
