"""Tables and columns take the field's words; values change only where they name a state.

Whatever follows from a renamed table (indexes, constraints, triggers) keeps working on both databases: they rename
what refers to a table or column themselves. Indexes that carry the old name are renamed beside it.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

TABLES: dict[str, str] = {
    "standing_interval": "status_interval",
    "ledger_entry": "count_delta",
    "ledger_day": "daily_count",
    "ledger_checkpoint": "count_snapshot",
    "ledger_state": "projection_state",
    "projection": "projection_job",
    "sheet": "shared_content",
    "sector_lead": "sector_focal_point",
    "record_query": "correction_request",
    "record_query_answer": "correction_request_answer",
    "people_import_piece": "people_import_file_part",
    "fresh_start": "edition_switch",
}
"""Old name of a table to its new one."""

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("status_interval", "standing", "status"),
    ("count_delta", "standing", "status"),
    ("daily_count", "standing", "status"),
    ("count_snapshot", "standing", "status"),
    ("projection_state", "basis", "inputs"),
    ("projection_job", "basis", "inputs"),
    ("projection_state", "first_checkpoint", "first_snapshot"),
    ("projection_state", "last_checkpoint", "last_snapshot"),
    ("person_merge", "kept_id", "surviving_id"),
    ("correction_request", "said", "text"),
    ("correction_request_answer", "query_id", "request_id"),
    ("correction_request_answer", "said", "text"),
    ("people_import", "apply_asked_at", "apply_requested_at"),
    ("people_import", "apply_asked_by", "apply_requested_by"),
    ("people_import", "undo_asked_at", "undo_requested_at"),
    ("people_import", "undo_asked_by", "undo_requested_by"),
    ("people_import", "blanked_at", "anonymised_at"),
    ("people_import_row", "kept", "skipped"),
    ("award", "dates_because", "date_inputs"),
    ("reminder_run", "figures", "counts"),
    ("reminder_run", "on_paper", "without_email"),
    ("attempt", "draw", "questions"),
    ("attempt", "marks", "grades"),
)
"""Table (by its new name), old name of a column, new name."""

INDEXES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "sector_focal_point",
        "ix_sector_lead_organisation_id",
        "ix_sector_focal_point_organisation_id",
        ("organisation_id",),
    ),
    ("shared_content", "ix_sheet_name", "ix_shared_content_name", ("name",)),
    ("status_interval", "ix_standing_interval_person", "ix_status_interval_person", ("person_id", "organisation_id")),
    ("projection_job", "ix_projection_organisation_id", "ix_projection_job_organisation_id", ("organisation_id",)),
    ("person_merge", "ix_person_merge_kept_id", "ix_person_merge_surviving_id", ("surviving_id",)),
    ("correction_request", "ix_record_query_person_id", "ix_correction_request_person_id", ("person_id",)),
    (
        "correction_request",
        "ix_record_query_organisation",
        "ix_correction_request_organisation",
        ("organisation_id", "recorded_at"),
    ),
    ("edition_switch", "ix_fresh_start_person_course", "ix_edition_switch_person_course", ("person_id", "course_id")),
)
"""Table (by its new name), old name of an index, new name, columns (by their new names)."""


def rename_table(old: str, new: str) -> None:
    """Renames a table, and on PostgreSQL its primary key; SQLite names none."""
    op.rename_table(old, new)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX pk_{old} RENAME TO pk_{new}")


def rename_index(table: str, old: str, new: str, columns: tuple[str, ...]) -> None:
    """Renames an index; SQLite can only make it anew."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")
        return
    op.drop_index(old, table_name=table)
    op.create_index(new, table, list(columns))


IMPORT_OUTCOMES = {"refused": "rejected", "kept": "skipped"}
"""Old outcome of a row of an import to its new one."""


def rename_import_outcomes(outcomes: dict[str, str]) -> None:
    """Renames the outcomes of rows, and the keys under which an import counts them."""
    connection = op.get_bind()
    for old, new in outcomes.items():
        connection.execute(
            sa.text("UPDATE people_import_row SET outcome = :new WHERE outcome = :old"), {"old": old, "new": new}
        )
    update = sa.text("UPDATE people_import SET counts = :counts WHERE id = :id")
    if connection.dialect.name == "postgresql":
        update = sa.text("UPDATE people_import SET counts = CAST(:counts AS JSONB) WHERE id = :id")
    for number, stored in connection.execute(sa.text("SELECT id, counts FROM people_import")).all():
        counts: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
        renamed = {outcomes.get(name, name): count for name, count in counts.items()}
        if renamed != counts:
            connection.execute(update, {"counts": json.dumps(renamed), "id": number})


def upgrade() -> None:
    """Gives the new names."""
    for old, new in TABLES.items():
        rename_table(old, new)
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for table, old, new, columns in INDEXES:
        rename_index(table, old, new, columns)
    rename_import_outcomes(IMPORT_OUTCOMES)


def downgrade() -> None:
    """Gives the old names back."""
    rename_import_outcomes({new: old for old, new in IMPORT_OUTCOMES.items()})
    old_columns = {(table, new): old for table, old, new in COLUMNS}
    for table, old, new in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    for table, old, new, columns in INDEXES:
        rename_index(table, new, old, tuple(old_columns.get((table, each), each) for each in columns))
    for old, new in reversed(TABLES.items()):
        rename_table(new, old)
