"""Statistics of a quiz at size: ``python -m bench.statistics [ATTEMPTS ...] [--database sqlite|postgresql]``.

Stores first attempts of twelve questions of the bank, by people of nine sectors, and computes the figures of their
edition: CPU time of this process, beside that of only reading the same rows.
"""

import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, select

from bench.compliance import application_on, measure_databases
from lms.assessment.api import grade, normalise_response
from lms.assessment.models import Attempt
from lms.authoring.statistics.queries import list_editions, load_statistics
from lms.catalogue.api import BankQuestion, bank, publish, published_course
from lms.demo.answers import respond
from lms.kernel.actor import SYSTEM
from lms.kernel.config import current_settings
from lms.kernel.db import read_rows, reading, session, unit_of_work
from lms.people.api import list_sectors, record_organisation, record_station
from lms.people.models import Employment, Person, Placement

SIZE, QUESTIONS, STEP = 100_000, 12, 5000
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def answer(rng: Random, question: BankQuestion, skill: float) -> dict[str, Any]:
    """Returns the grade of a response: right as often as somebody is skilled, else any, with the points it is worth."""
    response = respond(question)
    if rng.random() >= skill:
        options = [option["id"] for option in question.body.get("options") or ()]
        match question.kind:
            case "single":
                response = rng.choice(options)
            case "multiple":
                response = rng.sample(options, rng.randint(1, len(options)))
            case "statements":
                response = {part: rng.choice(("yes", "no")) for part in response}
            case _:
                response = None
    given = normalise_response(question.kind, question.body, response)
    return {
        "question": question.question_revision_id, "slug": question.slug, "red_line": question.red_line,
        "points": round(float(grade(question.kind, question.body, given)), 4), "response": given,
    }  # fmt: skip


def run(database: str, size: int, folder: Path) -> None:
    """Measures one database."""
    with application_on(database, folder):
        settings, rng = current_settings(), Random(1)
        with unit_of_work():
            publish(settings.modules, settings.quizzes, SYSTEM)
            organisation = record_organisation(SYSTEM, slug="rivers", name="Rivers", initials="R").id
            station = record_station(SYSTEM, slug="north", name="North", country="Aravia").id
        with reading():
            course = published_course("safe-referral")
            if course is None:
                raise SystemExit("the course is not published")
            questions, sectors = bank(course.revision_id), [sector.slug for sector in list_sectors()]
        for start in range(1, size + 1, STEP):
            numbers = range(start, min(start + STEP, size + 1))
            with unit_of_work():
                session.execute(
                    insert(Person), [{"id": n, "name": f"Person {n}", "recorded_at": LONG_AGO} for n in numbers]
                )
                session.execute(
                    insert(Employment),
                    [
                        {
                            "id": number, "person_id": number, "organisation_id": organisation,
                            "staff_number": str(number), "staff_number_key": str(number), "recorded_at": LONG_AGO,
                        }
                        for number in numbers
                    ],
                )  # fmt: skip
                session.execute(
                    insert(Placement),
                    [
                        {
                            "employment_id": number, "station_id": station, "sector": rng.choice(sectors),
                            "also_sectors": [], "role": "driver", "contract": "staff", "works_with_children": False,
                            "from_on": LONG_AGO.date(), "recorded_at": LONG_AGO,
                        }
                        for number in numbers
                    ],
                )  # fmt: skip
                rows = []
                for number in numbers:
                    skill = rng.random()
                    grades = [answer(rng, question, skill) for question in rng.sample(questions, QUESTIONS)]
                    rows.append(
                        {
                            "person_id": number,
                            "course_id": course.course_id,
                            "edition_id": course.edition_id,
                            "course_revision_id": course.revision_id,
                            "language": "en",
                            "questions": [],
                            "seed": "1",
                            "started_at": LONG_AGO,
                            "submitted_at": LONG_AGO,
                            "score": 1,
                            "red_lines_right": False,
                            "passed": False,
                            "grades": grades,
                        }
                    )
                session.execute(insert(Attempt), rows)
        with reading():
            began = time.process_time()
            for _grades in read_rows(select(Attempt.grades)).scalars():
                pass
            read = time.process_time() - began
        with reading():
            began = time.process_time()
            found = load_statistics(list_editions(course.course_id)[0])
            took = time.process_time() - began
        print(
            f"{size} attempts on {database}: {len(found.questions)} questions, {took:.2f} s of CPU, "
            f"reading the rows {read:.2f} s, ratio {took / read:.2f}",
            flush=True,
        )


def main() -> None:
    """Measures the databases that are named."""
    measure_databases(__doc__, [SIZE], run)


if __name__ == "__main__":
    main()
