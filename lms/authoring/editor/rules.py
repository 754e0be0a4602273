"""What differs between two texts, line by line."""

from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT_LINES = 2
"""So many lines that are the same are shown before and after each difference."""


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A line of two texts that are compared: ``kind`` is ``same``, ``removed`` or ``added``.

    ``number`` counts from 1, in the first text for a removed line, in the second for others.
    """

    kind: str
    number: int
    text: str


def compare_lines(before: str, after: str) -> list[list[ComparedLine]]:
    """Returns the places where two texts differ, each with some lines around it; none where no line differs."""
    first, second = before.splitlines(), after.splitlines()
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return [
        [line for step in place for line in _lines(step, first, second)]
        for place in matcher.get_grouped_opcodes(CONTEXT_LINES)
    ]


def _lines(step: tuple[str, int, int, int, int], first: list[str], second: list[str]) -> list[ComparedLine]:
    kind, start, end, start_after, end_after = step
    after = range(start_after, end_after)
    if kind == "equal":
        return [ComparedLine("same", number + 1, second[number]) for number in after]
    removed = [ComparedLine("removed", number + 1, first[number]) for number in range(start, end)]
    return [*removed, *(ComparedLine("added", number + 1, second[number]) for number in after)]
