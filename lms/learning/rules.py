"""Pure rules of progress: the edition somebody is on, what of it is completed, and the next step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class CompletionFact:
    """A module was completed."""

    module_id: int
    edition_id: int
    sector: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """A quiz was started and perhaps submitted; ``score`` in percent."""

    attempt_id: int
    edition_id: int
    sector: str | None
    started_at: datetime
    submitted_at: datetime | None = None
    passed: bool | None = None
    score: int | None = None


@dataclass(frozen=True, slots=True)
class EditionSwitchFact:
    """Somebody switched to another edition."""

    edition_id: int
    sector: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class LearningRecord:
    """What one person did in one course."""

    completions: tuple[CompletionFact, ...] = ()
    attempts: tuple[AttemptFact, ...] = ()
    switches: tuple[EditionSwitchFact, ...] = ()

    def of_sector(self, sector: str | None) -> "LearningRecord":
        """Returns what counts for one sector; of courses that are not per sector, that of ``None``."""
        return LearningRecord(
            tuple(fact for fact in self.completions if fact.sector == sector),
            tuple(fact for fact in self.attempts if fact.sector == sector),
            tuple(fact for fact in self.switches if fact.sector == sector),
        )


@dataclass(frozen=True, slots=True)
class EditionProgress:
    """Progress on the edition somebody is on. ``completed_at`` gives the moment by module id."""

    edition_id: int
    completed_at: Mapping[int, datetime] = field(default_factory=dict)
    open_attempt_id: int | None = None
    # The latest passed attempt, of any edition.
    passed: AttemptFact | None = None
    # Whether something was done since the latest pass: then a renewal is under way.
    under_way: bool = False
    last_at: datetime | None = None


class NextStep(StrEnum):
    """The one thing to do next in a course."""

    START = "start"
    CONTINUE = "continue"
    QUIZ = "quiz"
    ATTEMPT = "attempt"
    PASSED = "passed"


class HasModuleId(Protocol):
    """A module, as far as progress is concerned."""

    @property
    def module_id(self) -> int:
        """The module's number, the same in every revision and language."""


M = TypeVar("M", bound=HasModuleId)


def latest_pass(record: LearningRecord) -> AttemptFact | None:
    """Returns the passed attempt that was submitted last."""
    passed = [one for one in record.attempts if one.passed and one.submitted_at is not None]
    return max(passed, key=_submitted_at, default=None)


def edition_of(record: LearningRecord, current_edition_id: int) -> int:
    """Returns the edition somebody is on.

    That is the edition of the first thing done since the latest pass, or the one switched to since;
    with nothing done since (or ever), the current one.
    """
    passed = latest_pass(record)
    since = passed.submitted_at if passed else None
    switches = [(fact.at, fact.edition_id) for fact in record.switches if since is None or fact.at > since]
    if switches:
        return max(switches, key=lambda pair: pair[0])[1]
    steps = [(fact.at, fact.edition_id) for fact in record.completions]
    steps += [(fact.started_at, fact.edition_id) for fact in record.attempts]
    later = [(at, edition_id) for at, edition_id in steps if since is None or at > since]
    return min(later, key=lambda pair: pair[0])[1] if later else current_edition_id


def progress_in(record: LearningRecord, current_edition_id: int) -> EditionProgress:
    """Returns the progress that a record, already of one sector, gives on the edition somebody is on."""
    edition_id = edition_of(record, current_edition_id)
    passed = latest_pass(record)
    open_ids = [one.attempt_id for one in record.attempts if one.submitted_at is None and one.edition_id == edition_id]
    moments = [fact.at for fact in record.completions] + [fact.at for fact in record.switches]
    moments += [moment for one in record.attempts for moment in (one.started_at, one.submitted_at) if moment]
    since = passed.submitted_at if passed else None
    return EditionProgress(
        edition_id=edition_id,
        completed_at={f.module_id: f.at for f in record.completions if f.edition_id == edition_id},
        open_attempt_id=max(open_ids, default=None),
        passed=passed,
        under_way=any(since is None or moment > since for moment in moments),
        last_at=max(moments, default=None),
    )


def missing(modules: Sequence[M], completed: Iterable[int]) -> list[M]:
    """Returns the modules not completed, in their order."""
    known = set(completed)
    return [module for module in modules if module.module_id not in known]


def next_step(modules: Sequence[HasModuleId], progress: EditionProgress) -> NextStep:
    """Returns the next step: an open attempt first, then the modules, then the quiz, unless all is passed."""
    if progress.open_attempt_id is not None:
        return NextStep.ATTEMPT
    if progress.passed and not progress.under_way:
        return NextStep.PASSED
    if not modules or missing(modules, progress.completed_at):
        return NextStep.CONTINUE if progress.completed_at else NextStep.START
    return NextStep.QUIZ


def _submitted_at(one: AttemptFact) -> datetime:
    return one.submitted_at or one.started_at
