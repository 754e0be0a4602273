"""People at size: ``python -m bench.people [PEOPLE] [--database sqlite|postgresql]``.

Imports a list of so many people into one organisation while somebody else saves something every tenth of a second, and
measures how long that takes; then the list of people.
"""

import argparse
import io
import logging
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Event, Thread
from typing import Any

from flask import Flask

from bench.compliance import application_on, look_at_tables, show, timed
from bench.population import create_population
from lms.audit.api import record
from lms.kernel import outbox
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.tabular import as_csv, preview_table
from lms.people import queries
from lms.people.importing import operations
from lms.people.importing.models import PeopleImport
from lms.people.importing.parse import FIELDS, guess_columns

TODAY = date(2026, 11, 25)
SECTORS = ("wash", "health", "education", "protection")
NAMES = ("Haddad", "Okello", "Silva", "Yusuf", "Nasser")
LISTS: tuple[dict[str, Any], ...] = (
    {},
    {"page": 900},
    {"state": "now"},
    {"sector": "wash", "state": "now"},
    {"text": "Haddad 47"},
    {"text": "L-04711"},
)


def written(size: int) -> bytes:
    """Writes a list of people."""
    values = {"station": "Station 1", "role": "promoter", "from_on": "2026-01-01"}
    rows = (
        values | {"staff_number": f"L-{n:05}", "name": f"{NAMES[n % 5]} {n}", "sector": SECTORS[n % 4]}
        for n in range(size)
    )
    return as_csv(list(FIELDS), ([each.get(name, "") for name in FIELDS] for each in rows)).encode()


def seconds(act: Callable[[], Any]) -> float:
    """Returns how long an act took."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def sweep_all() -> None:
    """Does everything that is due, as the worker would."""
    while outbox.sweep():
        pass


def save_something(app: Flask, organisation_id: int, ended: Event, took: list[float]) -> None:
    """Saves something every tenth of a second, as other people do, and notes how long each had to wait."""

    def save() -> None:
        with unit_of_work():
            record(SYSTEM, "bench.save", "organisation", organisation_id, organisation_id=organisation_id)

    with app.app_context():
        while not ended.wait(0.1):
            took.append(seconds(save) * 1000)


def import_list(app: Flask, organisation_id: int, data: bytes) -> None:
    """Imports a list, and measures what others wait for meanwhile."""
    top = preview_table(io.BytesIO(data))
    with unit_of_work():
        each = operations.upload(SYSTEM, organisation_id, "list.csv", top, [data])
        operations.choose_columns(SYSTEM, each, guess_columns(top.header, {}), {})
        number = each.id
    ended, waits = Event(), [0.0]
    others = Thread(target=save_something, args=(app, organisation_id, ended, waits))
    others.start()
    print(f"  {'the check of the list':44} {seconds(sweep_all):10.1f} s", flush=True)
    show("others save meanwhile", sorted(waits), goal=f"longest {max(waits):.0f} ms, goal 1 000 ms")
    waits[:] = [0.0]
    with unit_of_work():
        operations.request_apply(SYSTEM, session.get_one(PeopleImport, number), reason="Bench")
    print(f"  {'the list applied':44} {seconds(sweep_all):10.1f} s", flush=True)
    ended.set()
    others.join()
    show("others save meanwhile", sorted(waits), goal=f"longest {max(waits):.0f} ms, goal 1 000 ms")


def run(database: str, size: int, folder: Path) -> None:
    """Measures one database."""
    with application_on(database, folder) as app:
        print(f"\n{size} people on {database}", flush=True)
        population = create_population(app.extensions["settings"], 100, lambda _done: None)
        here = population.organisations[0]
        import_list(app, here, written(size))
        look_at_tables(database)
        actor = Actor(account_id=1, name="Hana", scopes={Role.LEARNER: None, Role.HR: frozenset({here})})
        for filters in LISTS:
            given = {"page": 1, "text": "", "station": "", "sector": "", "state": ""} | filters

            def read(given: dict[str, Any] = given) -> None:
                with reading():
                    queries.list_directory(actor, TODAY, **given)

            show(f"/people {filters or ''}", timed(read, 5), goal="goal 300 ms")


def main() -> None:
    """Measures the databases that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", nargs="?", type=int, default=50_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    given = parser.parse_args()
    logging.disable()
    for database in given.database or ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory() as folder:
            run(database, given.people, Path(folder))


if __name__ == "__main__":
    main()
