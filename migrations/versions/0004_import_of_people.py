"""Imports of people: the file's rows and what came of them."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        "people_import",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("shape", database.Document, nullable=False),
        sa.Column("header", database.Document, nullable=False),
        sa.Column("samples", database.Document, nullable=False),
        sa.Column("columns", database.Document, nullable=False),
        sa.Column("choices", database.Document, nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("checked_at", database.UtcDateTime(), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.Column("counts", database.Document, nullable=False),
        sa.Column("reasons", database.Document, nullable=False),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("batches_done", sa.Integer(), nullable=False),
        sa.Column("batches_undone", sa.Integer(), nullable=False),
        sa.Column("apply_asked_at", database.UtcDateTime(), nullable=True),
        sa.Column("apply_asked_by", database.BigId, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("applied_at", database.UtcDateTime(), nullable=True),
        sa.Column("undo_asked_at", database.UtcDateTime(), nullable=True),
        sa.Column("undo_asked_by", database.BigId, nullable=True),
        sa.Column("undo_reason", sa.String(length=500), nullable=False),
        sa.Column("undone_at", database.UtcDateTime(), nullable=True),
        sa.Column("blanked_at", database.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_people_import_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import")),
    )
    op.create_index("ix_people_import_organisation", "people_import", ["organisation_id", "id"])
    op.create_table(
        "people_import_piece",
        sa.Column("import_id", database.BigId, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["people_import.id"], name=op.f("fk_people_import_piece_import_id")),
        sa.PrimaryKeyConstraint("import_id", "part", name=op.f("pk_people_import_piece")),
    )
    op.create_table(
        "people_import_row",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("import_id", database.BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("cells", database.Document, nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("notes", database.Document, nullable=False),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.Column("applied_at", database.UtcDateTime(), nullable=True),
        sa.Column("recorded", database.Document, nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["people_import.id"], name=op.f("fk_people_import_row_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import_row")),
        sa.UniqueConstraint("import_id", "number", name=op.f("uq_people_import_row_import_id_number")),
    )
    op.create_index("ix_people_import_row_outcome", "people_import_row", ["import_id", "outcome", "id"])
    op.create_index("ix_people_import_row_batch", "people_import_row", ["import_id", "batch"])


def downgrade() -> None:
    """Takes them away again."""
    op.drop_table("people_import_row")
    op.drop_table("people_import_piece")
    op.drop_table("people_import")
