"""Compares two texts by paragraphs and words, and two documents field by field: pure, and bounded for any text."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

MOST_COMPARED, MOST_EQUAL = 10_000_000, 250_000
"""Up to so many pairs of lines, paragraphs or words are compared, and so many of them may be equal: what takes time.

Longer texts are shown as removed and added.
"""

MOST_SHOWN = 3_000
"""How many characters of one text are shown."""

ALIKE = 0.5
"""From which share of common words on two paragraphs are one that was changed."""


class ChangeKind(StrEnum):
    """What happened to a paragraph, a field or some words."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"
    SAME = "same"


Piece = tuple[ChangeKind, str]
"""Some words, and whether they were added, removed or stayed the same."""


@dataclass(frozen=True, slots=True)
class TextChange:
    """One paragraph or field that changes: ``place`` is the heading above it, or the names of the field."""

    kind: ChangeKind
    place: tuple[str, ...]
    pieces: tuple[Piece, ...]

    @property
    def after(self) -> str:
        """Returns the words that are there afterwards; shortened where they are shown so."""
        return "".join(text for kind, text in self.pieces if kind is not ChangeKind.REMOVED)


def compare_texts(before: str, after: str) -> list[TextChange]:
    """Returns what changes between two Markdown texts, paragraph by paragraph."""
    old, new = _paragraphs(before), _paragraphs(after)
    a, b = [text for _place, text in old], [text for _place, text in new]
    changes: list[TextChange] = []
    for i1, i2, j1, j2 in different_runs(a, b):
        changes += _run(old[i1:i2], new[j1:j2])
    return _with_moves(changes)


def compare_words(before: str, after: str) -> tuple[Piece, ...]:
    """Returns the words of both texts in order, each with whether it was added, removed or is the same."""
    a, b = _words(before), _words(after)
    pieces: list[Piece] = []
    last = 0
    for i1, i2, j1, j2 in different_runs(a, b):
        pieces += [(ChangeKind.SAME, "".join(a[last:i1])), (ChangeKind.REMOVED, "".join(a[i1:i2]))]
        pieces.append((ChangeKind.ADDED, "".join(b[j1:j2])))
        last = i2
    pieces.append((ChangeKind.SAME, "".join(a[last:])))
    return tuple((kind, shorten(text)) for kind, text in pieces if text)


def compare_fields(before: Any, after: Any) -> list[TextChange]:
    """Returns which fields of two documents differ: values of mappings by key, of lists by the id of each entry."""
    old, new = dict(_fields(before, ())), dict(_fields(after, ()))
    changes = []
    for place in dict.fromkeys([*new, *old]):
        if old.get(place) == new.get(place):
            continue
        if place not in old:
            changes.append(_whole(ChangeKind.ADDED, place, new[place]))
        elif place not in new:
            changes.append(_whole(ChangeKind.REMOVED, place, old[place]))
        else:
            changes.append(TextChange(ChangeKind.CHANGED, place, compare_words(old[place], new[place])))
    return changes


def shorten(text: str) -> str:
    """Returns a text as it is shown: at most so many characters."""
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"


def _paragraphs(text: str) -> list[tuple[str, str]]:
    """Returns the paragraphs of a text, each with the heading above it."""
    found, heading = [], ""
    for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        plain = paragraph.strip("\n")
        if plain.startswith("#"):
            heading = plain.split("\n")[0].lstrip("#").strip()[:200]
        if plain:
            found.append((heading, plain))
    return found


def _words(text: str) -> list[str]:
    """Returns words with the spaces that follow them, so that together they are the text."""
    return re.findall(r"\s*\S+\s*?(?=\s|$)|\s+", text)


def different_runs(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yields the parts of two sequences that differ, as in ``SequenceMatcher``; in bounded time."""
    start, longest = 0, min(len(a), len(b))
    while start < longest and a[start] == b[start]:
        start += 1
    end = 0
    while end < longest - start and a[-1 - end] == b[-1 - end]:
        end += 1
    stop_a, stop_b = len(a) - end, len(b) - end
    often = Counter(b[start:stop_b])
    equal = sum(often[text] for text in a[start:stop_a])
    if (stop_a - start) * (stop_b - start) > MOST_COMPARED or equal > MOST_EQUAL:
        yield start, stop_a, start, stop_b
        return
    matcher = SequenceMatcher(None, a[start:stop_a], b[start:stop_b], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield start + i1, start + i2, start + j1, start + j2


def _run(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[TextChange]:
    """Yields the changes of some paragraphs in place of others: those that are alike are changed, in their order."""
    first = 0
    for place, text in new:
        match = next((n for n in range(first, min(len(old), first + 20)) if _alike(old[n][1], text)), None)
        if match is None:
            yield _whole(ChangeKind.ADDED, (place,), text)
            continue
        for gone_place, gone in old[first:match]:
            yield _whole(ChangeKind.REMOVED, (gone_place,), gone)
        yield TextChange(ChangeKind.CHANGED, (place,), compare_words(old[match][1], text))
        first = match + 1
    for gone_place, gone in old[first:]:
        yield _whole(ChangeKind.REMOVED, (gone_place,), gone)


def _alike(before: str, after: str) -> bool:
    """Returns whether half of the words of the longer text are in both."""
    a, b = set(before.split()), set(after.split())
    return len(a & b) >= ALIKE * max(len(a), len(b), 1)


def _with_moves(changes: list[TextChange]) -> list[TextChange]:
    """Returns the changes with paragraphs that were removed in one place and added in another as moved."""
    removed = {change.pieces for change in changes if change.kind is ChangeKind.REMOVED}
    added = {change.pieces for change in changes if change.kind is ChangeKind.ADDED}
    moved = {
        pieces
        for pieces in removed
        if tuple((ChangeKind.ADDED, text) for _kind, text in pieces) in added
    }  # fmt: skip
    found = []
    for change in changes:
        plain = tuple((ChangeKind.SAME, text) for _kind, text in change.pieces)
        gone = tuple((ChangeKind.REMOVED, text) for _kind, text in change.pieces)
        if change.kind is ChangeKind.REMOVED and change.pieces in moved:
            continue
        if change.kind is ChangeKind.ADDED and gone in moved:
            found.append(TextChange(ChangeKind.MOVED, change.place, plain))
        else:
            found.append(change)
    return found


def _whole(kind: ChangeKind, place: tuple[str, ...], text: str) -> TextChange:
    return TextChange(kind, place, ((kind, shorten(text)),))


def _fields(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yields each field of a document with the names that lead to it; without empty ones."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _fields(inner, (*place, str(key)))
    elif isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value):
        for number, inner in enumerate(value, start=1):
            name = inner.get("id", number) if isinstance(inner, Mapping) else number
            without = {k: v for k, v in inner.items() if k != "id"} if isinstance(inner, Mapping) else inner
            yield from _fields(without, (*place, str(name)))
    elif isinstance(value, list):
        if value:
            yield place, ", ".join(map(str, value))
    elif value is not None and value != "":
        yield place, _spoken(value)


def _spoken(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
