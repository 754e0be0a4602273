"""Pure rules of reminders: which moment a deadline has reached, and whether today is the day of the one weekly mail.

A deadline is the last day in time: the due day, or the last valid day of a certificate. Its moments are thirty,
fourteen and one day before, the day after, and every week from then on. Nobody gets two mails within seven days, so
moments share the mail of a week, by these rules:

1. a mail is written only when there is news: a deadline has reached a moment that the last mail did not tell of;
2. within seven days of the last mail, or while that one still waits to be sent, nothing is written;
3. if a more important moment comes within the next six days, the mail is kept for that day;
4. a mail lists everything due within thirty days or late, so what was kept back or comes between is not lost.

So only another "due tomorrow" can take the place of a "due tomorrow", and then its mail names both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from lms.compliance.api import TrainingStatus

SPACING_DAYS = 7
"""Between two mails to one person lie at least so many days."""

HORIZON_DAYS = 30
"""How long before a deadline the first mail may tell of it."""

SETTLED_UNTIL_DAYS = 14
"""A certificate whose renewal window is still shut is spoken of only so many days before its end."""

LATE_AFTER_HOURS = 26
"""A daily run that has not ended for so long has not happened."""


class Moment(StrEnum):
    """What a deadline has reached, the most important first; each lasts until the next one in time."""

    IN_1 = "in_1"
    AFTER = "after"
    WEEKLY = "weekly"
    IN_14 = "in_14"
    IN_30 = "in_30"


IMPORTANCE = {moment: place for place, moment in enumerate(Moment)}
"""The place of each moment, 0 for the one that goes before all others: it can still keep somebody from being late."""

IN_TIME_ORDER = (Moment.IN_30, Moment.IN_14, Moment.IN_1, Moment.AFTER, Moment.WEEKLY)
FIRST_DAYS = {30: Moment.IN_30, 14: Moment.IN_14, 1: Moment.IN_1, -1: Moment.AFTER}
"""How many days before the deadline (after it, below zero) a moment begins. Weeks begin with each mail."""

Key = tuple[int, int, date]
"""What a mail has told of: organisation, requirement and deadline."""


@dataclass(frozen=True, slots=True)
class Due:
    """One requirement of an organisation that a person must meet by a last day in time."""

    organisation_id: int
    requirement_id: int
    course_id: int
    deadline: date
    status: TrainingStatus

    @property
    def key(self) -> Key:
        """Returns what tells this deadline from every other."""
        return self.organisation_id, self.requirement_id, self.deadline

    def moment(self, day: date) -> Moment | None:
        """Returns the moment the deadline has reached on a day."""
        return moment_of((self.deadline - day).days)


@dataclass(frozen=True, slots=True)
class LastMail:
    """The last mail to a person: its day, whether it still waits to be sent, and which moments it told of."""

    day: date
    waiting: bool = False
    told: Mapping[Key, Moment] = field(default_factory=dict)


def moment_of(days_left: int) -> Moment | None:
    """Returns the moment of a deadline that is so many days away, below zero where it has passed; None: not yet."""
    if days_left > HORIZON_DAYS:
        return None
    if days_left > 14:
        return Moment.IN_30
    if days_left > 1:
        return Moment.IN_14
    if days_left >= 0:
        return Moment.IN_1
    return Moment.AFTER if days_left >= -7 else Moment.WEEKLY


def deadline_of(
    status: TrainingStatus, *, due_on: date | None, valid_through: date | None, day: date
) -> date | None:
    """Returns the last day in time of a status on a day, or None where there is nothing to be done.

    A certificate counts as due on its last valid day: from the day its renewal window opens, and at the latest
    fourteen days before. Exempt is not due.
    """
    if status in (TrainingStatus.NOT_STARTED, TrainingStatus.IN_PROGRESS, TrainingStatus.OVERDUE):
        return due_on
    if status is TrainingStatus.VALID and valid_through is not None:
        near = (valid_through - day).days <= SETTLED_UNTIL_DAYS
        return valid_through if near else None
    if status in (
        TrainingStatus.EXPIRING,
        TrainingStatus.GRACE,
        TrainingStatus.EXPIRED,
        TrainingStatus.REVOKED,
    ):
        return valid_through
    return None


def decide(day: date, dues: Iterable[Due], last: LastMail | None) -> Moment | None:
    """Returns the moment for which a person gets a mail on a day, the most important one, or None for no mail."""
    if last is not None and (last.waiting or abs((day - last.day).days) < SPACING_DAYS):
        return None
    known = list(dues)
    told = {} if last is None else last.told
    best = most_important(moment for due in known if (moment := _news(due, day, told)) is not None)
    if best is None:
        return None
    coming = most_important(moment for due in known for moment in _begins_within(due, day, SPACING_DAYS - 1))
    kept = coming is not None and IMPORTANCE[coming] < IMPORTANCE[best]
    return None if kept else best


def most_important(moments: Iterable[Moment]) -> Moment | None:
    """Returns the most important of some moments, None of none."""
    return min(moments, key=IMPORTANCE.__getitem__, default=None)


def _news(due: Due, day: date, told: Mapping[Key, Moment]) -> Moment | None:
    moment, before = due.moment(day), told.get(due.key)
    if moment is None or before is None or moment is Moment.WEEKLY:
        return moment
    return moment if IN_TIME_ORDER.index(moment) > IN_TIME_ORDER.index(before) else None


def _begins_within(due: Due, day: date, days: int) -> Iterable[Moment]:
    left = (due.deadline - day).days
    return [moment for start, moment in FIRST_DAYS.items() if 1 <= left - start <= days]


def to_tell(day: date, dues: Iterable[Due]) -> list[Due]:
    """Returns what a mail of a day lists, the one with the earliest deadline first."""
    near = [due for due in dues if due.moment(day) is not None]
    return sorted(near, key=lambda due: (due.deadline, due.course_id, due.organisation_id))


def week_of(day: date) -> date:
    """Returns the Monday of a day's week: the weekly figures go out once a week, with its first run."""
    return day - timedelta(days=day.weekday())


def is_late(last_finished_at: datetime | None, now: datetime) -> bool:
    """Says whether a daily run has not happened: none has ended within 26 hours."""
    return last_finished_at is None or now - last_finished_at > timedelta(hours=LATE_AFTER_HOURS)
