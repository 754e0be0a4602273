"""Pure: what the words of a row say, whatever language, accents and style of dates they are written in."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

from email_validator import EmailNotValidError, validate_email

from lms.kernel.text import normalise

FIELDS = (
    "staff_number", "name", "email", "station", "sector", "also_sectors", "role", "contract",
    "works_with_children", "from_on", "through_on",
)  # fmt: skip
"""What a list can say of a person, in the order of the template."""

NEEDED = ("staff_number", "name", "station", "sector", "role")
"""What no list can do without; a first day is needed too, in the list or for all of it."""

LENGTHS = {"staff_number": 40, "name": 200, "email": 254, "role": 60}

CONTRACTS = {
    "staff": "staff", "employee": "staff", "volunteer": "volunteer", "incentive worker": "volunteer",
    "volunteer or incentive worker": "volunteer", "daily": "daily", "daily worker": "daily",
    "consultant": "consultant", "partner": "partner", "contractor": "partner",
    "staff of a partner or contractor": "partner", "intern": "intern",
}  # fmt: skip

YES = frozenset(("yes", "y", "true", "1", "x", "oui", "o", "sí", "si", "s", "نعم"))
NO = frozenset(("", "no", "n", "false", "0", "-", "non", "لا"))

HEADINGS = {
    "staff_number": (
        "staff number", "staff no", "staff id", "employee number", "employee id", "id", "number", "matricule",
        "payroll number",
    ),
    "name": ("name", "full name", "staff name", "employee name", "nom", "nombre", "الاسم"),
    "email": ("email", "e-mail", "email address", "mail", "courriel"),
    "station": ("duty station", "station", "office", "location", "base", "site"),
    "sector": ("main sector", "sector", "cluster", "programme", "program", "secteur"),
    "also_sectors": ("also works in", "other sectors", "also sectors", "further sectors"),
    "role": ("role", "job title", "position", "title", "function", "post", "poste"),
    "contract": ("contract", "contract type", "type of contract", "employment type"),
    "works_with_children": ("works with children", "contact with children"),
    "from_on": ("first day", "from", "start date", "start", "contract start", "date of joining", "joined"),
    "through_on": ("last day", "until", "through", "end date", "end", "contract end", "to"),
}  # fmt: skip
"""Words by which a column is recognised, before HR looks at it."""

Note = dict[str, Any]
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+)?")
_DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHES = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
T = TypeVar("T")


class Work(NamedTuple):
    """Where somebody works and as what."""

    station_id: int
    sector: str
    also: tuple[str, ...]
    role: str
    contract: str
    children: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a row asks for. ``None`` for also, contract and children: the list does not say."""

    number: int
    staff_number: str
    name: str
    email: str
    station_id: int
    sector: str
    role: str
    also: tuple[str, ...] | None
    contract: str | None
    children: bool | None
    from_on: date
    through_on: date | None
    # The list has no column of last days: what is recorded stays.
    keeps_end: bool

    def fits(self, work: Work) -> bool:
        """Says whether work is what this row asks for; what the list does not say fits."""
        return (
            (self.station_id, self.sector, self.role) == (work.station_id, work.sector, work.role)
            and self.also in (None, work.also)
            and self.contract in (None, work.contract)
            and self.children in (None, work.children)
        )

    def work(self, before: Work | None) -> Work:
        """Returns the work asked for; what the list does not say is as before."""
        also = self.also if self.also is not None else (before.also if before else ())
        return Work(
            self.station_id,
            self.sector,
            tuple(slug for slug in also if slug != self.sector),
            self.role,
            self.contract or (before.contract if before else "staff"),
            self.children if self.children is not None else bool(before and before.children),
        )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that lists may use for stations and sectors, folded."""

    stations: Mapping[str, int]
    sectors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choices:
    """What HR chose beside the columns."""

    day_order: str = ""
    default_from: date | None = None
    leavers_on: date | None = None
    says: frozenset[str] = frozenset(FIELDS)


def fold(text: str) -> str:
    """Returns a word as it is compared: small letters, no accents, single spaces."""
    plain = normalise(text).casefold()
    if plain.isascii():
        return plain
    return "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))


def guess_columns(header: Sequence[str], before: Mapping[str, str]) -> dict[str, int]:
    """Says which column probably holds what: as in the list before, else by its heading."""
    folded = [fold(re.sub(r"[_*:]+", " ", heading)) for heading in header]
    found: dict[str, int] = {}
    for field in FIELDS:
        words = [fold(before[field])] if field in before else []
        for word in (*words, field.replace("_", " "), *HEADINGS[field]):
            place = next(
                (index for index, heading in enumerate(folded) if heading == fold(word)),
                None,
            )
            if place is not None and place not in found.values():
                found[field] = place
                break
    return found


def parse_day(text: str, order: str = "") -> date | str:
    """Returns the day that is written, or why it cannot be read: bad_day or ambiguous_day.

    Read are 2026-11-25, 25.11.2026 and 25/11/2026. Where day and month could change places, ``order`` (day or month)
    settles it; without it nothing is guessed.
    """
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _DOTS.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _SLASHES.fullmatch(text):
        first, second, year = (int(part) for part in found.groups())
        if not order and first <= 12 and second <= 12 and first != second:
            return "ambiguous_day"
        day, month = (second, first) if order == "month" else (first, second)
    else:
        return "bad_day"
    try:
        written = date(year, month, day)
    except ValueError:
        return "bad_day"
    return written if 1950 <= year <= 2100 else "bad_day"


def read_row(
    number: int, cells: Mapping[str, str], vocabulary: Vocabulary, choices: Choices
) -> Wanted | list[Note]:
    """Reads one row: what it asks for, or everything that is wrong with it."""
    notes: list[Note] = []
    words = {field: normalise(cells.get(field)) for field in FIELDS}
    for field in ("staff_number", "name", "station", "sector", "role"):
        if not words[field]:
            notes.append({"code": f"no_{field}"})
    for field, most in LENGTHS.items():
        if len(words[field]) > most:
            notes.append({"code": "too_long", "field": field, "most": most})
    _check_email(words["email"], notes)
    station = _look_up(vocabulary.stations, "station", words["station"], notes)
    sector = _look_up(vocabulary.sectors, "sector", words["sector"], notes)
    also = _also(words["also_sectors"], vocabulary, notes) if "also_sectors" in choices.says else None
    contract = _contract(words["contract"], notes) if "contract" in choices.says else None
    children = (
        _children(words["works_with_children"], notes) if "works_with_children" in choices.says else None
    )
    from_on = _day("from_on", words["from_on"], choices, notes) or choices.default_from
    through_on = _day("through_on", words["through_on"], choices, notes)
    if from_on is None and not words["from_on"]:
        notes.append({"code": "no_first_day"})
    if from_on and through_on and through_on < from_on:
        notes.append({"code": "last_before_first"})
    if notes or station is None or sector is None or from_on is None:
        return notes
    return Wanted(
        number=number,
        staff_number=words["staff_number"],
        name=words["name"],
        email=words["email"].lower(),
        station_id=station,
        sector=sector,
        role=words["role"].lower(),
        also=None if also is None else tuple(slug for slug in also if slug != sector),
        contract=contract,
        children=children,
        from_on=from_on,
        through_on=through_on,
        keeps_end="through_on" not in choices.says,
    )


def _check_email(text: str, notes: list[Note]) -> None:
    if not text:
        return
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        notes.append({"code": "bad_email", "text": text[:100]})


def _look_up(words: Mapping[str, T], field: str, text: str, notes: list[Note]) -> T | None:
    found = words.get(fold(text))
    if text and found is None:
        notes.append({"code": f"unknown_{field}", "text": text[:100]})
    return found


def _also(text: str, vocabulary: Vocabulary, notes: list[Note]) -> tuple[str, ...]:
    parts = [part for part in (normalise(each) for each in re.split(r"[,;|/\n]+", text)) if part]
    found = {_look_up(vocabulary.sectors, "sector", part, notes) for part in parts}
    return tuple(sorted(slug for slug in found if slug))


def _contract(text: str, notes: list[Note]) -> str:
    if not text:
        return "staff"
    found = CONTRACTS.get(fold(text))
    if found is None:
        notes.append({"code": "unknown_contract", "text": text[:100]})
    return found or ""


def _children(text: str, notes: list[Note]) -> bool:
    word = text.casefold()
    if word not in YES and word not in NO:
        notes.append({"code": "neither_yes_nor_no", "text": text[:100]})
    return word in YES


def _day(field: str, text: str, choices: Choices, notes: list[Note]) -> date | None:
    if not text:
        return None
    day = parse_day(text, choices.day_order)
    if isinstance(day, str):
        notes.append({"code": day, "field": field, "text": text[:40]})
        return None
    return day
