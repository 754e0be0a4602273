"""Every SELECT of learning."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, CompoundSelect, Integer, bindparam, cast, literal, null, select, union_all

from lms.assessment.api import best_score, has_passed
from lms.assessment.models import Attempt
from lms.kernel.db import UtcDateTime, read_rows, session
from lms.learning.models import Completion, EditionSwitch
from lms.learning.rules import LearningFact


def find_completion(person_id: int, module_id: int, edition_id: int) -> Completion | None:
    """Returns the completion of a module in an edition."""
    mine = select(Completion).filter_by(person_id=person_id, module_id=module_id, edition_id=edition_id)
    return session.scalar(mine)


def load_facts(person_id: int, course_id: int) -> list[LearningFact]:
    """Returns what a person did in a course, all editions and sectors, in one query."""
    return _facts(read_rows(_FACTS_OF_COURSE, {"person": person_id, "course": course_id})).get(course_id, [])


def load_facts_by_course(person_id: int) -> dict[int, list[LearningFact]]:
    """Returns what a person did, by course, in one query."""
    return _facts(read_rows(_FACTS, {"person": person_id}))


def _statement(*, of_course: bool) -> CompoundSelect[Any]:
    """Returns one statement of course and fact over three tables; every page of a course runs it: it is built once.

    The columns after the first are in the order of ``LearningFact``.
    """
    completion, attempt, switch = Completion.__table__.c, Attempt.__table__.c, EditionSwitch.__table__.c
    only_attempts = (
        cast(null(), UtcDateTime).label("submitted_at"),
        cast(null(), Boolean).label("passed"),
        cast(null(), Integer).label("score"),
    )
    no_edition = cast(null(), Integer).label("changes_since")
    of_attempt = (attempt.submitted_at, has_passed(attempt).label("passed"), best_score(attempt).label("score"))
    columns = {
        "completion": (completion, completion.module_id, completion.recorded_at, *only_attempts, no_edition),
        "attempt": (attempt, attempt.id, attempt.started_at, *of_attempt, no_edition),
        "switch": (switch, switch.id, switch.recorded_at, *only_attempts, switch.changes_since),
    }
    parts = []
    for kind, (table, fact_id, started_at, *rest) in columns.items():
        fact = (literal(kind), fact_id, table.edition_id, table.sector, started_at.label("started_at"), *rest)
        part = select(table.course_id, *fact).where(table.person_id == bindparam("person"))
        parts.append(part.where(table.course_id == bindparam("course")) if of_course else part)
    return union_all(*parts)


_FACTS = _statement(of_course=False)
_FACTS_OF_COURSE = _statement(of_course=True)


def _facts(rows: Iterable[Any]) -> dict[int, list[LearningFact]]:
    facts: dict[int, list[LearningFact]] = defaultdict(list)
    for course_id, *fact in rows:
        facts[course_id].append(LearningFact(*fact))
    return facts
