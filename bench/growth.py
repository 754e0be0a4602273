"""How pages grow: ``python -m bench.growth [PEOPLE ...] [--database sqlite|postgresql] [--only WORD]``.

Opens every list, look-up and export of an organisation at each size, 600 and 5000 people unless other sizes are named
(50000 takes some minutes), and prints one table for each database. For each size: milliseconds of CPU of this process
and of the database, statements, and the answer in kB. What is kept of earlier answers is thrown away before each. Then
by how many times CPU and answer grow from the least to the largest size, and what of the large tables a statement of
the page goes through whole, by its plan at the largest size.
"""

import argparse
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from bench.compliance import application_on
from bench.load import family
from bench.people import sweep_all
from lms.kernel.caching import database_caches
from lms.kernel.db import db, session, unit_of_work
from lms.kernel.memory import freeze_loaded
from lms.people.models import DutyStation, Organisation
from tests.factories.large_organisation import large_organisation
from tests.factories.long_lists import EXPORTS, addresses, pages_of
from tests.factories.people import make_small_organisation, sign_in
from tests.factories.query_plans import is_question, scans

TIMES, LONG_MS = 4, 300
"""A page is opened so often, the first time to warm up, and once more where it takes long; the least is shown."""
EVEN = 1.5
"""CPU that grows by less than this times the answer grows with it: figures vary by as much."""
COUNTING_MS = 5
"""So much for each of 1000 more people may be added: a list counts itself, by an index, to say how long it is."""
NAMED_AT = 50_000
"""Pages are named as at this size."""


@dataclass
class Opened:
    """What one page showed at one size."""

    status: int = 0
    ms: float = 0.0
    kilobytes: float = 0.0
    statements: int = 0
    whole: set[str] = field(default_factory=set)
    """The tables that a plan goes through whole."""


def cpu_ms(others: int) -> float:
    """Returns the CPU of this process, and of the database's where there is one, in milliseconds."""
    spent = time.process_time() * 1000
    for pid in family(others) if others else ():
        # Nanoseconds on a processor; the usual times count in hundredths of a second.
        spent += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    return spent


@contextmanager
def asked(engine: Engine, statements: list[tuple[str, Any]]) -> Iterator[None]:
    """Appends each statement that is asked, with its values."""

    def before(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        statements.append((statement, values))

    event.listen(engine, "before_cursor_execute", before)
    yield
    event.remove(engine, "before_cursor_execute", before)


def forget(app: Flask) -> None:
    """Throws away what this process keeps of earlier answers."""
    app.extensions.pop("caches", None)
    database_caches.clear()


@dataclass(frozen=True)
class Opener:
    """Opens the pages of one application."""

    app: Flask
    engine: Engine
    database_pid: int
    plans: bool

    def open(self, client: FlaskClient, path: str) -> Opened:
        """Opens a page some times."""
        page, times = Opened(), TIMES
        while times:
            statements: list[tuple[str, Any]] = []
            forget(self.app)
            began = cpu_ms(self.database_pid)
            with asked(self.engine, statements):
                response = client.get(path)
                size = len(response.data)
                if "/compliance/prepare?" in (response.location or ""):
                    response = self.made_by_job(client, response.location)
                    size = len(response.data)
            took = cpu_ms(self.database_pid) - began
            page.ms = took if times == TIMES else min(took, page.ms)
            times = times - 1 if took < LONG_MS else min(times - 1, 1)
        page.status, page.kilobytes = response.status_code, size / 1000
        page.statements = sum(not statement.startswith(("BEGIN", "SAVEPOINT")) for statement, _ in statements)
        for statement, values in dict(statements).items() if self.plans else ():
            if is_question(statement):
                with self.engine.connect() as connection:
                    page.whole.update(scans(connection, statement, values))
        return page

    def made_by_job(self, client: FlaskClient, address: str) -> TestResponse:
        """Has a file made as people do where it takes long, and returns it."""
        form = dict(parse_qsl(urlsplit(address).query))
        job = client.post("/compliance/jobs", data=form).location
        with self.app.app_context():
            sweep_all()
        return client.get(f"{job}/file")

    def open_all(self, people: int, only: str) -> dict[str, Opened]:
        """Opens every page, by its name: the same filter has other numbers at other sizes."""
        found, names = {}, pages_of(NAMED_AT)
        for who, own in pages_of(people).items():
            client = self.app.test_client()
            sign_in(client, f"{who}@demo.example")
            pages = [
                *zip(names[who], own, strict=True),
                *((path, path) for path in (*addresses(self.app), *EXPORTS[who])),
            ]
            for name, path in pages:
                if only in name:
                    found[f"{who}: {name}"] = self.open(client, path)
                    print(f"  {people} people, {name}", end="\x1b[K\r", file=sys.stderr, flush=True)
        return found


def measure(database: str, people: int, only: str, *, plans: bool) -> dict[str, Opened]:
    """Opens every page of an organisation of so many people."""
    with tempfile.TemporaryDirectory() as folder, application_on(database, Path(folder)) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        make_small_organisation(app)
        with unit_of_work():
            large_organisation(session.query(Organisation).one(), session.query(DutyStation).one(), people)
        postmaster = Path(folder) / "pgdata/postmaster.pid"
        pid = int(postmaster.read_text().split()[0]) if postmaster.exists() else 0
        opener = Opener(app, db.engine, pid, plans)
        # Requests open contexts of their own, which they do not inside this one.
        with ThreadPoolExecutor(1) as elsewhere:
            return elsewhere.submit(opener.open_all, people, only).result()


def grows(first: Opened, last: Opened, people: int) -> str:
    """Says where a page's CPU grows faster than its answer."""
    more = (last.ms - first.ms) / (people or 1) * 1000
    faster = last.ms / first.ms > EVEN * max(last.kilobytes / first.kilobytes, 1) and more > COUNTING_MS
    return f"faster than its answer, {more:.1f} ms for each 1000 people" if faster else ""


def show(figures: dict[int, dict[str, Opened]]) -> None:
    """Prints the table."""
    sizes = sorted(figures)
    least, largest = sizes[0], sizes[-1]
    print(f"{'':62}" + "".join(f"{size:>9} people         " for size in sizes) + "   CPU answer, times")
    print(f"{'':62}" + f"{'ms':>8} {'asked':>5} {'kB':>8}  " * len(sizes))
    for name in figures[least]:
        pages = [figures[size][name] for size in sizes]
        if pages[0].status != HTTPStatus.OK:
            # A page that leads elsewhere, or that not everybody may open.
            continue
        cells = "".join(f"{page.ms:8.1f} {page.statements:5} {page.kilobytes:8.1f}  " for page in pages)
        first, last = pages[0], pages[-1]
        notes = [grows(first, last, largest - least), *sorted(last.whole)]
        notes += [
            f"answers {page.status} at {size}" for size, page in zip(sizes, pages, strict=True) if page.status != 200
        ]
        times = f"{last.ms / first.ms:6.1f} {last.kilobytes / first.kilobytes:6.1f}"
        print(f"{name:62}{cells}{times}  {'; '.join(filter(None, notes))}".rstrip())


def main() -> None:
    """Measures the sizes and databases that are named."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("people", nargs="*", type=int, default=[600, 5000])
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--only", default="", metavar="WORD", help="only pages whose address contains this")
    given = parser.parse_args()
    logging.disable()
    freeze_loaded()
    for database in given.database or ["sqlite", "postgresql"]:
        figures = {
            people: measure(database, people, given.only, plans=people == max(given.people))
            for people in sorted(given.people)
        }
        print(f"\n{database}, load {os.getloadavg()[0]:.1f}")
        show(figures)


if __name__ == "__main__":
    main()
