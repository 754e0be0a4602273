"""How a post stands over the whole calendar, as stretches of days on which nothing changes. Pure.

The definitions are those of docs/handbook/standing.md, "Prepared standings". A stretch says on every one of its days
what the six rules say on that day; nothing here judges anew.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from lms.compliance.rules.evaluation import Obligation
from lms.compliance.rules.facts import Id, Placement
from lms.compliance.rules.timeline import ONE_DAY, main_placement, plus
from lms.compliance.rules.vocabulary import SEVERITY, Group, Standing


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
    days = [date.min, *obligation.change_days()]
    last = len(days) - 1
    words = None
    for place, day in enumerate(days):
        judged = obligation.judge(day)
        if judged.standing is Standing.NOT_REQUIRED:
            words = None
            continue
        through = days[place + 1] - ONE_DAY if place < last else date.max
        before, words = words, (judged.standing, judged.due_on, judged.valid_through, judged.award)
        if words == before:
            found[-1] = found[-1]._replace(through_on=through)
        else:
            found.append(Stretch(day, through, *words))
    return found


def post_stretches(
    placements: Sequence[Placement], required: Iterable[tuple[Id, Sequence[Stretch]]]
) -> list[PostStretch]:
    """Returns how a post stands over time, from its placements and the stretches of each course asked of it.

    `required` has one entry for each requirement: its course and its stretches. Days without a placement are
    left out; days on which nothing is required stand as not_required.
    """
    asked = [(course, stretches) for course, stretches in required if stretches]
    # The stretch of each that may hold the day; days only go forward.
    places = [0] * len(asked)
    found: list[PostStretch] = []
    for first, through, placement in _placed(placements, [each for _, each in asked]):
        courses: dict[Id, Standing] = {}
        overall, urgent_on = Standing.NOT_REQUIRED, None
        for number, (course, stretches) in enumerate(asked):
            while places[number] < len(stretches) and stretches[places[number]].through_on < first:
                places[number] += 1
            if places[number] == len(stretches) or stretches[places[number]].from_on > first:
                continue
            here = stretches[places[number]]
            if SEVERITY[here.standing] < SEVERITY[courses.get(course, Standing.NOT_REQUIRED)]:
                courses[course] = here.standing
            pressing = here.due_on or here.valid_through
            if SEVERITY[here.standing] < SEVERITY[overall]:
                overall, urgent_on = here.standing, pressing
            elif here.standing is overall and (pressing or date.max) < (urgent_on or date.max):
                urgent_on = pressing
        words = (placement, overall, tuple(sorted(courses.items(), key=lambda each: str(each[0]))), urgent_on)
        if found and found[-1][2:6] == words and found[-1].through_on + ONE_DAY == first:
            found[-1] = found[-1]._replace(through_on=through)
        else:
            found.append(PostStretch(first, through, *words, None))
    return _with_lapses(found)


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
    return date.max if day is None else plus(day, 1)


def _with_lapses(stretches: list[PostStretch]) -> list[PostStretch]:
    """Adds the days of lapsing, from the last stretch to the first: a gap without placement ends the look ahead."""
    lapse: date | None = None
    for place in range(len(stretches) - 1, -1, -1):
        here = stretches[place]
        after = stretches[place + 1] if place + 1 < len(stretches) else None
        if after is None or here.through_on + ONE_DAY != after.from_on:
            lapse = None
        elif after.overall.group in (Group.LATE, Group.IN_TIME):
            lapse = after.from_on
        elif after.overall is Standing.NOT_REQUIRED:
            lapse = None
        if here.overall.group is Group.COMPLIANT and lapse is not None:
            stretches[place] = here._replace(lapses_on=lapse)
    return stretches
