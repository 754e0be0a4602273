"""One exemption can be from everything required: a leave is one fact, and also covers requirements made during it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

CHECK = "requirement_id IS NOT NULL OR kind <> 'equivalence'"
NAME = "ck_exemption_equivalence_of_one"
COPIED = (
    "person_id", "organisation_id", "from_on", "until_on", "kind", "reason", "evidence", "recorded_at", "recorded_by",
    "retracted_at", "retracted_by",
)  # fmt: skip


def make_again(old: str, new: str) -> None:
    """Makes SQLite's table again with other text in its definition; indexes and triggers come back as they were."""
    connection = op.get_bind()
    parts = connection.execute(
        sa.text("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'exemption' AND sql IS NOT NULL")
    ).all()
    (table,) = [part.sql for part in parts if part.type == "table"]
    others = [part for part in parts if part.type != "table"]
    for part in others:
        op.execute(f"DROP {part.type} {part.name}")
    op.execute("ALTER TABLE exemption RENAME TO old_exemption")
    connection.exec_driver_sql(table.replace(old, new))
    op.execute("INSERT INTO exemption SELECT * FROM old_exemption")
    op.drop_table("old_exemption")
    for part in others:
        connection.exec_driver_sql(part.sql)


OBLIGED, FREE = "requirement_id INTEGER NOT NULL,", f"requirement_id INTEGER CONSTRAINT {NAME} CHECK ({CHECK}),"


def upgrade() -> None:
    """Lets an exemption name no requirement."""
    if op.get_bind().dialect.name == "sqlite":
        make_again(OBLIGED, FREE)
        return
    op.alter_column("exemption", "requirement_id", nullable=True)
    op.create_check_constraint(op.f(NAME), "exemption", CHECK)


def downgrade() -> None:
    """Writes one exemption for each requirement again."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(
        f"INSERT INTO exemption (requirement_id, {', '.join(COPIED)}) "
        f"SELECT requirement.id, {', '.join(f'exemption.{name}' for name in COPIED)} FROM exemption JOIN requirement "
        "ON requirement.organisation_id IS NULL OR requirement.organisation_id = exemption.organisation_id "
        "WHERE exemption.requirement_id IS NULL"
    )
    delete = "DELETE FROM exemption WHERE requirement_id IS NULL"
    if sqlite:
        op.execute("DROP TRIGGER exemption_refuses_delete")
        trigger = "exemption: what happened is not removed"
        op.execute(delete)
        op.execute(
            "CREATE TRIGGER exemption_refuses_delete BEFORE DELETE ON exemption  "
            f"BEGIN SELECT RAISE(ABORT, '{trigger}'); END"
        )
        make_again(FREE, OBLIGED)
        return
    op.execute("ALTER TABLE exemption DISABLE TRIGGER USER")
    op.execute(delete)
    op.execute("ALTER TABLE exemption ENABLE TRIGGER USER")
    op.drop_constraint(op.f(NAME), "exemption", type_="check")
    op.alter_column("exemption", "requirement_id", nullable=False)
