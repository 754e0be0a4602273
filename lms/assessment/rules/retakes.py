"""When somebody may try again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


@dataclass(frozen=True, slots=True)
class Try:
    """A submitted attempt."""

    started_at: datetime
    submitted_at: datetime
    passed: bool


@dataclass(frozen=True, slots=True)
class MayTry:
    """Whether an attempt may start now: how many are left before the pause, or from when again."""

    left: int
    from_when: datetime | None = None

    @property
    def allowed(self) -> bool:
        """Says whether it may start now."""
        return self.from_when is None


def length_of(period: str) -> timedelta:
    """Returns an ISO 8601 duration as a length of time; raises ``ValueError`` for anything else.

    A year is 365 days and a month 30: a pause need not be finer.
    """
    found = _PERIOD.fullmatch(period)
    if found is None or not any(found.groups()):
        raise ValueError(f"not an ISO 8601 duration: {period!r}")
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=365 * years + 30 * months + 7 * weeks + days, hours=hours, minutes=minutes)


def may_try(attempts: Iterable[Try], tries: int, pause: str, now: datetime) -> MayTry:
    """Says whether another attempt may start: after ``tries`` failed ones in a row comes a pause.

    A pass begins a new row, and so does a pause that somebody took of their own accord: one attempt started a
    whole ``pause`` after the one before was submitted.
    """
    rest = length_of(pause)
    failed = 0
    last: datetime | None = None
    for attempt in sorted(attempts, key=lambda one: one.submitted_at):
        if last is not None and attempt.started_at >= last + rest:
            failed = 0
        failed = 0 if attempt.passed else failed + 1
        last = attempt.submitted_at
    if last is None or now >= last + rest:
        return MayTry(left=tries)
    return MayTry(left=tries - failed) if failed < tries else MayTry(left=0, from_when=last + rest)
