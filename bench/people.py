"""People at size: ``python -m bench.people [PEOPLE ...] [--database sqlite|postgresql]``.

Imports a list of so many people into one organisation while somebody else saves something every tenth of a second, and
measures how long that takes; then the list of people. Times of the processor are those of this process: they say what
is done where a busy machine makes everything wait.
"""

import io
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

from flask import Flask

from bench.compliance import application_on, look_at_tables, measure_databases, show, timed
from bench.population import create_population
from lms.audit.api import record
from lms.kernel import outbox
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.tabular import as_csv, preview_table
from lms.people.directory.queries import list_directory
from lms.people.importing import operations
from lms.people.importing.headings import guess_columns
from lms.people.importing.models import PeopleImport
from lms.people.importing.parse import FIELDS

TODAY = date(2026, 11, 25)
SECTORS = ("wash", "health", "education", "protection")
NAMES = ("Haddad", "Okello", "Silva", "Yusuf", "Nasser")
LISTS: tuple[dict[str, Any], ...] = (
    {},
    {"page": 900},
    {"state": "now"},
    {"sector": "wash", "state": "now"},
    {"station": "station-0"},
    {"state": "left"},
    {"text": "Haddad 47"},
    {"text": "L-04711"},
)


def written(size: int) -> bytes:
    """Writes a list of people."""
    values = {"station": "Station 1", "role": "promoter"}
    rows = (
        values
        | {"staff_number": f"L-{n:05}", "name": f"{NAMES[n % 5]} {n}", "sector": SECTORS[n % 4]}
        | {"from_on": (TODAY - timedelta(days=1 + n * 7919 % 1000)).isoformat()}
        for n in range(size)
    )
    return as_csv(list(FIELDS), ([each.get(name, "") for name in FIELDS] for each in rows)).encode()


def seconds(act: Callable[[], Any]) -> float:
    """Returns how long an act took."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def show_seconds(name: str, act: Callable[[], Any]) -> None:
    """Prints how long an act took, and how much of it the processor worked."""
    began = time.process_time()
    took = seconds(act)
    print(f"  {name:44} {took:10.1f} s   processor {time.process_time() - began:8.1f} s", flush=True)


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
    show_seconds("the check of the list", sweep_all)
    show("others save meanwhile", sorted(waits), goal=f"longest {max(waits):.0f} ms, goal 1 000 ms")
    waits[:] = [0.0]
    with unit_of_work():
        operations.request_apply(SYSTEM, session.get_one(PeopleImport, number), reason="Bench")
    show_seconds("the list applied", sweep_all)
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
                    list_directory(actor, TODAY, **given)

            began = time.process_time()
            took = timed(read, 5)
            worked = (time.process_time() - began) / 5 * 1000
            show(f"/people {filters or ''}", took, goal=f"goal 300 ms, processor {worked:.0f} ms")


def main() -> None:
    """Measures the databases that are named."""
    measure_databases(__doc__, [50_000], run)


if __name__ == "__main__":
    main()
