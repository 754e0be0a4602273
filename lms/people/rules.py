"""Pure rules of people: placements that may not overlap."""

from datetime import date

SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
"""The regular expression of a short name, as used in addresses."""


def overlap(a_from: date, a_through: date | None, b_from: date, b_through: date | None) -> bool:
    """Says whether two periods, both ends included and open without an end, share a day."""
    return (b_through is None or a_from <= b_through) and (a_through is None or b_from <= a_through)
