"""Persons who are one, and what people say is wrong in their record."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REWORDED = ("id", "kept_id", "merged_id", "organisation_id", "reason", "recorded_at", "recorded_by")


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
    """Takes the trigger away again."""
    name = f"{table}_refuses_{event.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {name}()")


def withdrawn_twice_or_reworded() -> str:
    """Returns the condition under which an update of a merge is more than one withdrawal."""
    differ = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    changed = " OR ".join(f"OLD.{column} {differ} NEW.{column}" for column in REWORDED)
    return f"OLD.retracted_at IS NOT NULL OR NEW.retracted_at IS NULL OR {changed}"


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        "person_merge",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kept_id", NUMBER, nullable=False),
        sa.Column("merged_id", NUMBER, nullable=False),
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", NUMBER),
        sa.Column("retracted_at", MOMENT),
        sa.Column("retracted_by", NUMBER),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_person_merge_two_persons")),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_person_merge_kept_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["person.id"], name=op.f("fk_person_merge_merged_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_person_merge_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    op.create_index(op.f("ix_person_merge_kept_id"), "person_merge", ["kept_id"])
    op.create_index(
        "uq_person_merge_merged_id_standing",
        "person_merge",
        ["merged_id"],
        unique=True,
        sqlite_where=sa.text("retracted_at IS NULL"),
        postgresql_where=sa.text("retracted_at IS NULL"),
    )
    op.create_table(
        "record_query",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("said", sa.String(300), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", NUMBER),
        sa.CheckConstraint(
            "kind IN ('placement', 'certificate', 'name', 'other')", name=op.f("ck_record_query_kind_known")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_record_query_person_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_record_query_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_query")),
    )
    op.create_index(op.f("ix_record_query_person_id"), "record_query", ["person_id"])
    op.create_index("ix_record_query_organisation", "record_query", ["organisation_id", "recorded_at"])
    op.create_table(
        "record_query_answer",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("query_id", NUMBER, nullable=False),
        sa.Column("said", sa.String(500), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", NUMBER),
        sa.ForeignKeyConstraint(["query_id"], ["record_query.id"], name=op.f("fk_record_query_answer_query_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_query_answer")),
        sa.UniqueConstraint("query_id", name=op.f("uq_record_query_answer_query_id")),
    )
    refuse("person_merge", "UPDATE", withdrawn_twice_or_reworded())
    refuse("person_merge", "DELETE")
    for table in ("record_query", "record_query_answer"):
        refuse(table, "UPDATE")
        refuse(table, "DELETE")


def downgrade() -> None:
    """Takes them away again."""
    for table in ("record_query_answer", "record_query", "person_merge"):
        allow(table, "UPDATE")
        allow(table, "DELETE")
        op.drop_table(table)
