"""The one place that asks what time it is, so that tests, demonstrations and audits can say it themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """Returns the present moment, aware and in UTC."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Returns the machine's moment, aware and in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """Returns the moment it was set to."""
        return self.moment

    def move_to(self, moment: datetime) -> None:
        """Sets another moment."""
        self.moment = moment.astimezone(UTC)


_clock: ContextVar[Clock] = ContextVar("clock", default=SystemClock())  # noqa: B039 - the system clock holds no state


def now() -> datetime:
    """Returns the present moment, aware and in UTC."""
    return _clock.get().now()


def today(zone: str = "UTC") -> date:
    """Returns the present day in an IANA time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def using(clock: Clock) -> Iterator[Clock]:
    """Puts another clock in place for the length of a block."""
    token = _clock.set(clock)
    try:
        yield clock
    finally:
        _clock.reset(token)
