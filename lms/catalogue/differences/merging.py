"""Puts two changes of one text together, line by line: pure, and bounded for any text.

The method is that of diff3 (Khanna, Kunal and Pierce, "A formal investigation of diff3", 2007): what one person changed
and the other left alone is taken over; what both changed in one place differently is left to people.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.catalogue.differences.rules import different_runs

_MARK = re.compile(r"[<=>]{7} ")
_LINE_END = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class MergedPart:
    """Some lines as two people have them, and as both began with: the same three times where nobody changed them."""

    base: str
    theirs: str
    mine: str

    @property
    def is_conflict(self) -> bool:
        """Returns whether both have changed these lines, each in another way."""
        return self.theirs != self.mine and self.base not in (self.theirs, self.mine)

    @property
    def result(self) -> str:
        """Returns the lines of whoever has changed them; one's own where there is a conflict."""
        return self.theirs if self.mine == self.base else self.mine

    @property
    def is_taken_over(self) -> bool:
        """Returns whether they alone have changed these lines."""
        return self.theirs != self.base == self.mine


def merge_texts(base: str, theirs: str, mine: str) -> list[MergedPart]:
    """Returns the parts of a text that two people changed, in their order; line ends become those of Unix.

    Changes that touch, with no unchanged line between them, are one part.
    """
    lines = [_LINE_END.sub("\n", text).splitlines(keepends=True) for text in (base, theirs, mine)]
    runs = sorted((*run, side) for side in (1, 2) for run in different_runs(lines[0], lines[side]))
    parts: list[MergedPart] = []
    # How many lines further on the same line stands in each text.
    ahead = [0, 0, 0]
    done = number = 0
    while number < len(runs):
        start = stop = runs[number][0]
        before = list(ahead)
        while number < len(runs) and runs[number][0] <= stop:
            _start, end, _side_start, side_end, side = runs[number]
            stop, ahead[side] = max(stop, end), side_end - end
            number += 1
        parts += _unchanged(lines[0][done:start])
        parts.append(MergedPart(*("".join(lines[n][start + before[n] : stop + ahead[n]]) for n in range(3))))
        done = stop
    return [*parts, *_unchanged(lines[0][done:])]


def merged_text(parts: Iterable[MergedPart], names: tuple[str, str, str]) -> str:
    """Returns the text of merged parts, each conflict between three lines with marks.

    ``names`` are what the marks call their text, one's own, and the end.
    """
    return "".join(_marked(part, names) if part.is_conflict else part.result for part in parts)


def list_marked_lines(text: str) -> list[int]:
    """Returns the numbers of the lines, from 1, that mark a conflict, as git marks it too."""
    lines = _LINE_END.sub("\n", text).split("\n")
    return [number for number, line in enumerate(lines, start=1) if _MARK.match(line)]


def _marked(part: MergedPart, names: tuple[str, str, str]) -> str:
    theirs, mine = (text if text.endswith("\n") or not text else f"{text}\n" for text in (part.theirs, part.mine))
    marks = [f"{sign * 7} {name}\n" for sign, name in zip("<=>", names, strict=True)]
    return marks[0] + theirs + marks[1] + mine + marks[2]


def _unchanged(lines: Sequence[str]) -> list[MergedPart]:
    text = "".join(lines)
    return [MergedPart(text, text, text)] if text else []
