"""Handles attempts that were submitted or graded again: a passed quiz may complete a course."""

from collections.abc import Iterable, Set as AbstractSet
from typing import Any

from lms.assessment.api import list_passed, load_attempts
from lms.assessment.models import Attempt, OpenedBy
from lms.catalogue.api import load_course_revision
from lms.learning import queries, rules
from lms.learning.events import course_completed


def on_attempts_changed(_sender: object, *, attempts: AbstractSet[int], **_more: Any) -> None:
    """Announces courses completed: an attempt passed, which all modules of its edition or something else opened."""
    _announce(list_passed(attempts))


def on_attempts_regraded(_sender: object, *, attempts: AbstractSet[int], **_more: Any) -> None:
    """Announces courses completed by attempts that pass since a question was corrected."""
    _announce(load_attempts(attempts))


def _announce(passed: Iterable[Attempt]) -> None:
    completed = {
        attempt.id for attempt in passed if attempt.opened_by != OpenedBy.MODULES or all_modules_completed(attempt)
    }
    if completed:
        course_completed.send(None, attempts=completed)


def all_modules_completed(attempt: Attempt) -> bool:
    """Returns whether every module of an attempt's edition is completed."""
    course = load_course_revision(attempt.course_revision_id, attempt.language)
    facts = queries.load_facts(attempt.person_id, attempt.course_id)
    completed = [fact.id for fact in facts if fact.kind == "completion" and fact.edition_id == attempt.edition_id]
    return not rules.missing(course.modules_for(attempt.sector), completed)
