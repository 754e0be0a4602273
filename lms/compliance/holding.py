"""Holding changes back until five or more can be told together, so that two month ends do not tell of one person. Pure.

Coverage of a month's end counts every post as it was told of last, until its change can be told: the changes of a
month are told in a group such that each figure that is shown anywhere changes by nobody or by at least five posts.
The largest such group is unique (two of them together are another) and is found by leaving out, again and again,
whatever changes a figure that fewer than five others change; what is left out is looked at again a month later.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from lms.compliance.counting import Filters, stand
from lms.compliance.population import Population
from lms.compliance.rules import Group, Id
from lms.compliance.suppression import LEAST

ALL = "all"
Cell: TypeAlias = tuple[str, Id | None, Id | None, str]
"""A figure: the axis, the row there, the course or None for all of them, and who is counted."""


@dataclass(frozen=True, slots=True)
class State:
    """How a post counts: where, and whether it complies overall and in each course that is required of it."""

    sector: Id
    station: Id
    compliant: bool
    courses: frozenset[tuple[Id, bool]]

    def in_course(self, course: Id) -> bool | None:
        """Says whether the post complies in a course; None where the course is not required of it."""
        return True if (course, True) in self.courses else False if (course, False) in self.courses else None

    def cells(self) -> Iterator[Cell]:
        """Yields every figure in which the post is counted."""
        for course, compliant in ((None, self.compliant), *self.courses):
            word = "compliant" if compliant else "others"
            for axis, row in (("sector", self.sector), ("station", self.station), (ALL, None)):
                yield axis, row, course, word
                yield axis, row, course, "people"


Held: TypeAlias = Mapping[Hashable, State]
"""How posts count, by person and organisation; a post of which nothing is required is not in it."""


def states(population: Population, day: date) -> dict[Hashable, State]:
    """Returns how every post of a population stands on a day."""
    found: dict[Hashable, State] = {}
    for each in stand(population, day, Filters()):
        if each.required:
            courses = each.by_course()
            found[each.post.person, each.post.organisation] = State(
                each.placement.sector,
                each.placement.station,
                each.overall.group is Group.COMPLIANT,
                frozenset((course, how.group is Group.COMPLIANT) for course, how in courses.items()),
            )
    return found


def hold(before: Held, now: Held) -> dict[Hashable, State]:
    """Returns what is told of a month's end: what was told a month before, with the changes that can be told."""
    changed = {post for post in {*before, *now} if before.get(post) != now.get(post)}
    told = changed - held_back({post: _touched(before.get(post), now.get(post)) for post in changed})
    after = {post: state for post, state in before.items() if post not in told}
    after.update((post, now[post]) for post in told if post in now)
    return after


def _touched(before: State | None, now: State | None) -> frozenset[Cell]:
    return frozenset(before.cells() if before else ()) ^ frozenset(now.cells() if now else ())


def held_back(touched: Mapping[Hashable, frozenset[Cell]]) -> set[Hashable]:
    """Returns the posts whose change cannot be told: it would be one of fewer than five in some figure."""
    changers: defaultdict[Cell, set[Hashable]] = defaultdict(set)
    for post, cells in touched.items():
        for cell in cells:
            changers[cell].add(post)
    waiting = [cell for cell, posts in changers.items() if len(posts) < LEAST]
    back: set[Hashable] = set()
    while waiting:
        for post in changers.pop(waiting.pop(), ()):
            back.add(post)
            for cell in touched[post]:
                if cell in changers:
                    changers[cell].discard(post)
                    if len(changers[cell]) == LEAST - 1:
                        waiting.append(cell)
    return back


def held_over(months: Iterable[Held]) -> Iterator[Held]:
    """Yields what is told of one month's end after the other; the first with anybody is told as it is."""
    told: Held = {}
    for now in months:
        told = hold(told, now) if told else now
        yield told
