"""Recording acts, and writing to the trail past its rules as somebody with the database's own keys could."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from lms.audit import jobs, operations
from lms.audit.rules import ChainFault
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def later(**span: float) -> FixedClock:
    """Returns a clock set some time after NOW."""
    return FixedClock(NOW + timedelta(**span))


def act(count: int = 1, *, account: int | None = None, action: str = "people.record_person", **more: Any) -> None:
    """Records acts in one transaction."""
    with unit_of_work():
        for number in range(count):
            operations.record(Actor(account_id=account) if account else SYSTEM, action, "person", number + 1, **more)


def link() -> int:
    """Links what is there."""
    return jobs.link_entries()


def drop_triggers() -> None:
    """Takes away what refuses changes: on SQLite for good, on PostgreSQL until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
    for table in ("audit_entry", "audit_link", "audit_check"):
        for event in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER IF EXISTS {table}_refuses_{event}"))


def faults_after(*statements: str, **values: object) -> list[ChainFault]:
    """Returns what a check finds after forbidden statements, which are then forgotten."""
    with unit_of_work():
        drop_triggers()
        for statement in statements:
            session.execute(text(statement), values)
        found = list(operations.check_chain().faults)
        session.rollback()
    return found
