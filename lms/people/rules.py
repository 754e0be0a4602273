"""Pure rules of people: names as they are kept, and placements that may not overlap."""

import unicodedata
from collections.abc import Iterable
from datetime import date

SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
"""What a name in addresses looks like."""


def tidy(text: str | None) -> str:
    """Returns one line of typed text as it is kept: composed letters, single spaces, no control characters.

    Joiners and direction marks stay: names in Persian, Arabic and Urdu are written with them.
    """
    if text and text.isascii() and text.isprintable():
        # Most words of a long list: the same answer, much sooner.
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", text or "")
    spaced = "".join(" " if sign in "\t\n\r" else sign for sign in composed)
    return " ".join("".join(sign for sign in spaced if unicodedata.category(sign) != "Cc").split())


def overlap(a_from: date, a_through: date | None, b_from: date, b_through: date | None) -> bool:
    """Says whether two spans of days, both ends included and open without an end, share a day."""
    return (b_through is None or a_from <= b_through) and (a_through is None or b_from <= a_through)


def first_overlap(
    new_from: date, new_through: date | None, others: Iterable[tuple[int, date, date | None]]
) -> int | None:
    """Returns the number of the first span that shares a day with the new one."""
    for number, start, end in others:
        if overlap(new_from, new_through, start, end):
            return number
    return None
