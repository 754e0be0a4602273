"""The status of a post over the whole calendar, as intervals of days on which nothing changes. Pure.

The definitions are those of docs/handbook/status.md, "Prepared statuses". An interval says on every one of its days
what the six rules say on that day; nothing here decides anew.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from lms.compliance.status.definitions import GROUPS, SEVERITY, StatusGroup, TrainingStatus
from lms.compliance.status.facts import Id, PlacementFact
from lms.compliance.status.obligation import ObligationInterval, day_after, main_placement
from lms.kernel.days import ONE_DAY


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
    found: list[OverallInterval] = []
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
        one = OverallInterval(first, through, placement, overall, tuple(courses.items()), urgent_on, None)
        if found and found[-1].through_on + ONE_DAY == first and found[-1][2:] == one[2:]:
            found[-1] = found[-1]._replace(through_on=through)
        else:
            found.append(one)
    return _with_lapses(found)


def _placement_segments(
    placements: Sequence[PlacementFact], obligations: Iterable[Sequence[ObligationInterval]]
) -> Iterable[tuple[date, date, PlacementFact]]:
    """Cuts the days with a placement wherever the placement or an interval begins or ends."""
    cuts = {cut for placement in placements for cut in (placement.from_on, day_after(placement.through_on))}
    for intervals in obligations:
        for interval in intervals:
            cuts.add(interval.from_on)
            cuts.add(day_after(interval.through_on))
    days = sorted(cuts - {date.max})
    for place, first in enumerate(days):
        placement = main_placement(placements, first)
        if placement is not None:
            yield first, days[place + 1] - ONE_DAY if place + 1 < len(days) else date.max, placement


def _with_lapses(intervals: Sequence[OverallInterval]) -> list[OverallInterval]:
    """Adds the days of lapsing, from the last interval to the first: a gap without placement ends the look ahead."""
    found: list[OverallInterval] = []
    lapse, follows = None, date.min
    for interval in reversed(intervals):
        if interval.through_on == date.max or interval.through_on + ONE_DAY != follows:
            lapse = None
        group = GROUPS.get(interval.overall)
        complies = group is StatusGroup.COMPLIANT
        found.append(interval._replace(lapses_on=lapse) if complies else interval)
        if not complies:
            lapse = None if group is None else interval.from_on
        follows = interval.from_on
    found.reverse()
    return found
