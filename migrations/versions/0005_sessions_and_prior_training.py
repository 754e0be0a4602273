"""In-person sessions and recognised prior training; kinds and evidence of exemptions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0005"
down_revision = "0004"

FROZEN = ("training_session", "session_withdrawal", "recognition")
KINDS = ("parental", "sick", "leave", "equivalence")
EARLIER_KINDS = ("leave", "equivalence")


def upgrade() -> None:
    """Adds sessions, withdrawals and recognitions, which stay as they are, and the kinds of leave."""
    op.create_table(
        "training_session",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("course_revision_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("station_id", database.BigId, nullable=False),
        sa.Column("checked_by", sa.String(length=120), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"]),
        sa.ForeignKeyConstraint(["course_revision_id"], ["course_revision.id"]),
        sa.ForeignKeyConstraint(["station_id"], ["duty_station.id"]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_session")),
        sa.UniqueConstraint("token", name=op.f("uq_training_session_token")),
    )
    op.create_index(op.f("ix_training_session_organisation_id"), "training_session", ["organisation_id"])
    op.create_index(op.f("ix_training_session_course_id"), "training_session", ["course_id"])
    op.create_table(
        "session_withdrawal",
        sa.Column("session_id", database.BigId, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["training_session.id"]),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_withdrawal")),
    )
    op.create_table(
        "recognition",
        sa.Column("award_id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("session_id", database.BigId, nullable=True),
        sa.Column("checked_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["training_session.id"]),
        sa.PrimaryKeyConstraint("award_id", name=op.f("pk_recognition")),
    )
    op.create_index(op.f("ix_recognition_organisation_id"), "recognition", ["organisation_id"])
    op.create_index(op.f("ix_recognition_session_id"), "recognition", ["session_id"])
    for table in FROZEN:
        refuse(table, "UPDATE")
        refuse(table, "DELETE")
    know_kinds(KINDS)


def downgrade() -> None:
    """Takes them away; every kind of leave becomes leave again."""
    know_kinds(EARLIER_KINDS)
    for table in FROZEN:
        allow(table, "UPDATE")
        allow(table, "DELETE")
    for table in reversed(FROZEN):
        op.drop_table(table)


def know_kinds(kinds: Sequence[str]) -> None:
    """Lets exemptions be of these kinds only; a kind of leave that is not among them becomes leave.

    SQLite cannot change a constraint, so its table is made again; the triggers go and come back with it.
    """
    allow("exemption", "UPDATE")
    allow("exemption", "DELETE")
    known = f"kind IN ({', '.join(repr(kind) for kind in kinds)})"
    if op.get_bind().dialect.name == "sqlite":
        make_again(known)
    else:
        op.drop_constraint(op.f("ck_exemption_kind_known"), "exemption", type_="check")
        op.execute(f"UPDATE exemption SET kind = 'leave' WHERE NOT ({known})")
        op.create_check_constraint(op.f("ck_exemption_kind_known"), "exemption", known)
    refuse("exemption", "UPDATE", withdrawn_twice_or_reworded("exemption"))
    refuse("exemption", "DELETE")


def make_again(known: str) -> None:
    """Makes SQLite's table of exemptions again with other kinds, row by row the same."""
    columns = (
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("requirement_id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.Column("retracted_at", database.UtcDateTime(), nullable=True),
        sa.Column("retracted_by", database.BigId, nullable=True),
    )
    names = [column.name for column in columns]
    op.create_table(
        "exemption_again",
        *columns,
        sa.CheckConstraint(known, name=op.f("ck_exemption_kind_known")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_exemption_until_after_from")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_exemption_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exemption_person_id")),
        sa.ForeignKeyConstraint(["requirement_id"], ["requirement.id"], name=op.f("fk_exemption_requirement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
    )
    kept = ", ".join(f"CASE WHEN {known} THEN kind ELSE 'leave' END" if name == "kind" else name for name in names)
    op.execute(f"INSERT INTO exemption_again ({', '.join(names)}) SELECT {kept} FROM exemption")
    op.drop_table("exemption")
    op.rename_table("exemption_again", "exemption")
    op.create_index(op.f("ix_exemption_organisation_id"), "exemption", ["organisation_id"])
    op.create_index(op.f("ix_exemption_person_id"), "exemption", ["person_id"])


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


def withdrawn_twice_or_reworded(table: str) -> str:
    """Returns the condition under which an update is more than one withdrawal."""
    bind = op.get_bind()
    names = [column["name"] for column in sa.inspect(bind).get_columns(table)]
    kept = [name for name in names if name not in ("retracted_at", "retracted_by")]
    if bind.dialect.name == "sqlite":
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in kept)
    else:
        changed = " OR ".join(f"OLD.{column}::text IS DISTINCT FROM NEW.{column}::text" for column in kept)
    return f"OLD.retracted_at IS NOT NULL OR NEW.retracted_at IS NULL OR {changed}"
