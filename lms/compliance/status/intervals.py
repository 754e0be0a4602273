"""The status of a post over the whole calendar, as intervals of days on which nothing changes. Pure.

The definitions are those of docs/handbook/status.md, "Prepared statuses". A interval says on every one of its days
what the six rules say on that day; nothing here decides anew.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from lms.compliance.status.definitions import GROUPS, SEVERITY, StatusGroup, TrainingStatus
from lms.compliance.status.evaluate import Obligation
from lms.compliance.status.facts import Id, PlacementFact
from lms.compliance.status.obligation import main_placement
from lms.kernel.days import ONE_DAY, add_days


class ObligationInterval(NamedTuple):
    """Days, first and last included, on which one requirement gives one status with the same dates beside it."""

    from_on: date
    through_on: date
    status: TrainingStatus
    due_on: date | None
    valid_through: date | None
    award: Id | None


class OverallInterval(NamedTuple):
    """Days on which a post has one placement and the same status in every course.

    `courses` holds the worst status of each course that is required, by course. `urgent_on` is the day that
    presses most under the overall status: when it was due, or when it ends. `lapses_on` is, while the post
    complies, the first day on which it would not any more if nothing is done; None where that never comes.
    """

    from_on: date
    through_on: date
    placement: PlacementFact
    overall: TrainingStatus
    courses: tuple[tuple[Id, TrainingStatus], ...]
    urgent_on: date | None
    lapses_on: date | None


def intervals_of(obligation: Obligation) -> list[ObligationInterval]:
    """Returns the intervals on which something is required, in order; adjacent ones always differ."""
    found: list[ObligationInterval] = []
    first, words = date.min, None
    for day in (date.min, *obligation.change_days()):
        evaluation = obligation.evaluate(day)
        before = words
        if evaluation.status is TrainingStatus.NOT_REQUIRED:
            words = None
        else:
            words = (evaluation.status, evaluation.due_on, evaluation.valid_through, evaluation.award)
        if words != before:
            if before is not None:
                found.append(ObligationInterval(first, day - ONE_DAY, *before))
            first = day
    if words is not None:
        found.append(ObligationInterval(first, date.max, *words))
    return found


def overall_intervals(
    placements: Sequence[PlacementFact], required: Iterable[tuple[Id, Sequence[ObligationInterval]]]
) -> list[OverallInterval]:
    """Returns the status of a post over time, from its placements and the intervals of each required course.

    `required` has one entry for each requirement: its course and its intervals. Days without a placement are
    left out; days on which nothing is required appear as not_required.
    """
    # In the order of the courses of an interval.
    by_course = sorted(((str(course), course, each) for course, each in required if each), key=itemgetter(0))
    # The interval of each that may contain the day; days only go forward.
    places = [0] * len(by_course)
    found: list[_Unlapsed] = []
    since, until, before = date.min, date.min, None
    for first, through, placement in _placement_segments(placements, [each for _, _, each in by_course]):
        courses: dict[Id, TrainingStatus] = {}
        overall, urgent_on = TrainingStatus.NOT_REQUIRED, None
        for number, (_, course, intervals) in enumerate(by_course):
            place = places[number]
            while place < len(intervals) and intervals[place].through_on < first:
                place += 1
            places[number] = place
            if place == len(intervals) or intervals[place].from_on > first:
                continue
            here = intervals[place]
            status = here.status
            severity = SEVERITY[status]
            if course not in courses or severity < SEVERITY[courses[course]]:
                courses[course] = status
            if severity < SEVERITY[overall]:
                overall, urgent_on = status, here.due_on or here.valid_through
            elif status is overall:
                pressing = here.due_on or here.valid_through
                if (pressing or date.max) < (urgent_on or date.max):
                    urgent_on = pressing
        words = (placement, overall, tuple(courses.items()), urgent_on)
        if words != before or until + ONE_DAY != first:
            if before is not None:
                found.append((since, until, before))
            since, before = first, words
        until = through
    if before is not None:
        found.append((since, until, before))
    return _with_lapses(found)


_Unlapsed: TypeAlias = tuple[
    date, date, tuple[PlacementFact, TrainingStatus, tuple[tuple[Id, TrainingStatus], ...], date | None]
]
"""The first and last day of an interval, and everything about it but the day of lapsing."""


def _placement_segments(
    placements: Sequence[PlacementFact], obligations: Iterable[Sequence[ObligationInterval]]
) -> Iterable[tuple[date, date, PlacementFact]]:
    """Cuts the days with a placement wherever the placement or a interval begins or ends."""
    cuts = {cut for placement in placements for cut in (placement.from_on, _after(placement.through_on))}
    for intervals in obligations:
        for interval in intervals:
            cuts.add(interval.from_on)
            cuts.add(_after(interval.through_on))
    days = sorted(cuts - {date.max})
    for place, first in enumerate(days):
        placement = main_placement(placements, first)
        if placement is not None:
            yield first, days[place + 1] - ONE_DAY if place + 1 < len(days) else date.max, placement


def _after(day: date | None) -> date:
    return date.max if day is None else add_days(day, 1)


def _with_lapses(intervals: list[_Unlapsed]) -> list[OverallInterval]:
    """Adds the days of lapsing, from the last interval to the first: a gap without placement ends the look ahead."""
    found: list[OverallInterval] = []
    lapse, follows = None, date.min
    for first, through, (placement, overall, courses, urgent_on) in reversed(intervals):
        if through == date.max or through + ONE_DAY != follows:
            lapse = None
        group = GROUPS.get(overall)
        lapses_on = lapse if group is StatusGroup.COMPLIANT else None
        found.append(OverallInterval(first, through, placement, overall, courses, urgent_on, lapses_on))
        if group is None:
            lapse = None
        elif group is not StatusGroup.COMPLIANT:
            lapse = first
        follows = first
    found.reverse()
    return found
