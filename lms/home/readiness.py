"""Whether pages can be served: what ``/readyz`` answers."""

import re
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError as NoFreeConnection

from lms.home import queries
from lms.kernel.config import current_settings
from lms.kernel.db import db, rollback, session
from lms.web.limits import limiter

_VERSION_TABLE = "alembic_version"


def find_problem() -> str:
    """Returns why pages cannot be served, as a word for programs that says nothing secret, or an empty string."""
    settings = current_settings()
    try:
        problem = _database_problem()
        zones = {settings.time_zone} if problem else {settings.time_zone, *queries.list_time_zones()}
        unknown = not all(is_zone(zone) for zone in zones)
    except (OperationalError, InterfaceError, NoFreeConnection):
        problem, unknown = "database_unavailable", False
    except DBAPIError:
        # SQLite says so of a file that is no database or is damaged, PostgreSQL of a missing right.
        sqlite = db.engine.dialect.name == "sqlite"
        problem, unknown = "database_malformed" if sqlite else "database_access_denied", False
    if problem:
        return problem
    if unknown:
        return "time_zone_unknown"
    if settings.rate_limit_storage.startswith("redis") and not limiter.storage.check():
        return "redis_unavailable"
    return ""


def is_zone(name: str) -> bool:
    """Returns whether the system knows a time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _database_problem() -> str:
    """Returns what is wrong with the tables: each is looked for, and its first row read."""
    rollback()
    present = set(inspect(session.connection()).get_table_names())
    if _VERSION_TABLE not in present:
        return "tables_missing"
    version = session.scalar(text(f"SELECT version_num FROM {_VERSION_TABLE}"))  # noqa: S608 - our own name
    if version != newest_migration(Path(current_app.extensions["migrate"].directory)):
        return "schema_not_newest"
    tables = db.metadata.sorted_tables
    if not present.issuperset(table.name for table in tables):
        return "tables_missing"
    queries.read_first_rows(tables)
    return ""


@cache
def newest_migration(folder: Path) -> str | None:
    """Returns the revision of the newest migration in the folder of migrations: the one that no other follows."""
    # Alembic says so too, but would take 10 MB of each process that is asked whether it is ready.
    texts = [path.read_text() for path in (folder / "versions").glob("*.py")]
    followed = {found[1] for text in texts if (found := re.search(r'^down_revision = "(.+)"$', text, re.MULTILINE))}
    revisions = {found[1] for text in texts if (found := re.search(r'^revision = "(.+)"$', text, re.MULTILINE))}
    return next(iter(revisions - followed), None)
