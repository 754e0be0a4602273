"""How a post stands over the whole calendar, as stretches of days on which nothing changes. Pure.

The definitions are those of docs/handbook/standing.md, "Prepared standings". A stretch says on every one of its days
what the six rules say on that day; nothing here judges anew.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from lms.compliance.status.definitions import GROUPS, SEVERITY, Group, Standing
from lms.compliance.status.evaluate import Obligation
from lms.compliance.status.facts import Id, Placement
from lms.compliance.status.obligation import main_placement
from lms.kernel.days import ONE_DAY, add_days


class Stretch(NamedTuple):
    """Days, first and last included, on which one requirement gives one standing with the same dates beside it."""

    from_on: date
    through_on: date
    standing: Standing
    due_on: date | None
    valid_through: date | None
    award: Id | None


class PostStretch(NamedTuple):
    """Days on which a post has one placement and stands the same in every course.

    `courses` holds the worst standing of each course that is required, by course. `urgent_on` is the day that
    presses most under the overall standing: when it was due, or when it ends. `lapses_on` is, while the post
    complies, the first day on which it would not any more if nothing is done; None where that never comes.
    """

    from_on: date
    through_on: date
    placement: Placement
    overall: Standing
    courses: tuple[tuple[Id, Standing], ...]
    urgent_on: date | None
    lapses_on: date | None


def stretches_of(obligation: Obligation) -> list[Stretch]:
    """Returns the stretches on which something is required, in order; neighbours always differ."""
    found: list[Stretch] = []
    first, words = date.min, None
    for day in (date.min, *obligation.change_days()):
        judged = obligation.judge(day)
        before = words
        if judged.standing is Standing.NOT_REQUIRED:
            words = None
        else:
            words = (judged.standing, judged.due_on, judged.valid_through, judged.award)
        if words != before:
            if before is not None:
                found.append(Stretch(first, day - ONE_DAY, *before))
            first = day
    if words is not None:
        found.append(Stretch(first, date.max, *words))
    return found


def post_stretches(
    placements: Sequence[Placement], required: Iterable[tuple[Id, Sequence[Stretch]]]
) -> list[PostStretch]:
    """Returns how a post stands over time, from its placements and the stretches of each course asked of it.

    `required` has one entry for each requirement: its course and its stretches. Days without a placement are
    left out; days on which nothing is required stand as not_required.
    """
    # In the order in which the courses of a stretch are told.
    asked = sorted(((str(course), course, each) for course, each in required if each), key=itemgetter(0))
    # The stretch of each that may hold the day; days only go forward.
    places = [0] * len(asked)
    found: list[_Unlapsed] = []
    since, until, before = date.min, date.min, None
    for first, through, placement in _placed(placements, [each for _, _, each in asked]):
        courses: dict[Id, Standing] = {}
        overall, urgent_on = Standing.NOT_REQUIRED, None
        for number, (_, course, stretches) in enumerate(asked):
            place = places[number]
            while place < len(stretches) and stretches[place].through_on < first:
                place += 1
            places[number] = place
            if place == len(stretches) or stretches[place].from_on > first:
                continue
            here = stretches[place]
            standing = here.standing
            severity = SEVERITY[standing]
            if course not in courses or severity < SEVERITY[courses[course]]:
                courses[course] = standing
            if severity < SEVERITY[overall]:
                overall, urgent_on = standing, here.due_on or here.valid_through
            elif standing is overall:
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
    date, date, tuple[Placement, Standing, tuple[tuple[Id, Standing], ...], date | None]
]
"""The first and last day of a stretch, and what is told of it but for the day of lapsing."""


def _placed(
    placements: Sequence[Placement], asked: Iterable[Sequence[Stretch]]
) -> Iterable[tuple[date, date, Placement]]:
    """Cuts the days with a placement wherever the placement or a stretch begins or ends."""
    cuts = {cut for placement in placements for cut in (placement.from_on, _after(placement.through_on))}
    for stretches in asked:
        for stretch in stretches:
            cuts.add(stretch.from_on)
            cuts.add(_after(stretch.through_on))
    days = sorted(cuts - {date.max})
    for place, first in enumerate(days):
        placement = main_placement(placements, first)
        if placement is not None:
            yield first, days[place + 1] - ONE_DAY if place + 1 < len(days) else date.max, placement


def _after(day: date | None) -> date:
    return date.max if day is None else add_days(day, 1)


def _with_lapses(stretches: list[_Unlapsed]) -> list[PostStretch]:
    """Adds the days of lapsing, from the last stretch to the first: a gap without placement ends the look ahead."""
    found: list[PostStretch] = []
    lapse, follows = None, date.min
    for first, through, (placement, overall, courses, urgent_on) in reversed(stretches):
        if through == date.max or through + ONE_DAY != follows:
            lapse = None
        group = GROUPS.get(overall)
        lapses_on = lapse if group is Group.COMPLIANT else None
        found.append(PostStretch(first, through, placement, overall, courses, urgent_on, lapses_on))
        if group is None:
            lapse = None
        elif group is not Group.COMPLIANT:
            lapse = first
        follows = first
    found.reverse()
    return found
