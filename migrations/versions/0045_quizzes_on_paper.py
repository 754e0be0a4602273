"""Quizzes are printed and entered. Adds three tables, and the day a quiz was written; existing attempts have none."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0045"
down_revision = "0044"
REFUSED = (("paper_quiz", "UPDATE"), ("paper_quiz", "DELETE"), ("paper_entry", "UPDATE"), ("paper_entry", "DELETE"))
FINISHED = "OLD.attempt_id IS NOT NULL OR OLD.retracted_at IS NOT NULL"


def upgrade() -> None:
    """Adds them; what was printed and entered stays, and a copy that is graded or withdrawn stays so."""
    op.add_column("attempt", sa.Column("written_on", sa.Date(), nullable=True))
    op.create_table(
        "paper_quiz",
        sa.Column("id", database.BigId, nullable=False),
        *(sa.Column(f"{table}_id", database.BigId, nullable=False) for table in ("organisation", "course", "edition")),
        sa.Column("course_revision_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(40), nullable=True),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("token", sa.String(40), nullable=False),
        *recorded(),
        *(references("paper_quiz", table) for table in ("organisation", "course", "edition", "course_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_quiz")),
        sa.UniqueConstraint("token", name=op.f("uq_paper_quiz_token")),
    )
    op.create_index(op.f("ix_paper_quiz_organisation_id"), "paper_quiz", ["organisation_id"])
    op.create_table(
        "quiz_copy",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("quiz_id", database.BigId, nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("questions", database.Document, nullable=False),
        sa.Column("seed", sa.String(40), nullable=False),
        sa.Column("attempt_id", database.BigId, nullable=True),
        *recorded(),
        sa.Column("retracted_at", database.UtcDateTime(), nullable=True),
        sa.Column("retracted_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["quiz_id"], ["paper_quiz.id"], name=op.f("fk_quiz_copy_quiz_id")),
        *(references("quiz_copy", table) for table in ("person", "attempt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_copy")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_quiz_copy_attempt_id")),
        sa.UniqueConstraint("code", name=op.f("uq_quiz_copy_code")),
    )
    for column in ("person_id", "quiz_id"):
        op.create_index(op.f(f"ix_quiz_copy_{column}"), "quiz_copy", [column])
    op.create_table(
        "paper_entry",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("copy_id", database.BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("responses", database.Document, nullable=False),
        *recorded(),
        sa.CheckConstraint("number BETWEEN 1 AND 3", name=op.f("ck_paper_entry_number_known")),
        sa.ForeignKeyConstraint(["copy_id"], ["quiz_copy.id"], name=op.f("fk_paper_entry_copy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_entry")),
        sa.UniqueConstraint("copy_id", "number", name=op.f("uq_paper_entry_copy_id_number")),
    )
    for table, event in REFUSED:
        refuse(table, event)
    refuse("quiz_copy", "DELETE")
    refuse("quiz_copy", "UPDATE", FINISHED)


def downgrade() -> None:
    """Removes them; attempts written on paper stay, and lose the day."""
    for table, event in (*REFUSED, ("quiz_copy", "DELETE"), ("quiz_copy", "UPDATE")):
        allow(table, event)
    for table in ("paper_entry", "quiz_copy", "paper_quiz"):
        op.drop_table(table)
    op.drop_column("attempt", "written_on")


def references(table: str, other: str) -> sa.ForeignKeyConstraint:
    """Returns the foreign key to another table, by the column that is named as that table."""
    return sa.ForeignKeyConstraint([f"{other}_id"], [f"{other}.id"], name=op.f(f"fk_{table}_{other}_id"))


def recorded() -> tuple[sa.Column, ...]:
    """Returns the columns that say when and by whom a row was recorded."""
    return (
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
    )


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
