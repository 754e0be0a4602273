"""The posts that coverage counts, row by row and by how they stand. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

from lms.compliance.holding import COMPLIANT, OTHERS, PEOPLE, Cell, Held, Row, State
from lms.compliance.status.api import Id
from lms.compliance.suppression import LEAST

WORDS = (COMPLIANT, OTHERS, PEOPLE)
"""Who is counted in a table's columns; the last is the sum of the two before."""
Known: TypeAlias = Callable[[Cell], bool]
"""Says whether a reader has a figure from the month before."""


class Tally:
    """The posts of each row by how they stand: a figure is a set of ways to stand, a bit for each."""

    def __init__(self, held: Held, courses: Sequence[Id | None]) -> None:
        """Takes the posts, and the courses that are asked about, None for all of them."""
        self.courses = courses
        self.states = Counter(held.values())
        self._posts: defaultdict[Row, Counter[int]] = defaultdict(Counter)
        self._counts: dict[Cell, int] = {}
        self._present: dict[Row, int] = defaultdict(int)
        self._masks: dict[tuple[Id | None, str], int] = defaultdict(int)
        numbers: dict[tuple[bool, frozenset[tuple[Id, bool]]], int] = {}
        for state, posts in self.states.items():
            number = numbers.setdefault((state.compliant, state.courses), len(numbers))
            self._enter(state, 1 << number)
            for row in state.rows:
                self._posts[row][number] += posts
                self._present[row] |= 1 << number

    def _enter(self, state: State, bit: int) -> None:
        for course in self.courses:
            compliant = state.in_course(course)
            if compliant is not None:
                self._masks[course, COMPLIANT if compliant else OTHERS] |= bit
                self._masks[course, PEOPLE] |= bit

    def ways(self, cell: Cell) -> int:
        """Returns who is counted in a figure: the ways to stand of some posts of its row."""
        row, course, word = cell
        return self._masks.get((course, word), 0) & self._present.get(row, 0)

    def count(self, cell: Cell) -> int:
        """Counts who is counted in a figure."""
        if cell not in self._counts:
            ways, row = self.ways(cell), self._posts.get(cell[0], Counter[int]())
            self._counts[cell] = sum(posts for number, posts in row.items() if ways >> number & 1)
        return self._counts[cell]

    def split(self, row: Row, course: Id | None) -> list[int]:
        """Counts who complies and who does not."""
        return [self.count((row, course, word)) for word in (COMPLIANT, OTHERS)]

    def too_close(self, row: Row, tells: Known) -> Iterator[Cell]:
        """Yields the figures to hide because the difference to another course's of the same row is a small count.

        Of two, the one of a course rather than that of all; but not the one that the month before `tells`.
        """
        figures = [
            (self.ways(cell), cell)
            for course in self.courses
            for word in WORDS
            if self.count(cell := (row, course, word))
        ]
        for (one, first), (other, second) in combinations(figures, 2):
            if first[1] == second[1] or (one & ~other and other & ~one):
                continue
            smaller, larger = (first, second) if not one & ~other else (second, first)
            if 0 < self.count(larger) - self.count(smaller) < LEAST:
                better, worse = (larger, smaller) if smaller[1] is None else (smaller, larger)
                yield worse if tells(better) and not tells(worse) else better
