"""The clock. Only this module reads the system time, so that tests and the demonstration can set another."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """A source of the present time."""

    def now(self) -> datetime:
        """Returns the present time, aware and in UTC."""


class SystemClock:
    """The system clock."""

    def now(self) -> datetime:
        """Returns the system time, aware and in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stays at one time until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """Returns the time it was set to."""
        return self.moment

    def move_to(self, moment: datetime) -> None:
        """Sets another time."""
        self.moment = moment.astimezone(UTC)


_clock: ContextVar[Clock] = ContextVar("clock", default=SystemClock())  # noqa: B039 - the system clock holds no state


def now() -> datetime:
    """Returns the present time, aware and in UTC."""
    return _clock.get().now()


def today(zone: str = "UTC") -> date:
    """Returns today's date in an IANA time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def using(clock: Clock) -> Iterator[Clock]:
    """Uses another clock for the length of a block."""
    token = _clock.set(clock)
    try:
        yield clock
    finally:
        _clock.reset(token)
