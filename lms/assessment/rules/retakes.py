"""When another attempt may start."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import TypeAdapter

_DURATION = TypeAdapter(timedelta)


class PastAttempt(Protocol):
    """An attempt, submitted or still open."""

    @property
    def started_at(self) -> datetime:
        """When it started."""

    @property
    def submitted_at(self) -> datetime | None:
        """When it was submitted; None while it is open."""

    @property
    def passed(self) -> bool | None:
        """Whether it passed; None while it is open."""


@dataclass(frozen=True, slots=True)
class RetakeAllowance:
    """The attempts left before the next pause; during a pause none, and the moment when it ends."""

    attempts_left: int
    next_attempt_at: datetime | None = None

    @property
    def allowed(self) -> bool:
        """Returns whether an attempt may start now."""
        return self.next_attempt_at is None


def retake_allowance(attempts: Iterable[PastAttempt], max_attempts: int, pause: str, now: datetime) -> RetakeAllowance:
    """Returns whether another attempt may start: after ``max_attempts`` failed ones in a row comes a pause.

    ``pause`` is an ISO 8601 duration, a year of 365 days and a month of 30. A pass starts the count again, and so does
    a pause that the learner took anyway: an attempt started a whole ``pause`` after the one before was submitted. Open
    attempts do not count.
    """
    duration = _DURATION.validate_python(pause)
    failed = 0
    last: datetime | None = None
    submitted = [(one.submitted_at, one.started_at, one.passed) for one in attempts if one.submitted_at]
    for submitted_at, started_at, passed in sorted(submitted, key=lambda one: one[0]):
        if last is not None and started_at >= last + duration:
            failed = 0
        failed = 0 if passed else failed + 1
        last = submitted_at
    if last is None or now >= last + duration:
        return RetakeAllowance(max_attempts)
    if failed < max_attempts:
        return RetakeAllowance(max_attempts - failed)
    return RetakeAllowance(0, next_attempt_at=last + duration)
