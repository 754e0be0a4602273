"""Holding changes back until five or more can be told together, so that two month ends do not tell of one person. Pure.

Coverage of a month's end counts every post as it was told of last, until its change can be told: the changes of a
month are told in a group such that each figure that may be shown anywhere changes by nobody or by at least five posts.
The largest such group is unique (two of them together are another) and is found by leaving out, again and again,
whatever changes a figure that fewer than five others change; what is left out is looked at again a month later.
Posts that change in the same way are held back or told together, so what is gone through are ways, not posts.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lms.compliance.status.api import Id
from lms.compliance.suppression import LEAST

ALL, SECTOR, STATION, BOTH = "all", "sector", "station", "both"
"""What a row is about: everybody, a sector, a station, or a sector at a station."""
COMPLIANT, OTHERS, PEOPLE = "compliant", "others", "people"
LEAST_OF_BOTH = 20
"""The smallest number of posts of which a sector at a station is told: changes of smaller ones would wait too long."""

Row: TypeAlias = tuple[str, Id | tuple[Id, Id] | None]
"""What a row is about, and which: a sector, a station, a sector and a station, or None for everybody."""
Cell: TypeAlias = tuple[Row, Id | None, str]
"""A figure: the row, the course or None for all of them, and who is counted."""


@dataclass(frozen=True, slots=True)
class State:
    """How a post counts: where, and whether it complies overall and in each course that is required of it."""

    sector: Id
    station: Id
    compliant: bool
    courses: frozenset[tuple[Id, bool]]

    def in_course(self, course: Id | None) -> bool | None:
        """Says whether the post complies in a course, None for all; None where the course is not required of it."""
        if course is None:
            return self.compliant
        return True if (course, True) in self.courses else False if (course, False) in self.courses else None

    @property
    def rows(self) -> tuple[Row, ...]:
        """Returns the rows in which the post is counted."""
        return (
            (ALL, None),
            (SECTOR, self.sector),
            (STATION, self.station),
            (BOTH, (self.sector, self.station)),
        )

    def cells(self) -> Iterator[Cell]:
        """Yields every figure in which the post is counted."""
        for course, compliant in ((None, self.compliant), *self.courses):
            for row in self.rows:
                yield row, course, COMPLIANT if compliant else OTHERS
                yield row, course, PEOPLE


Held: TypeAlias = Mapping[Hashable, State]
"""How posts count, by person and organisation; a post of which nothing is required is not in it."""
_Change: TypeAlias = tuple[State | None, State | None]
"""How a post counted before and how it counts now; None where it does not."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a month's end.

    `changed` are the figures that are about other posts than a month before; `small` are the rows and courses of
    which nothing is told, a sector at a station with few posts: changes there were not held back.
    """

    posts: Held
    changed: frozenset[Cell] = frozenset()
    small: frozenset[tuple[Row, Id | None]] = frozenset()


def hold(before: Held, now: Held) -> Told:
    """Returns what is told of a month's end: what was told a month before, with the changes that can be told."""
    changes: defaultdict[_Change, list[Hashable]] = defaultdict(list)
    for post in {*before, *now}:
        one, other = before.get(post), now.get(post)
        if one is not other and one != other:
            changes[one, other].append(post)
    small = small_rows(before, now)
    touched = {change: _touched(*change) for change in changes}
    watched = {
        change: frozenset(cell for cell in cells if cell[:2] not in small)
        for change, cells in touched.items()
    }
    waits = held_back(watched, {change: len(posts) for change, posts in changes.items()})
    after = dict(before)
    changed: set[Cell] = set()
    for change, posts in changes.items():
        if change in waits:
            continue
        changed |= touched[change]
        for post in posts:
            if change[1] is None:
                del after[post]
            else:
                after[post] = change[1]
    return Told(after, frozenset(changed), small)


def small_rows(*months: Held) -> frozenset[tuple[Row, Id | None]]:
    """Returns the sectors at stations, with a course or None, that have few posts in each of some months."""
    most: dict[tuple[Row, Id | None], int] = {}
    for held in months:
        counts: Counter[tuple[Row, Id | None]] = Counter()
        for state, posts in Counter(held.values()).items():
            for course in (None, *(course for course, _compliant in state.courses)):
                counts[(BOTH, (state.sector, state.station)), course] += posts
        for row, posts in counts.items():
            most[row] = max(most.get(row, 0), posts)
    return frozenset(row for row, posts in most.items() if posts < LEAST_OF_BOTH)


def _touched(before: State | None, now: State | None) -> frozenset[Cell]:
    return frozenset(before.cells() if before else ()) ^ frozenset(now.cells() if now else ())


def held_back(touched: Mapping[_Change, Collection[Cell]], sizes: Mapping[_Change, int]) -> set[_Change]:
    """Returns the changes that cannot be told: each would be one of fewer than five posts in some figure."""
    changers: defaultdict[Cell, set[_Change]] = defaultdict(set)
    posts: Counter[Cell] = Counter()
    for change, cells in touched.items():
        for cell in cells:
            changers[cell].add(change)
            posts[cell] += sizes[change]
    waiting = [cell for cell, count in posts.items() if count < LEAST]
    back: set[_Change] = set()
    while waiting:
        for change in changers.pop(waiting.pop(), ()):
            back.add(change)
            for cell in touched[change]:
                if cell in changers:
                    changers[cell].discard(change)
                    enough = posts[cell] >= LEAST
                    posts[cell] -= sizes[change]
                    if enough and posts[cell] < LEAST:
                        waiting.append(cell)
    return back


def held_over(months: Iterable[Held], last: Held | None = None) -> Iterator[Told]:
    """Yields what is told of one month's end after the other; the first with anybody is told as it is.

    `last` is what was told of the month before the first, None where nothing was told yet.
    """
    told = None if last is None else Told(last)
    for now in months:
        if told is not None:
            told = hold(told.posts, now)
        elif now:
            told = Told(now, small=small_rows(now))
        yield told or Told({})
