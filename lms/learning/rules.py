"""Pure rules of progress: the edition somebody is on, what of it is completed, and the next step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from lms.catalogue.api import PublishedModule


@dataclass(frozen=True, slots=True)
class LearningFact:
    """Something a person did in a course: completed a module, started a quiz, or switched to another edition.

    ``id`` is that of the module, the attempt or the switch. Only attempts have a submission, a pass and a ``score`` in
    percent; only switches ``changes_since``, the number of the edition since which what changed is to be completed.
    """

    kind: Literal["completion", "attempt", "switch"]
    id: int
    edition_id: int
    sector: str | None
    started_at: datetime
    submitted_at: datetime | None = None
    passed: bool | None = None
    score: int | None = None
    changes_since: int | None = None


@dataclass(frozen=True, slots=True)
class EditionProgress:
    """Progress on the edition somebody is on. ``completed_at`` gives the moment by module id.

    ``changes_since`` is the number of an earlier edition where only what changed since is to be completed.
    """

    edition_id: int
    completed_at: Mapping[int, datetime] = field(default_factory=dict)
    open_attempt_id: int | None = None
    # The latest passed attempt, of any edition.
    passed: LearningFact | None = None
    # Whether something was done since the latest pass: then a renewal is under way.
    under_way: bool = False
    last_at: datetime | None = None
    changes_since: int | None = None


class NextStep(StrEnum):
    """The one thing to do next in a course."""

    START = "start"
    CONTINUE = "continue"
    QUIZ = "quiz"
    ATTEMPT = "attempt"
    PASSED = "passed"


def latest_pass(facts: Sequence[LearningFact]) -> LearningFact | None:
    """Returns the passed attempt that was submitted last."""
    passed = [(fact.submitted_at, fact) for fact in facts if fact.passed and fact.submitted_at]
    return max(passed, key=lambda pair: pair[0])[1] if passed else None


def latest_failure(attempts: Sequence[LearningFact]) -> LearningFact | None:
    """Returns the attempt that was submitted last, if it did not pass."""
    submitted = [(fact.submitted_at, fact.id, fact) for fact in attempts if fact.submitted_at]
    last = max(submitted, key=lambda one: one[:2])[2] if submitted else None
    return None if last is None or last.passed else last


def edition_of(facts: Sequence[LearningFact], current_edition_id: int) -> int:
    """Returns the edition somebody is on.

    That is the edition of the first thing done since the latest pass, or the one switched to since;
    with nothing done since (or ever), the current one.
    """
    began = _beginning(facts, latest_pass(facts))
    return began.edition_id if began else current_edition_id


def _beginning(facts: Sequence[LearningFact], passed: LearningFact | None) -> LearningFact | None:
    """Returns the last switch since the latest pass, or else the first thing done since."""
    since = passed.submitted_at if passed else None
    later = sorted((fact for fact in facts if since is None or fact.started_at > since), key=lambda it: it.started_at)
    switches = [fact for fact in later if fact.kind == "switch"]
    return switches[-1] if switches else next(iter(later), None)


def progress_in(facts: Sequence[LearningFact], current_edition_id: int) -> EditionProgress:
    """Returns the progress that facts, already of one sector, give on the edition somebody is on."""
    passed = latest_pass(facts)
    began = _beginning(facts, passed)
    edition_id = began.edition_id if began else current_edition_id
    on_edition = [fact for fact in facts if fact.edition_id == edition_id]
    open_ids = [fact.id for fact in on_edition if fact.kind == "attempt" and fact.submitted_at is None]
    moments = [moment for fact in facts for moment in (fact.started_at, fact.submitted_at) if moment]
    since = passed.submitted_at if passed else None
    return EditionProgress(
        edition_id=edition_id,
        completed_at={fact.id: fact.started_at for fact in on_edition if fact.kind == "completion"},
        open_attempt_id=max(open_ids, default=None),
        passed=passed,
        under_way=any(since is None or moment > since for moment in moments),
        last_at=max(moments, default=None),
        changes_since=began.changes_since if began else None,
    )


def changed_modules(
    modules: Sequence[PublishedModule], changes: Iterable[Mapping[str, Any]], since: int, edition: int
) -> tuple[PublishedModule, ...] | None:
    """Returns the modules that changed since an earlier edition, by number, in their order.

    ``changes`` are those of the course's file: {edition, modules (slugs), note}. None where they do not say it of every
    edition since, where none of these modules changed, or all of them.
    """
    named = {change["edition"]: change["modules"] for change in changes}
    later = range(since + 1, edition + 1)
    slugs = {slug for number in later for slug in named.get(number, ())}
    changed = tuple(module for module in modules if module.slug in slugs)
    is_known = all(number in named for number in later)
    return changed if is_known and 0 < len(changed) < len(modules) else None


def missing(modules: Sequence[PublishedModule], completed: Iterable[int]) -> list[PublishedModule]:
    """Returns the modules not completed, in their order."""
    known = set(completed)
    return [module for module in modules if module.module_id not in known]


def next_step(modules: Sequence[PublishedModule], progress: EditionProgress) -> NextStep:
    """Returns the next step: an open attempt first, then the modules, then the quiz, unless all is passed."""
    if progress.open_attempt_id is not None:
        return NextStep.ATTEMPT
    if progress.passed and not progress.under_way:
        return NextStep.PASSED
    if not modules or missing(modules, progress.completed_at):
        return NextStep.CONTINUE if progress.completed_at else NextStep.START
    return NextStep.QUIZ
