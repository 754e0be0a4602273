"""A person's timeline: the status of each requirement over time, as periods with their reason. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from lms.compliance.status.definitions import StatusGroup, TrainingStatus
from lms.compliance.status.evaluate import Obligation
from lms.compliance.status.explain import sentence
from lms.compliance.status.facts import Facts, Id, PlacementFact, by_person
from lms.kernel.days import ONE_DAY, add_days

AHEAD_DAYS = 180
"""Days shown ahead of today: what will happen without further training."""

MOST_AHEAD_DAYS = 3 * 365
"""Days ahead of today that can be shown by choosing a later day."""

_GROUP_STYLES = {StatusGroup.COMPLIANT: "valid", StatusGroup.IN_TIME: "wait", StatusGroup.LATE: "late"}
BAR_STYLES = {each: _GROUP_STYLES[each.group] for each in TrainingStatus if each.group}
BAR_STYLES |= {TrainingStatus.EXPIRING: "renew", TrainingStatus.EXEMPT: "exempt"}
"""The style of each status; days on which nothing is required stay empty."""


@dataclass(frozen=True, slots=True)
class TimelineRange:
    """The first and the last day that a timeline shows."""

    first: date
    last: date

    def position(self, day: date) -> float:
        """Returns where a day begins, in per cent of the range, at least 0 and at most 100."""
        days = (self.last - self.first).days + 1
        return round(100 * min(max((day - self.first).days, 0), days) / days, 2)

    def positions(self, from_on: date, through_on: date | None) -> tuple[float, float]:
        """Returns where a period begins and ends, in per cent of the range; None is a period without end."""
        end = self.last if through_on is None else min(through_on, self.last)
        return self.position(from_on), self.position(add_days(end, 1))

    def ticks(self) -> list[date]:
        """Returns the days to write below the timeline: the first, the last, and in a long range two between."""
        days = (self.last - self.first).days
        parts = 3 if days >= 90 else 1
        return [add_days(self.first, days * number // parts) for number in range(parts + 1)]


@dataclass(frozen=True, slots=True)
class StatusPeriod:
    """Successive days with the same status for the same reason."""

    from_on: date
    through_on: date
    status: TrainingStatus
    sentence: str


@dataclass(frozen=True, slots=True)
class RequirementTimeline:
    """The periods of one requirement in one organisation; they cover the range without gaps."""

    requirement: Id
    course: Id
    organisation: Id
    periods: tuple[StatusPeriod, ...]

    def on(self, day: date) -> StatusPeriod | None:
        """Returns the period that a day is in."""
        return next((each for each in self.periods if each.from_on <= day <= each.through_on), None)

    def bars(self, shown: TimelineRange) -> list[tuple[float, float, str]]:
        """Returns the bars to draw: where they begin and end in per cent, and their style."""
        return [
            (*shown.positions(each.from_on, each.through_on), BAR_STYLES[each.status])
            for each in self.periods
            if each.status in BAR_STYLES
        ]


def timeline_range(placements: Iterable[PlacementFact], day: date, today: date, left_on: date | None) -> TimelineRange:
    """Returns the days to show: from the first placement through half a year ahead, and at least the chosen day.

    Of somebody who has left, nothing after `left_on` is shown.
    """
    starts = [each.from_on for each in placements]
    last = left_on or max(*starts, add_days(today, AHEAD_DAYS), min(day, add_days(today, MOST_AHEAD_DAYS)))
    return TimelineRange(min(*starts, today, last), last)


def requirement_timelines(facts: Facts, shown: TimelineRange) -> list[RequirementTimeline]:
    """Returns the timelines of the requirements that apply to one person on any of the days.

    `facts` are known facts (`known`) about that person only.
    """
    timelines = []
    for person in by_person(facts).values():
        for organisation in dict.fromkeys(each.organisation for each in person.placements):
            for requirement in facts.requirements:
                if requirement.applies_in(organisation):
                    obligation = Obligation(person, organisation, requirement, facts.gap_days)
                    periods = tuple(_periods(obligation, shown))
                    if any(each.status is not TrainingStatus.NOT_REQUIRED for each in periods):
                        timelines.append(RequirementTimeline(requirement.id, requirement.course, organisation, periods))
    return timelines


def _periods(obligation: Obligation, shown: TimelineRange) -> list[StatusPeriod]:
    starts = [shown.first, *(day for day in obligation.change_days() if shown.first < day <= shown.last)]
    ends = [*(day - ONE_DAY for day in starts[1:]), shown.last]
    periods: list[StatusPeriod] = []
    for start, end in zip(starts, ends, strict=True):
        explained = obligation.on(start)
        status, words = explained.status, sentence(explained.reason)
        if periods and (periods[-1].status, periods[-1].sentence) == (status, words):
            periods[-1] = replace(periods[-1], through_on=end)
        else:
            periods.append(StatusPeriod(start, end, status, words))
    return periods
