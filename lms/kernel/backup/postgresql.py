"""Copying a PostgreSQL database by pg_dump, and replacing it by the script of pg_restore in one transaction."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import IO, Any

import psycopg
from sqlalchemy import URL, Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from lms.kernel.backup.archive import REVISION, Contents
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _

FUNCTIONS = (
    "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
    "AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
)
"""The functions that are no part of an extension."""
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()"
)
_WAIT_SECONDS = 5
_UNKNOWN_TO_SERVERS = (b"\\restrict ", b"\\unrestrict ", b"SET transaction_timeout ")
"""Lines for psql, and for servers from version 17 on only."""


class PostgresqlDatabase:
    """The PostgreSQL database of an installation, with the programs of PostgreSQL from a folder or from the path."""

    kind = "postgresql"

    def __init__(self, url: URL, programs: Path | None) -> None:
        # Prepared statements would not know tables that are made anew.
        self._engine = create_engine(
            url,
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={"prepare_threshold": None, "connect_timeout": 5},
        )
        self._url, self._programs = url, programs

    def dump(self, to: Path) -> Contents:
        """Writes a whole copy of one moment, while others read and write; returns what is in it."""
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            # Not by set(), which keeps a password that is to become None.
            address = self._url._replace(drivername="postgresql", password=None).difference_update_query(["password"])
            password = self._url.password or self._url.query.get("password")
            environment = {"PGPASSWORD": str(password)} if password else {}
            to.touch(mode=0o600)
            self._run(
                ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
                 f"--file={to}", f"--dbname={address.render_as_string()}"],
                environment,
            )  # fmt: skip
            # Reads the whole file: each of its tables can be restored.
            self._run(["pg_restore", f"--file={os.devnull}", str(to)])
            return read_contents(connection)

    def read_contents(self) -> Contents:
        """Returns what is in the database."""
        with self._engine.connect() as connection:
            return read_contents(connection)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Raises ``Refusal`` while others are connected to the database."""
        with self._engine.connect() as connection:
            _refuse_others(connection)
        yield

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yields a connection for one transaction, committed in the end; ``Refusal`` while others are connected."""
        with self._engine.begin() as connection:
            _refuse_others(connection)
            yield connection

    @contextmanager
    def replacement(self, dump: Path, expected: Contents) -> Iterator[Connection]:
        """Yields a connection on which the backup is in place of what was there, all of it in one transaction.

        It is committed in the end; whoever fails or is killed meanwhile leaves what was there.
        """
        with self.transaction() as connection:
            for name in inspect(connection).get_table_names():
                connection.exec_driver_sql(f'DROP TABLE "{name}" CASCADE')
            for name in connection.execute(text(FUNCTIONS)).scalars().all():
                connection.exec_driver_sql(f"DROP FUNCTION {name} CASCADE")
            driver: Any = connection.connection.driver_connection
            for section in ("pre-data", "data", "post-data"):
                self._load(driver.cursor(), dump, section)
            # The script has changed settings of the connection.
            connection.exec_driver_sql("RESET ALL")
            read_contents(connection).require_equal(expected)
            yield connection

    def _load(self, cursor: Any, dump: Path, section: str) -> None:
        program = self._program("pg_restore")
        command = [program, f"--section={section}", "--no-owner", "--no-privileges", "--file=-", str(dump)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603
            assert process.stdout is not None  # noqa: S101 - for types
            assert process.stderr is not None  # noqa: S101 - for types
            try:
                run_script(cursor, process.stdout)
            except psycopg.Error as error:
                # The whole error may quote a row.
                said = error.diag.message_primary or type(error).__name__
                raise Refusal(_("The backup cannot be restored here: %(reason)s", reason=said)) from None
            reason = process.stderr.read().decode(errors="replace")
        if process.returncode:
            raise _failed(program, reason)

    def _run(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        name, *options = command
        ended = subprocess.run(  # noqa: S603 - our own words and the installation's settings
            [self._program(name), *options],
            env=os.environ | {"LC_ALL": "C"} | (environment or {}),
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise _failed(name, ended.stderr)

    def _program(self, name: str) -> str:
        found = shutil.which(name, path=None if self._programs is None else str(self._programs))
        if found is None:
            raise Refusal(
                _(
                    "The program %(name)s is missing, which comes with PostgreSQL. Install it (on Debian and Ubuntu: "
                    "apt install postgresql-client), or name its folder: LMS_POSTGRESQL_PROGRAMS=/path/to/bin",
                    name=name,
                )
            )
        return found


def run_script(cursor: Any, lines: IO[bytes]) -> None:
    """Runs a script of pg_restore, whose rows of a table follow the statement ``COPY`` and end with a full stop."""
    statements: list[bytes] = []
    for line in lines:
        if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
            cursor.execute(b"".join(statements))
            statements.clear()
            with cursor.copy(line) as copy:
                for row in iter(lines.readline, b"\\.\n"):
                    copy.write(row)
        elif not line.startswith(_UNKNOWN_TO_SERVERS):
            statements.append(line)
    cursor.execute(b"".join(statements))


def read_contents(connection: Connection) -> Contents:
    """Returns the schema of a database and how many rows each of its tables has."""

    def ask(statement: str) -> list[Any]:
        return [*connection.execute(text(statement)).scalars()]

    names = inspect(connection).get_table_names()
    rows = {name: ask(f'SELECT count(*) FROM "{name}"')[0] for name in names}  # noqa: S608
    return Contents("".join(ask(REVISION)) if "alembic_version" in rows else "", rows)


def _refuse_others(connection: Connection) -> None:
    """Raises ``Refusal`` while others are connected; the server notices after a moment that one has gone."""
    for _attempt in range(_WAIT_SECONDS * 10):
        connection.execute(text("SELECT pg_stat_clear_snapshot()"))
        if not connection.execute(text(OTHERS)).scalar_one():
            return
        sleep(0.1)
    raise Refusal(
        _("The database is in use. Stop the server, the worker and whatever else is connected, and try again.")
    )


def _failed(program: str, reason: str) -> Refusal:
    said = reason.strip() or "?"
    if "version" in said:
        said += "\n" + _(
            "Install the programs of the server's version, or name their folder: LMS_POSTGRESQL_PROGRAMS=/path/to/bin"
        )
    return Refusal(_("%(program)s failed: %(reason)s", program=program, reason=said))
