"""Which edition somebody is on, what of it is done and what comes next: pure functions on plain facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Done:
    """A module was completed."""

    module_id: int
    edition_id: int
    sector: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """A quiz was started and perhaps submitted."""

    attempt_id: int
    edition_id: int
    sector: str | None
    at: datetime
    submitted_at: datetime | None = None
    passed: bool | None = None
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Began:
    """Somebody started again on another edition."""

    edition_id: int
    sector: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """What one person did in one course, in the order in which it happened."""

    done: tuple[Done, ...] = ()
    tried: tuple[Tried, ...] = ()
    began: tuple[Began, ...] = ()

    def of_sector(self, sector: str | None) -> "Record":
        """Returns what counts for one sector; for courses that are not per sector, ask for ``None``."""
        return Record(
            tuple(fact for fact in self.done if fact.sector == sector),
            tuple(fact for fact in self.tried if fact.sector == sector),
            tuple(fact for fact in self.began if fact.sector == sector),
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is on the edition they are on. ``done`` gives for each module when it was completed."""

    edition_id: int
    done: Mapping[int, datetime] = field(default_factory=dict)
    open_attempt_id: int | None = None
    # The latest submitted attempt, and the latest passed one, of any edition.
    latest: Tried | None = None
    passed: Tried | None = None
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


def latest_pass(record: Record) -> Tried | None:
    """Returns the passed attempt that was submitted last."""
    passed = [one for one in record.tried if one.passed and one.submitted_at is not None]
    return max(passed, key=_submitted, default=None)


def edition_of(record: Record, current_edition_id: int) -> int:
    """Returns the edition somebody is on.

    That is the edition of the first thing done since the latest pass, or the one chosen since by starting again;
    with nothing done since (or ever), the current one.
    """
    passed = latest_pass(record)
    since = passed.submitted_at if passed else None
    chosen = [fact for fact in record.began if since is None or fact.at > since]
    if chosen:
        return max(chosen, key=lambda fact: fact.at).edition_id
    facts: list[Done | Tried] = [*record.done, *record.tried]
    later = [fact for fact in facts if since is None or fact.at > since]
    return min(later, key=lambda fact: fact.at).edition_id if later else current_edition_id


def progress_in(record: Record, current_edition_id: int) -> Progress:
    """Sums up a record, already of one sector, for the edition somebody is on."""
    edition_id = edition_of(record, current_edition_id)
    passed = latest_pass(record)
    submitted = [one for one in record.tried if one.submitted_at is not None]
    open_ids = [
        one.attempt_id for one in record.tried if one.submitted_at is None and one.edition_id == edition_id
    ]
    everything: list[Done | Tried | Began] = [*record.done, *record.tried, *record.began]
    moments = [fact.at for fact in everything]
    moments += [_submitted(one) for one in submitted]
    since = passed.submitted_at if passed else None
    return Progress(
        edition_id=edition_id,
        done={fact.module_id: fact.at for fact in record.done if fact.edition_id == edition_id},
        open_attempt_id=max(open_ids, default=None),
        latest=max(submitted, key=_submitted, default=None),
        passed=passed,
        under_way=any(since is None or moment > since for moment in moments),
        last_at=max(moments, default=None),
    )


def missing(modules: Sequence[M], done: Iterable[int]) -> list[M]:
    """Lists the modules not done, in their order."""
    known = set(done)
    return [module for module in modules if module.module_id not in known]


def next_step(modules: Sequence[HasModuleId], progress: Progress) -> NextStep:
    """Says what comes next: an open attempt first, then the modules, then the quiz, unless all is passed."""
    if progress.open_attempt_id is not None:
        return NextStep.ATTEMPT
    if progress.passed and not progress.under_way:
        return NextStep.PASSED
    if not modules or missing(modules, progress.done):
        return NextStep.CONTINUE if progress.done else NextStep.START
    return NextStep.QUIZ


def _submitted(one: Tried) -> datetime:
    return one.submitted_at or one.at
