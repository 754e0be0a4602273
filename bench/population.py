"""A large invented population for benchmarks: organisations, people, placements and three years of awards.

Rows are inserted in bulk, as the packages' operations would write them. Never use it on real data.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import text

from lms.catalogue import api as catalogue
from lms.catalogue.api import published_course
from lms.certification.awards.rules import last_valid_day, make_serial, parse_period
from lms.certification.models import Award
from lms.compliance.api import Terms
from lms.compliance.requirements import operations as compliance
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.bulk import add_rows
from lms.kernel.clock import FixedClock
from lms.kernel.config import Settings
from lms.kernel.db import Model, session, unit_of_work
from lms.kernel.identifiers import identifier_key
from lms.people.api import list_sectors, record_organisation, record_station
from lms.people.models import Employment, Person, Placement

COURSES = ("safe-identification", "safe-referral", "child-safeguarding", "psychological-first-aid")
ORGANISATIONS = 12
STATIONS = 60
ROLES = ("driver", "engineer", "teacher", "nurse", "promoter", "logistician", "guard", "manager")
FIRST, LAST = date(2023, 1, 1), date(2026, 11, 20)
BATCH = 5000


@dataclass(frozen=True, slots=True)
class BenchPopulation:
    """What was made: row numbers to ask about."""

    organisations: list[int]
    stations: list[int]
    courses: list[int]
    people: int


def create_population(
    settings: Settings, size: int, progress: Callable[[int], None], count: int = ORGANISATIONS
) -> BenchPopulation:
    """Fills an empty, migrated database with so many people, in so many organisations."""
    with unit_of_work(), clock.using(FixedClock(datetime(2022, 12, 1, tzinfo=UTC))):
        catalogue.publish(settings.modules, settings.quizzes, SYSTEM)
        organisations = [
            record_organisation(SYSTEM, slug=f"org-{n}", name=f"Organisation {n}", initials=f"O{n}").id
            for n in range(count)
        ]
        stations = [
            record_station(SYSTEM, slug=f"station-{n}", name=f"Station {n}", country="Aravia").id
            for n in range(STATIONS)
        ]
    courses = []
    with unit_of_work(), clock.using(FixedClock(datetime(2022, 12, 2, tzinfo=UTC))):
        sectors = [sector.slug for sector in list_sectors()]
        for place, slug in enumerate(COURSES):
            course = published_course(slug, "en")
            if course is None:
                raise SystemExit(f"the course {slug} is not published")
            courses.append((course.course_id, course.edition_id, course.revision_id, parse_period(course.validity)))
            match = {"works_with_children": True} if place == 3 else {}
            compliance.make_requirement(
                SYSTEM,
                organisation_id=None,
                course_id=course.course_id,
                effective_from=FIRST,
                terms=Terms(due_days=30, window_days=60, grace_days=14 if place == 1 else 0, match=match),
                reason="Everybody",
            )
    random = Random(1)
    made = 0
    while made < size:
        batch = range(made + 1, min(made + BATCH, size) + 1)
        with unit_of_work():
            write([person(random, number, (organisations, stations, sectors), courses) for number in batch])
        made = batch[-1]
        progress(made)
    with unit_of_work():
        advance()
    return BenchPopulation(organisations, stations, [course[0] for course in courses], size)


Rows = tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]


def person(
    random: Random, number: int, where: tuple[Sequence[int], Sequence[int], Sequence[str]], courses: Sequence[Any]
) -> Rows:
    """Makes somebody, with an employment, one or two placements, and awards."""
    organisations, stations, sectors = where
    span = (LAST - FIRST).days
    joined = FIRST + timedelta(days=random.randrange(-200, span))
    at = datetime.combine(joined, time(8), UTC)
    somebody = {"id": number, "name": f"Person {number}", "email": None, "language": "en", "recorded_at": at}
    employment = {
        "id": number,
        "person_id": number,
        "organisation_id": organisations[number * 7919 % len(organisations)],
        "staff_number": f"S-{number:07}",
        "staff_number_key": identifier_key(f"S-{number:07}"),
        "recorded_at": at,
    }
    left = joined + timedelta(days=random.randrange(60, 1500))
    through = left if left < LAST and random.random() < 0.5 else None
    days = [(joined, through)]
    if random.random() < 0.3:
        moved = joined + timedelta(days=random.randrange(30, 900))
        if through is None or moved < through:
            days = [(joined, moved - timedelta(days=1)), (moved, through)]
    placements = [
        {
            "employment_id": number,
            "station_id": random.choice(stations),
            "sector": random.choice(sectors),
            "also_sectors": [],
            "role": random.choice(ROLES),
            "contract": random.choice(("staff", "staff", "volunteer")),
            "works_with_children": random.random() < 0.5,
            "from_on": first,
            "through_on": last,
            "recorded_at": at,
        }
        for first, last in days
    ]
    return somebody, employment, placements, list(awards(random, number, employment, joined, courses))


def awards(
    random: Random, person: int, employment: dict[str, Any], joined: date, courses: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    """Gives what somebody earned: soon after joining, and again about every second year; some never."""
    for course_id, edition_id, revision_id, period in courses:
        if random.random() < 0.12:
            continue
        day = max(joined, FIRST) + timedelta(days=random.randrange(70))
        while day <= LAST:
            until = last_valid_day(day, period)
            yield {
                "serial": make_serial(random.randrange),
                "person_id": person,
                "organisation_id": employment["organisation_id"],
                "course_id": course_id,
                "edition_id": edition_id,
                "course_revision_id": revision_id,
                "sector": None,
                "how": "import",
                "earned_on": day,
                "zone": "UTC",
                "valid_from": day,
                "valid_until": until,
                "date_inputs": {},
                "printed": {},
                "evidence": "",
                "recorded_at": datetime.combine(day, time(12), UTC),
            }
            day = until - timedelta(days=random.randrange(-60, 60))


TABLES: tuple[tuple[type[Model], int], ...] = ((Person, 0), (Employment, 1), (Placement, 2), (Award, 3))


def write(made: Sequence[Rows]) -> None:
    """Writes people with all that is theirs."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    for table, place in TABLES:
        found = [each[place] for each in made]
        rows = [row for each in found for row in (each if isinstance(each, list) else [each])]
        if rows:
            columns = list(rows[0])
            add_rows(table, columns, [[plain(row[name], on_sqlite=on_sqlite) for name in columns] for row in rows])


def plain(value: Any, *, on_sqlite: bool) -> Any:
    """Returns a value as the driver takes it: documents as text, and SQLite's moments as SQLAlchemy writes them."""
    if isinstance(value, dict | list):
        return json.dumps(value)
    if on_sqlite and isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value


def advance() -> None:
    """Lets PostgreSQL give numbers after those that were given here, and know its tables."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in ("person", "employment"):
        session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))
    session.execute(text("ANALYZE"))
