"""Tables and columns take the field's words; no row changes.

Whatever follows from a renamed table (indexes, constraints, triggers) keeps working on both databases: they rename
what refers to a table or column themselves. Indexes that carry the old name are renamed beside it.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

TABLES = {
    "standing_interval": "status_interval",
    "ledger_entry": "count_delta",
    "ledger_day": "daily_count",
    "ledger_checkpoint": "count_snapshot",
    "ledger_state": "projection_state",
    "projection": "projection_job",
    "sheet": "shared_content",
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
)
"""Table (by its new name), old name of a column, new name."""

INDEXES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("shared_content", "ix_sheet_name", "ix_shared_content_name", ("name",)),
    (
        "status_interval",
        "ix_standing_interval_person",
        "ix_status_interval_person",
        ("person_id", "organisation_id"),
    ),
    (
        "projection_job",
        "ix_projection_organisation_id",
        "ix_projection_job_organisation_id",
        ("organisation_id",),
    ),
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


def upgrade() -> None:
    """Gives the new names."""
    for old, new in TABLES.items():
        rename_table(old, new)
    for table, old, new in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for table, old, new, columns in INDEXES:
        rename_index(table, old, new, columns)


def downgrade() -> None:
    """Gives the old names back."""
    old_columns = {(table, new): old for table, old, new in COLUMNS}
    for table, old, new in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    for table, old, new, columns in INDEXES:
        rename_index(table, new, old, tuple(old_columns.get((table, each), each) for each in columns))
    for old, new in reversed(TABLES.items()):
        rename_table(new, old)
