"""Every SELECT of learning."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, CompoundSelect, Integer, bindparam, cast, literal, null, select, union_all

from lms.assessment.models import Attempt
from lms.kernel.db import UtcDateTime, session
from lms.learning.models import Completion, FreshStart
from lms.learning.rules import Began, Done, Record, Tried


def find_completion(person_id: int, module_id: int, edition_id: int) -> Completion | None:
    """Finds the completion of a module in an edition."""
    return session.scalar(
        select(Completion).where(
            Completion.person_id == person_id,
            Completion.module_id == module_id,
            Completion.edition_id == edition_id,
        )
    )


def record_of(person_id: int, course_id: int) -> Record:
    """Returns what a person did in a course, all editions and sectors, in one query."""
    rows = session.execute(FACTS_OF_COURSE, {"person": person_id, "course": course_id})
    return _records(rows).get(course_id, Record())


def records_of(person_id: int) -> dict[int, Record]:
    """Returns what a person did, by course, in one query."""
    return _records(session.execute(FACTS, {"person": person_id}))


def _statement(*, of_course: bool) -> CompoundSelect[Any]:
    """Writes one statement over the three tables; it is asked on every page of a course, so it is written once."""
    completion, attempt, fresh = Completion.__table__.c, Attempt.__table__.c, FreshStart.__table__.c
    nothing = (
        cast(null(), UtcDateTime).label("until"),
        cast(null(), Boolean).label("passed"),
        cast(null(), Integer).label("score"),
    )
    done = (completion.module_id, completion.edition_id, completion.sector, completion.recorded_at, *nothing)
    tried = (
        attempt.id,
        attempt.edition_id,
        attempt.sector,
        attempt.started_at,
        attempt.submitted_at,
        attempt.passed,
        attempt.score,
    )
    began = (fresh.id, fresh.edition_id, fresh.sector, fresh.recorded_at, *nothing)
    parts = []
    for kind, table, columns in (
        ("done", completion, done),
        ("tried", attempt, tried),
        ("began", fresh, began),
    ):
        part = select(literal(kind).label("kind"), table.course_id, *columns)
        part = part.where(table.person_id == bindparam("person"))
        parts.append(part.where(table.course_id == bindparam("course")) if of_course else part)
    return union_all(*parts)


FACTS = _statement(of_course=False)
FACTS_OF_COURSE = _statement(of_course=True)


def _records(rows: Iterable[Any]) -> dict[int, Record]:
    done: dict[int, list[Done]] = defaultdict(list)
    tried: dict[int, list[Tried]] = defaultdict(list)
    began: dict[int, list[Began]] = defaultdict(list)
    for kind, course_id, subject, edition_id, sector, at, until, passed, score in rows:
        if kind == "done":
            done[course_id].append(Done(subject, edition_id, sector, at))
        elif kind == "tried":
            tried[course_id].append(Tried(subject, edition_id, sector, at, until, passed, score))
        else:
            began[course_id].append(Began(edition_id, sector, at))
    return {
        course_id: Record(tuple(done[course_id]), tuple(tried[course_id]), tuple(began[course_id]))
        for course_id in {*done, *tried, *began}
    }
