"""Requirements at size: ``python -m bench.requirements [PEOPLE ...] [--database sqlite|postgresql]``.

Previews a requirement of all organisations and then records it, while somebody else saves something every tenth of a
second; what those saves take with nothing beside them is measured first, in the same run.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

from flask import Flask

from bench.compliance import application_on, look_at_tables, measure_databases, show
from bench.people import save_something, show_seconds, sweep_all
from bench.population import create_population
from lms.compliance.api import Terms, rebuild
from lms.compliance.requirements.models import Requirement
from lms.compliance.requirements.operations import add_version, make_requirement
from lms.compliance.requirements.preview import preview
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, session, unit_of_work

TERMS = Terms(due_days=30, match={"sectors": ["wash", "health"]})


def beside_saves(app: Flask, organisation_id: int, name: str, act: Callable[[], Any]) -> None:
    """Measures an act, and how long others wait to save meanwhile."""
    ended, waits = Event(), [0.0]
    others = Thread(target=save_something, args=(app, organisation_id, ended, waits))
    others.start()
    try:
        show_seconds(name, act)
    finally:
        ended.set()
        others.join()
    show("  others save meanwhile", sorted(waits), goal=f"longest {max(waits):.0f} ms, goal 1 000 ms")


def run(database: str, size: int, folder: Path) -> None:
    """Measures one database."""
    with application_on(database, folder) as app:
        print(f"\n{size} people on {database}", flush=True)
        population = create_population(app.extensions["settings"], size, lambda _done: None)
        rebuild()
        look_at_tables(database)
        here, course, today = population.organisations[0], population.courses[0], clock.today("UTC")
        made: list[int] = []

        def look() -> None:
            with reading():
                preview(SYSTEM, Requirement(organisation_id=None, course_id=course), today, TERMS)

        def record() -> None:
            with unit_of_work():
                new = make_requirement(
                    SYSTEM, organisation_id=None, course_id=course, effective_from=today, terms=TERMS, reason="Bench"
                )
                made.append(new.id)

        def change() -> None:
            with unit_of_work():
                add_version(
                    SYSTEM, session.get_one(Requirement, made[0]), effective_from=today,
                    terms=replace(TERMS, due_days=60), reason="Bench",
                )  # fmt: skip

        beside_saves(app, here, "nothing (3 s)", lambda: Event().wait(3))
        beside_saves(app, here, "the preview", look)
        for name, act in (("recorded", record), ("changed", change)):
            beside_saves(app, here, f"{name}: the request", act)
            beside_saves(app, here, f"{name}: the job", sweep_all)


def main() -> None:
    """Measures the databases that are named."""
    measure_databases(__doc__, [250, 600, 2_300, 20_000], run)


if __name__ == "__main__":
    main()
