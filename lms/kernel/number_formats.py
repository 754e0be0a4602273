"""How a spreadsheet shows the number in a cell: as a day, or with the zeros and letters of its format. Pure."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

MAX_DIGITS = 15
"""Spreadsheets store no more digits of a number: the others become zeros."""

_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)))
"""The numbers of the formats for days and times that no file describes."""
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^]]*\]')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_FORMAT_PART = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<digits>[0#?]+)|(?P<sign>[-/ ()])|(?P<other>.)')


def shows_day(number: int, shape: str) -> bool:
    """Says whether a format, by its number and its text, is one of days or times; elapsed time is a number."""
    return number in _DATE_FORMATS or (
        not _ELAPSED.search(shape) and bool(set("dmyhs") & set(_NOT_SHOWN.sub("", shape.lower())))
    )


@lru_cache(4000)
def show_day(number: float, first_day: datetime) -> str:
    """Returns the day of a number, without its time, or the time of one without a day; empty of nought.

    In the system of 1900 there is a 29 February 1900, so the days before are one later.
    """
    if number == 0:
        # A formula that shows an empty cell as a day stores the day nought.
        return ""
    try:
        if first_day.year < 1900 and 1 <= number < 60:
            number += 1
        moment = first_day + timedelta(milliseconds=round(number * 86_400_000))
    except (OverflowError, ValueError):
        return "#VALUE!"
    if number < 0:
        return "#VALUE!"
    return moment.date().isoformat() if number >= 1 else moment.time().isoformat("seconds")


def show_number(value: int, shape: str) -> str:
    """Writes a whole number as its format shows it where that fills it up: 731 as 000731, and as R-0731.

    Formats for amounts, parts and days leave it as it is.
    """
    parts = _format_parts(shape)
    if value < 0 or any(part["other"] for part in parts) or not any("0" in (part["digits"] or "") for part in parts):
        return str(value)
    rest, shown = str(value), []
    filled = [part for part in parts if part["digits"]]
    for part in reversed(parts):
        if not part["digits"]:
            shown.append(part["quoted"] or part["escaped"] or part["sign"] or "")
            continue
        size = len(rest) if part is filled[0] else len(part["digits"])
        figures, rest = rest[max(len(rest) - size, 0) :], rest[: max(len(rest) - size, 0)]
        shown.append(figures.rjust(part["digits"].count("0"), "0"))
    return "".join(reversed(shown)).strip()


@lru_cache(200)
def _format_parts(shape: str) -> list[re.Match[str]]:
    return list(_FORMAT_PART.finditer(re.sub(r"\[[^]]*\]", "", shape.partition(";")[0])))
