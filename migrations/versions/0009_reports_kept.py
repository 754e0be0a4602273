"""Views of the report kept under a name, and files and long reports that jobs make."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        "saved_view",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("account_id", database.BigId, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("page", sa.String(length=10), nullable=False),
        sa.Column("choices", database.Document, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.CheckConstraint("page IN ('report', 'people')", name=op.f("ck_saved_view_page_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_view_account_id_name")),
    )
    op.create_table(
        "export_job",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("account_id", database.BigId, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("choices", database.Document, nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("finished_at", database.UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("size_bytes", database.BigId, nullable=False),
        sa.Column("result", database.Document, nullable=True),
        sa.Column("removed_at", database.UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('report', 'people', 'changes', 'check')", name=op.f("ck_export_job_kind_known")),
        sa.CheckConstraint("format IN ('csv', 'xlsx', 'pdf', 'page')", name=op.f("ck_export_job_format_known")),
        sa.CheckConstraint("outcome IN ('', 'ready', 'refused', 'failed')", name=op.f("ck_export_job_outcome_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_job")),
    )
    op.create_index(op.f("ix_export_job_account_id"), "export_job", ["account_id"])
    op.create_index(op.f("ix_export_job_finished_at"), "export_job", ["finished_at"])


def downgrade() -> None:
    """Takes them away again."""
    op.drop_table("export_job")
    op.drop_table("saved_view")
