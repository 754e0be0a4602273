"""People can be corrected: the parts of a name, the name to print, and what was recorded before."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PARTS = ("given_name", "family_name", "printed_name")
FIELDS = "'name', 'given_name', 'family_name', 'printed_name', 'email', 'language', 'staff_number'"
KEPT = ("id", "person_id", "organisation_id", "employment_id", "field", "reason", "recorded_at", "recorded_by")
TABLE = "person_correction"


def refuse(event: str, condition: str = "") -> None:
    """Adds a trigger that refuses an event on the table's rows where the condition holds."""
    name = f"{TABLE}_refuses_{event.lower()}"
    sentence = f"{TABLE}: what happened is not {'removed' if event == 'DELETE' else 'changed'}"
    if op.get_bind().dialect.name == "sqlite":
        when = f"WHEN {condition}" if condition else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} {when} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )
        return
    when = f"WHEN ({condition})" if condition else ""
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")


def reworded() -> str:
    """Returns the condition under which an update is more than the erasure of both values."""
    differ = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    changed = " OR ".join(f"OLD.{column} {differ} NEW.{column}" for column in KEPT)
    return f"NEW.old_value IS NOT NULL OR NEW.new_value IS NOT NULL OR {changed}"


def upgrade() -> None:
    """Adds them."""
    for part in PARTS:
        op.add_column("person", sa.Column(part, sa.String(200)))
    op.create_table(
        TABLE,
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("organisation_id", NUMBER),
        sa.Column("employment_id", NUMBER),
        sa.Column("field", sa.String(20), nullable=False),
        sa.Column("old_value", sa.String(254)),
        sa.Column("new_value", sa.String(254)),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", NUMBER),
        sa.CheckConstraint(f"field IN ({FIELDS})", name=op.f("ck_person_correction_field_known")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_correction_person_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_person_correction_organisation_id")
        ),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_person_correction_employment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_correction")),
    )
    op.create_index(op.f("ix_person_correction_person_id"), TABLE, ["person_id"])
    refuse("UPDATE", reworded())
    refuse("DELETE")


def downgrade() -> None:
    """Takes them away again."""
    op.drop_table(TABLE)
    if op.get_bind().dialect.name == "postgresql":
        for event in ("update", "delete"):
            op.execute(f"DROP FUNCTION {TABLE}_refuses_{event}()")
    for part in PARTS:
        op.drop_column("person", part)
