"""Pure rules of reminders: which stage a deadline has reached, and whether a person gets an e-mail today.

A deadline is the last day in time: the due day, or the last valid day of a certificate. Its stages begin thirty,
fourteen and one day before, the day after, and every week from then on. Nobody gets two e-mails within seven days, so
stages share an e-mail, by these rules:

1. an e-mail is sent only if a deadline has reached a stage that the last e-mail did not list;
2. within seven days of the last e-mail, or while that one waits to be sent, none is sent;
3. if a more important stage begins within the next six days, the e-mail is postponed to that day;
4. an e-mail lists everything that is overdue or due within thirty days, so nothing postponed is lost.

So only another "due tomorrow" can replace a "due tomorrow", and then its e-mail lists both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from lms.compliance.api import TrainingStatus, to_do_order

SPACING_DAYS = 7
"""The least number of days between two e-mails to one person."""

HORIZON_DAYS = 30
"""How many days before a deadline the first e-mail may list it."""

SETTLED_UNTIL_DAYS = 14
"""A certificate whose renewal window is not open yet is listed only so many days before its end."""

LATE_AFTER_HOURS = 26
"""Without a finished run for so many hours, the daily run is late."""


class ReminderStage(StrEnum):
    """The stages of a deadline, the most important first; each lasts until the next one in time."""

    IN_1 = "in_1"
    AFTER = "after"
    WEEKLY = "weekly"
    IN_14 = "in_14"
    IN_30 = "in_30"


FIRST_DAYS = {
    ReminderStage.IN_30: 30,
    ReminderStage.IN_14: 14,
    ReminderStage.IN_1: 1,
    ReminderStage.AFTER: -1,
    ReminderStage.WEEKLY: -8,
}
"""The stages in time order: how many days before the deadline (after it, below zero) each begins."""

Key = tuple[int, int, date]
"""What identifies a deadline: organisation, requirement and date."""


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
        """Returns what identifies this deadline."""
        return self.organisation_id, self.requirement_id, self.deadline

    def stage(self, day: date) -> ReminderStage | None:
        """Returns the stage the deadline has reached on a day; None: not yet."""
        days_left = (self.deadline - day).days
        return next((stage for stage, first in reversed(FIRST_DAYS.items()) if days_left <= first), None)


@dataclass(frozen=True, slots=True)
class LastMail:
    """The last e-mail to a person: its day, whether it waits to be sent, and the stages of the deadlines it listed."""

    day: date
    waiting: bool = False
    stages: Mapping[Key, ReminderStage] = field(default_factory=dict)


def deadline_of(status: TrainingStatus, *, due_on: date | None, valid_through: date | None, day: date) -> date | None:
    """Returns the last day in time of a status on a day, or None where nothing is due.

    A certificate counts as due on its last valid day: from the day its renewal window opens, and at the latest
    fourteen days before. Exempt is not due.
    """
    if status in (TrainingStatus.NOT_STARTED, TrainingStatus.IN_PROGRESS, TrainingStatus.OVERDUE):
        return due_on
    if status is TrainingStatus.VALID and valid_through is not None:
        return valid_through if (valid_through - day).days <= SETTLED_UNTIL_DAYS else None
    if status in (TrainingStatus.EXPIRING, TrainingStatus.GRACE, TrainingStatus.EXPIRED, TrainingStatus.REVOKED):
        return valid_through
    return None


def decide(day: date, dues: Iterable[Due], last: LastMail | None) -> ReminderStage | None:
    """Returns the stage for which a person gets an e-mail on a day, the most important one, or None for no e-mail."""
    if last is not None and (last.waiting or abs((day - last.day).days) < SPACING_DAYS):
        return None
    known = list(dues)
    listed = {} if last is None else last.stages
    best = most_important(stage for due in known if (stage := _new_stage(due, day, listed)) is not None)
    # Weeks begin with each e-mail, so nothing is postponed to the beginning of one.
    coming = [
        stage
        for due in known
        for stage, first in FIRST_DAYS.items()
        if stage is not ReminderStage.WEEKLY and 1 <= (due.deadline - day).days - first < SPACING_DAYS
    ]
    return best if best is not None and most_important([best, *coming]) is best else None


def most_important(stages: Iterable[ReminderStage]) -> ReminderStage | None:
    """Returns the most important of some stages, None of none."""
    return min(stages, key=list(ReminderStage).index, default=None)


def _new_stage(due: Due, day: date, listed: Mapping[Key, ReminderStage]) -> ReminderStage | None:
    stage, before = due.stage(day), listed.get(due.key)
    if stage is None or before is None or stage is ReminderStage.WEEKLY:
        return stage
    return stage if FIRST_DAYS[stage] < FIRST_DAYS[before] else None


def items_to_list(day: date, dues: Iterable[Due]) -> list[Due]:
    """Returns what an e-mail of a day lists, in the order of the learner's own page."""
    near = (due for due in dues if due.stage(day) is not None)
    return sorted(
        near, key=lambda due: (*to_do_order(due.status, due.deadline, None), due.course_id, due.organisation_id)
    )


def is_late(last_finished_at: datetime | None, now: datetime) -> bool:
    """Says whether the daily run is late: none has ended within 26 hours."""
    return last_finished_at is None or now - last_finished_at > timedelta(hours=LATE_AFTER_HOURS)
