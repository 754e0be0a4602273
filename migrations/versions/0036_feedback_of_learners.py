"""Learners say what is wrong in a module or a question. Adds a table; existing data is not touched."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "course_feedback",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("module_revision_id", database.BigId, nullable=True),
        sa.Column("section", sa.String(120), nullable=False),
        sa.Column("question_revision_id", database.BigId, nullable=True),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("sector", sa.String(40), nullable=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("dealt_at", database.UtcDateTime(), nullable=True),
        sa.Column("dealt_by", database.BigId, nullable=True),
        sa.CheckConstraint(
            "(module_revision_id IS NULL) <> (question_revision_id IS NULL)", name=op.f("ck_course_feedback_one_place")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_feedback_course_id")),
        sa.ForeignKeyConstraint(
            ["module_revision_id"], ["module_revision.id"], name=op.f("fk_course_feedback_module_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_revision_id"], ["question_revision.id"], name=op.f("fk_course_feedback_question_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_feedback")),
    )
    op.create_index("ix_course_feedback_course", "course_feedback", ["course_id", "dealt_at"])


def downgrade() -> None:
    """Removes it."""
    op.drop_table("course_feedback")
