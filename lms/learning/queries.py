"""Every SELECT of learning."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, CompoundSelect, Integer, bindparam, cast, literal, null, select, union_all

from lms.assessment.models import Attempt
from lms.kernel.db import UtcDateTime, session
from lms.learning.models import Completion, EditionSwitch
from lms.learning.rules import AttemptFact, CompletionFact, EditionSwitchFact, LearningRecord


def find_completion(person_id: int, module_id: int, edition_id: int) -> Completion | None:
    """Returns the completion of a module in an edition."""
    return session.scalar(
        select(Completion).where(
            Completion.person_id == person_id, Completion.module_id == module_id, Completion.edition_id == edition_id
        )
    )


def load_record(person_id: int, course_id: int) -> LearningRecord:
    """Returns what a person did in a course, all editions and sectors, in one query."""
    rows = session.execute(_FACTS_OF_COURSE, {"person": person_id, "course": course_id})
    return _records(rows).get(course_id, LearningRecord())


def load_records(person_id: int) -> dict[int, LearningRecord]:
    """Returns what a person did, by course, in one query."""
    return _records(session.execute(_FACTS, {"person": person_id}))


def _statement(*, of_course: bool) -> CompoundSelect[Any]:
    """Returns one statement over the three tables; every page of a course runs it, so it is built once."""
    completion, attempt, switch = Completion.__table__.c, Attempt.__table__.c, EditionSwitch.__table__.c
    none = (
        cast(null(), UtcDateTime).label("submitted_at"),
        cast(null(), Boolean).label("passed"),
        cast(null(), Integer).label("score"),
    )
    columns = {
        "completion": (completion.module_id.label("id"), completion.recorded_at.label("at"), *none),
        "attempt": (attempt.id, attempt.started_at.label("at"), attempt.submitted_at, attempt.passed, attempt.score),
        "switch": (switch.id, switch.recorded_at.label("at"), *none),
    }
    parts = []
    for kind, table in (("completion", completion), ("attempt", attempt), ("switch", switch)):
        part = select(
            literal(kind).label("kind"), table.course_id, table.edition_id, table.sector, *columns[kind]
        ).where(table.person_id == bindparam("person"))
        parts.append(part.where(table.course_id == bindparam("course")) if of_course else part)
    return union_all(*parts)


_FACTS = _statement(of_course=False)
_FACTS_OF_COURSE = _statement(of_course=True)


def _records(rows: Iterable[Any]) -> dict[int, LearningRecord]:
    completions: dict[int, list[CompletionFact]] = defaultdict(list)
    attempts: dict[int, list[AttemptFact]] = defaultdict(list)
    switches: dict[int, list[EditionSwitchFact]] = defaultdict(list)
    for row in rows:
        if row.kind == "completion":
            completions[row.course_id].append(CompletionFact(row.id, row.edition_id, row.sector, row.at))
        elif row.kind == "attempt":
            attempts[row.course_id].append(
                AttemptFact(row.id, row.edition_id, row.sector, row.at, row.submitted_at, row.passed, row.score)
            )
        else:
            switches[row.course_id].append(EditionSwitchFact(row.edition_id, row.sector, row.at))
    return {
        course_id: LearningRecord(tuple(completions[course_id]), tuple(attempts[course_id]), tuple(switches[course_id]))
        for course_id in {*completions, *attempts, *switches}
    }
