"""Days as people and programs write them, read only where one day can be meant. Pure.

Import, sessions and prior training read days here, so that a spelling is understood everywhere or nowhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from babel import Locale

from lms.kernel.identifiers import clean_identifier

FIRST_YEAR, LAST_YEAR = 1950, 2100
"""The years in which anybody in a list can work."""

_SERIAL_BASE = date(1899, 12, 30)
_TIME = re.compile(
    r"(?:\s*[T,]\s*|\s+)(?P<hours>\d{1,2}):(?P<minutes>\d{2})(?::(?P<seconds>\d{2})(?:[.,](?P<parts>\d+))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})()(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_PART = re.compile(r"\d+|[^\W\d_]+(?: [^\W\d_]+)*")
_NO_YEAR = re.compile(r"0{1,4}([-/.]?)0{1,2}\1(0{1,2}|0{4})")
_LAST_YEAR = re.compile(r".*9999|9999.*")

_NOTHING = frozenset(("", "-", "--", "---", "n/a", "n.a.", "n.a", "null", "none", "nil"))
_OPEN = frozenset(
    (
        "present", "to present", "to date", "till date", "until now", "now", "today", "current", "ongoing", "on-going",
        "open", "open end", "open-ended", "open ended", "no end", "no end date", "indefinite", "permanent", "unlimited",
        "en cours", "à ce jour", "a ce jour", "indéterminé", "présent", "actual", "actualidad", "presente",
        "indefinido", "até o momento", "atual", "unbefristet", "offen", "heute", "حتى الآن", "الآن", "مستمر",
    )
)  # fmt: skip
_FILLERS = frozenset(("st", "nd", "rd", "th", "de", "del", "of", "er", "ego", "р", "г", "року", "года"))
_LOCALES = (
    "en", "fr", "es", "pt", "de", "it", "nl", "pl", "uk", "ru", "ro", "tr", "id", "sw", "so", "am", "ar", "ar_SY",
    "ar_DZ", "ar_MA",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DayStyle:
    """What somebody said of the days of one list.

    ``order`` (day or month) is which comes first in 03/04/2026; ``short_years`` whether 26 means 2026.
    """

    order: str = ""
    short_years: bool = False


AS_WRITTEN = DayStyle()
"""Nothing was said: what two days could be is not read."""


@lru_cache(maxsize=4096)
def read_day(text: str, style: DayStyle = AS_WRITTEN) -> date | str:
    """Returns the day that is written, or why it cannot be read.

    The reasons: ``ambiguous_day`` and ``short_year`` until the style settles them, ``moment_elsewhere`` for a time of
    day in another zone, which may be the day after where it was meant, ``bad_day`` for all others.
    """
    plain = clean_identifier(text)
    day, reason = _split_time(plain)
    if reason:
        return reason
    if found := _YEAR_FIRST.fullmatch(day):
        year, month, number = (int(part) for part in found.groups() if part and part.isdigit())
        return _day(year, month, number)
    if found := _YEAR_LAST.fullmatch(day):
        first, sign, second, years = found.groups()
        return _year_last(int(first), int(second), years, style, dotted=sign == ".")
    if found := _SERIAL.fullmatch(day):
        # Spreadsheets count the days from 1900 on.
        return _in_range(_SERIAL_BASE + timedelta(days=int(found[1])))
    return _named_month(day, style)


@lru_cache(maxsize=4096)
def says_nothing(text: str) -> bool:
    """Says whether a cell is filled only so that it is not empty: a dash, n/a, or the day 00.00.0000."""
    if len(text) > 20 or (text[:1].isascii() and text[:1] not in "-nN0 '="):
        # Most cells of a long list, much sooner.
        return False
    plain = clean_identifier(text).casefold()
    return plain in _NOTHING or (len(plain) > 1 and bool(_NO_YEAR.fullmatch(plain)))


@lru_cache(maxsize=4096)
def is_open_end(text: str) -> bool:
    """Says whether a last day means that there is none: present, or a day of the year 9999."""
    plain = clean_identifier(text).casefold()
    if plain in _OPEN:
        return True
    return bool(re.fullmatch(r"[\d./-]+", plain)) and bool(_LAST_YEAR.fullmatch(_split_time(plain)[0]))


def _split_time(text: str) -> tuple[str, str]:
    """Returns the day of a text without its time of day, and a reason where the time is none or leaves two days."""
    found = next((each for each in _TIME.finditer(text) if each.end() == len(text)), None)
    if found is None:
        return text, ""
    hours, minutes = int(found["hours"]), int(found["minutes"])
    if hours > 23 or minutes > 59:
        return text, "bad_day"
    midnight = hours == (12 if (found["half"] or "").lower().startswith("a") else 0) and minutes == 0
    return text[: found.start()], "moment_elsewhere" if found["zone"] and not midnight else ""


def _year_last(first: int, second: int, years: str, style: DayStyle, *, dotted: bool) -> date | str:
    # With points the day comes first wherever people write so.
    order = "day" if dotted else style.order
    possible = {
        (day, month)
        for day, month, meant in ((first, second, "day"), (second, first, "month"))
        if order in ("", meant) and 1 <= month <= 12 and 1 <= day <= 31
    }
    if not possible:
        return "bad_day"
    year = _year(years, style)
    if year is None:
        return "short_year"
    if len(possible) > 1:
        return "ambiguous_day"
    day, month = possible.pop()
    return _day(year, month, day)


def _named_month(text: str, style: DayStyle) -> date | str:
    """Reads a day whose month is a word; what else there is may only be the weekday and small words."""
    figures, month = [], 0
    for part in _parts(text):
        if part.isdigit():
            figures.append(part)
        elif named := _months().get(part):
            if month:
                return "bad_day"
            month = named
        elif part not in _FILLERS and part not in _weekdays():
            return "bad_day"
    if not month or len(figures) != 2:
        return "bad_day"
    day, years = figures if len(figures[0]) < 3 else reversed(figures)
    if len(day) > 2 or len(years) not in (2, 4):
        return "bad_day"
    year = _year(years, style)
    return "short_year" if year is None else _day(year, month, int(day))


def _parts(text: str) -> Iterator[str]:
    """Yields figures and words; names of months of two words stay together."""
    for part in _PART.findall(text.casefold()):
        if part in _months() or part.isdigit():
            yield part
            continue
        words = part.split()
        while words:
            size = 2 if " ".join(words[:2]) in _months() else 1
            yield " ".join(words[:size])
            words = words[size:]


def _year(figures: str, style: DayStyle) -> int | None:
    if len(figures) == 4:
        return int(figures)
    if not style.short_years:
        return None
    return int(figures) + (1900 if int(figures) >= FIRST_YEAR % 100 else 2000)


def _day(year: int, month: int, day: int) -> date | str:
    try:
        return _in_range(date(year, month, day))
    except ValueError:
        return "bad_day"


def _in_range(day: date) -> date | str:
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else "bad_day"


@cache
def _months() -> dict[str, int]:
    """Returns the months by their names and short names in the languages of lists; names of two months are none."""
    found: dict[str, int] = {}
    twofold = set()
    for language in _LOCALES:
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    key = " ".join(_PART.findall(name.casefold()))
                    if key and not key.isdigit() and found.setdefault(key, number) != number:
                        twofold.add(key)
    found["sept"] = 9
    return {name: number for name, number in found.items() if name not in twofold}


@cache
def _weekdays() -> frozenset[str]:
    names = (
        name
        for language in _LOCALES
        for context in Locale.parse(language).days.values()
        for width in ("wide", "abbreviated")
        for name in context[width].values()
    )
    return frozenset(part for name in names for part in _PART.findall(name.casefold())) - _months().keys()
