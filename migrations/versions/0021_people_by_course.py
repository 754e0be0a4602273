"""People by course can be saved as a view and made as a file; no existing row changes."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

CHECKS = {
    "export_job": ("ck_export_job_kind_known", "kind IN ('report', 'people', {}'changes', 'check')", "'matrix', "),
    "saved_view": ("ck_saved_view_page_known", "page IN ('report', 'people'{})", ", 'matrix'"),
}
"""By table: the constraint, its text, and the word that is new in it."""


def upgrade() -> None:
    """Knows people by course."""
    for table, (name, text, new) in CHECKS.items():
        replace_check(table, name, text.format(""), text.format(new))


def downgrade() -> None:
    """Removes requests for such files, and opens saved views of it as the list of people."""
    op.execute("DELETE FROM export_job WHERE kind = 'matrix'")
    op.execute("UPDATE saved_view SET page = 'people' WHERE page = 'matrix'")
    for table, (name, text, new) in CHECKS.items():
        replace_check(table, name, text.format(new), text.format(""))


def replace_check(table: str, name: str, old: str, new: str) -> None:
    """Replaces the text of a constraint; SQLite's table is made again with it, its indexes as they were."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, new)
        return
    parts = connection.execute(
        sa.text("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL"),
        {"table": table},
    ).all()
    others = [part for part in parts if part.type != "table"]
    for part in others:
        op.execute(f"DROP {part.type} {part.name}")
    op.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    connection.exec_driver_sql(next(part.sql for part in parts if part.type == "table").replace(old, new))
    op.execute(f"INSERT INTO {table} SELECT * FROM old_{table}")
    op.drop_table(f"old_{table}")
    for part in others:
        connection.exec_driver_sql(part.sql)
