"""Template filters for days, times, numbers and periods. None of their results breaks over a line."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_time
from babel.numbers import format_decimal
from flask_babel import ngettext

from lms.kernel.i18n import current_locale, format_day, gettext as _
from lms.kernel.pdf import unprintable_characters

NO_BREAK = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"
NOTHING = "\N{EN DASH}"
Amount = int | float | Fraction | Decimal
_WARMER = tuple(map(Fraction, (0.5, 0.6, 0.7, 0.8, 0.9)))
"""The shares from which a heat cell is a step darker."""


def _locale() -> Locale:
    # There is none without an application context.
    return current_locale() or Locale("en")


def _unbroken(text: str) -> str:
    return text.replace(" ", NO_BREAK)


def day(value: date | None, pattern: str = "d MMMM y") -> str:
    """Returns a day in full: 22 November 2026."""
    return _unbroken(format_day(value, pattern)) if value else NOTHING


def moment(value: datetime | None, pattern: str = "d MMMM y", zone: str = "UTC") -> str:
    """Returns a time in UTC: 22 November 2026, 09:14 UTC. A time without a zone is taken as UTC.

    ``zone`` is another IANA zone to tell it in, whose name follows: 22 November 2026, 12:14 (East Africa Time).
    """
    if value is None:
        return NOTHING
    utc = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if zone != "UTC":
        local = utc.astimezone(ZoneInfo(zone))
        clock = format_time(local, "HH:mm (zzzz)", tzinfo=local.tzinfo, locale=_locale())
        return f"{day(local.date(), pattern)}, {_unbroken(clock)}"
    clock = format_time(utc, "HH:mm", locale=_locale())
    return f"{day(utc.date(), pattern)}, {clock}{NO_BREAK}UTC"


day_short = partial(day, pattern="d MMM y")
"""Returns a day for tables: 22 Nov 2026."""
moment_short = partial(moment, pattern="d MMM y")
"""Returns a time for tables: 22 Nov 2026, 09:14 UTC."""


def number(value: int | None) -> str:
    """Returns an integer with its thousands apart: 4 212."""
    return NOTHING if value is None else f"{value:,}".replace(",", THIN).replace("-", "\N{MINUS SIGN}")


def change(value: int | None) -> str:
    """Returns a difference with its sign: +6, −5, 0."""
    return f"+{number(value)}" if value is not None and value > 0 else number(value)


def percent(value: Amount | None, of: Amount = 1) -> str:
    """Returns ``value`` out of ``of`` in whole per cent: 73 %, or a dash where ``of`` is 0.

    Rounding is half up, except that only all is 100 % and only none is 0 %: a report that rounds the last missing
    person away loses its readers' trust.
    """
    if value is None or of == 0:
        return NOTHING
    # By its decimal digits: 0.725 means 72.5 %, though as a binary fraction it is a little less.
    share = value if isinstance(value, Fraction) and of == 1 else Fraction(str(value)) / Fraction(str(of))
    return _percent(share.numerator, share.denominator)


@lru_cache(maxsize=10_000)
def _percent(numerator: int, denominator: int) -> str:
    rounded = (200 * abs(numerator) + denominator) // (2 * denominator)
    if 0 < numerator < denominator:
        rounded = min(max(rounded, 1), 99)
    return f"{rounded if numerator >= 0 else -rounded}{NO_BREAK}%"


def period(value: object) -> str:
    """Returns an ISO 8601 period in words: ``P2Y`` is "2 years", ``PT24H`` is "24 hours"."""
    found = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", str(value))
    if value is None or found is None:
        return NOTHING if value is None else str(value)
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    parts = (
        ngettext("%(num)d year", "%(num)d years", years) if years else "",
        ngettext("%(num)d month", "%(num)d months", months) if months else "",
        ngettext("%(num)d week", "%(num)d weeks", weeks) if weeks else "",
        ngettext("%(num)d day", "%(num)d days", days) if days else "",
        ngettext("%(num)d hour", "%(num)d hours", hours) if hours else "",
        ngettext("%(num)d minute", "%(num)d minutes", minutes) if minutes else "",
    )
    return ", ".join(_unbroken(part) for part in parts if part) or NOTHING


def waiting_time(seconds: int) -> str:
    """Returns how long somebody has to wait, in seconds or full minutes."""
    if seconds < 60:
        return _unbroken(ngettext("%(num)d second", "%(num)d seconds", seconds))
    return period(f"PT{-(-seconds // 60)}M")


def file_size(size: int) -> str:
    """Returns a number of bytes as people pay for them: 340 kB, 1.4 MB."""
    if size < 999_500:
        return _unbroken(_("%(size)s kB", size=max(1, round(size / 1000))))
    return _unbroken(_("%(size)s MB", size=format_decimal(size / 1_000_000, "0.#", locale=_locale())))


def heat(share: Fraction | float | None) -> str:
    """Returns the class of a heat cell, for a share from 0 to 1: six steps from less than a half; empty for None."""
    return "" if share is None else f"heat-{sum(share >= limit for limit in _WARMER)}"


FILTERS = {
    "day": day,
    "day_short": day_short,
    "month_short": partial(day, pattern="MMM y"),
    "moment": moment,
    "moment_short": moment_short,
    "number": number,
    "file_size": file_size,
    "change": change,
    "heat": heat,
    "percent": percent,
    "period": period,
    "unprintable": unprintable_characters,
}
