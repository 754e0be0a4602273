"""The clock. Only this module reads the system time, so that tests and the demonstration can set another."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


class FixedClock:
    """A clock that stays at one time until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment.astimezone(UTC)

    def move_to(self, moment: datetime) -> None:
        """Sets another time."""
        self.moment = moment.astimezone(UTC)


_clock: ContextVar[FixedClock | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """Returns the present time, aware and in UTC."""
    fixed = _clock.get()
    return datetime.now(UTC) if fixed is None else fixed.moment


def today(zone: str = "UTC") -> date:
    """Returns today's date in an IANA time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def using(clock: FixedClock) -> Iterator[FixedClock]:
    """Uses a fixed clock in place of the system's for the length of a block."""
    token = _clock.set(clock)
    try:
        yield clock
    finally:
        _clock.reset(token)
