"""Reading the cells of a row, whatever language, accents and style of dates they are written in. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field as dataclass_field
from datetime import date
from typing import Any, TypeVar

from lms.kernel.cells import NoData, repair_mojibake
from lms.kernel.i18n import N_
from lms.kernel.identifiers import clean_email, clean_identifier
from lms.kernel.text import is_email, normalise
from lms.kernel.written_days import AS_WRITTEN, DayStyle, is_open_end, read_day, says_nothing
from lms.people.rules import AssignmentDetails

HEADINGS = {
    "staff_number": N_("Staff number"),
    "name": N_("Name"),
    "given_name": N_("Given name"),
    "family_name": N_("Family name"),
    "email": N_("E-mail"),
    "station": N_("Duty station"),
    "sector": N_("Main sector"),
    "also_sectors": N_("Also works in"),
    "role": N_("Role"),
    "contract": N_("Contract"),
    "works_with_children": N_("Works with children"),
    "from_on": N_("First day"),
    "through_on": N_("Last day"),
    "status": N_("Status"),
}
"""The fields a list can have, with the headings of template and downloads: English, so that they are recognised."""

FIELDS = tuple(HEADINGS)

NAME_PARTS = ("given_name", "family_name")
"""The fields that together replace the name; the template has no columns for them."""

REQUIRED = ("staff_number", "name", "station", "sector", "role")
"""The fields every list must have; a first day is required too, in the list or one for all rows."""

MAX_LENGTHS = {"staff_number": 40, "name": 200, "email": 254, "role": 60}

CONTRACT_SYNONYMS = {
    "staff": "staff", "employee": "staff", "volunteer": "volunteer", "incentive worker": "volunteer",
    "volunteer or incentive worker": "volunteer", "daily": "daily", "daily worker": "daily",
    "consultant": "consultant", "partner": "partner", "contractor": "partner",
    "staff of a partner or contractor": "partner", "intern": "intern", "": "staff",
}  # fmt: skip

STATUS_SYNONYMS = dict.fromkeys(
    ("", "active", "current", "employed", "working", "in service", "actif", "en poste", "activo", "نشط"), "active"
)
STATUS_SYNONYMS |= dict.fromkeys(
    ("left", "inactive", "terminated", "separated", "resigned", "retired", "former", "inactif", "parti", "inactivo"),
    "left",
)
STATUS_SYNONYMS |= dict.fromkeys(
    ("on leave", "leave", "maternity leave", "parental leave", "sick leave", "unpaid leave", "en conge"), "leave"
)

YES_OR_NO = dict.fromkeys(("yes", "y", "true", "1", "x", "oui", "o", "si", "s", "نعم"), True)
YES_OR_NO |= dict.fromkeys(("", "no", "n", "false", "0", "-", "non", "لا"), False)

AFTER_NAMES = frozenset(("jr", "sr", "ii", "iii", "iv", "phd", "md", "msc", "ma", "mph", "dr", "esq", "rn", "mba"))
"""What stands after a name and a comma without being a given name."""

SEVERAL = re.compile(r"[,;|/\n]+")
"""What stands between the sectors of one cell."""

Note = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """What a row says; ``assignment`` has those of the ``AssignmentDetails`` for which the list has a column."""

    number: int
    staff_number: str
    name: str
    email: str
    assignment: Mapping[str, Any]
    from_on: date
    through_on: date | None
    # The list has no column of last days: what is recorded stays.
    last_day_unchanged: bool
    # active, left or leave.
    status: str = "active"

    def fits(self, details: AssignmentDetails) -> bool:
        """Says whether a row says the same as recorded details; what the list does not say fits."""
        return all(getattr(details, name) == value for name, value in self.assignment.items())

    def details(self, before: AssignmentDetails | None) -> AssignmentDetails:
        """Returns the details of the row; what the list does not say is as before."""
        details = (before or AssignmentDetails(0, "", ""))._replace(**self.assignment)
        return details._replace(also_sectors=tuple(slug for slug in details.also_sectors if slug != details.sector))


@dataclass(frozen=True, slots=True)
class ImportVocabulary:
    """The names that lists may use for stations and sectors, as comparison keys."""

    stations: Mapping[str, int]
    sectors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """What HR chose beside the columns, and which fields have a column."""

    days: DayStyle = AS_WRITTEN
    default_from: date | None = None
    leavers_on: date | None = None
    fields: frozenset[str] = frozenset(FIELDS)
    # The day whose state the list shows.
    listed_on: date = date.min
    # What it means that a row's first day is recorded with another assignment: moved, correction, or not said yet.
    same_first_day: str = ""
    # The first day of the new assignment of those who moved.
    moved_on: date = date.min
    # Whether names that differ from the recorded ones correct these.
    correct_names: bool = False
    # What words of the list mean, by field and comparison key: a station's id, the word of a sector, contract or role.
    words: Mapping[str, Mapping[str, str]] = dataclass_field(default_factory=dict)

    def means(self, name: str, text: str) -> str:
        """Returns what HR said a word of a field means; empty where nothing was said."""
        return self.words[name].get(comparison_key(text[:100]), "") if name in self.words else ""


def comparison_key(text: str) -> str:
    """Returns a text as it is compared: lower case, no accents, single spaces."""
    plain = normalise(text).casefold()
    if plain.isascii():
        return plain
    return "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))


def parse_row(
    number: int, cells: Mapping[str, str], vocabulary: ImportVocabulary, choices: ImportChoices
) -> ParsedRow | list[Note]:
    """Reads one row; returns what it says, or everything that is wrong with it."""
    notes = _cells_without_data(cells)
    spoilt = {note["field"] for note in notes}
    texts = {field: read_cell(field, cells.get(field, "")) for field in FIELDS}
    texts["name"] = _given_name_first(texts["name"] or " ".join(filter(None, map(texts.get, NAME_PARTS))))
    notes += [{"code": f"no_{field}"} for field in REQUIRED if not texts[field] and field not in spoilt]
    notes += [
        {"code": "too_long", "field": field, "most": most}
        for field, most in MAX_LENGTHS.items()
        if len(texts[field]) > most
    ]
    if texts["email"] and not is_email(texts["email"]):
        notes.append({"code": "bad_email", "text": texts["email"][:100]})
    meant = {name: choices.means(name, texts[name]) for name in ("station", "sector", "contract", "role", "status")}
    station = int(meant["station"] or 0) or _look_up(vocabulary.stations, "unknown_station", texts["station"], notes)
    sector = meant["sector"] or _look_up(vocabulary.sectors, "unknown_sector", texts["sector"], notes)
    also = [
        choices.means("sector", part) or _look_up(vocabulary.sectors, "unknown_sector", part, notes)
        for part in dict.fromkeys(normalise(each) for each in SEVERAL.split(texts["also_sectors"]))
    ]
    contract = meant["contract"] or _look_up(CONTRACT_SYNONYMS, "unknown_contract", texts["contract"], notes)
    status = meant["status"] or _look_up(STATUS_SYNONYMS, "unknown_status", texts["status"], notes)
    with_children = _look_up(YES_OR_NO, "neither_yes_nor_no", texts["works_with_children"], notes)
    from_on = _day("from_on", texts["from_on"], choices, notes) or choices.default_from
    through_on = None if is_open_end(texts["through_on"]) else _day("through_on", texts["through_on"], choices, notes)
    if from_on is None and not texts["from_on"] and "from_on" not in spoilt:
        notes.append({"code": "no_first_day"})
    if from_on and through_on and through_on < from_on:
        notes.append({"code": "last_before_first"})
    if notes or station is None or sector is None or from_on is None:
        return notes
    also_sectors = tuple(sorted({slug for slug in also if slug and slug != sector}))
    optional = {"also_sectors": also_sectors, "contract": contract, "works_with_children": with_children}
    assignment = {"station_id": station, "sector": sector, "role": meant["role"] or texts["role"].lower()}
    return ParsedRow(
        number=number,
        staff_number=clean_identifier(texts["staff_number"]),
        name=texts["name"],
        email=clean_email(texts["email"]),
        assignment=assignment | {name: value for name, value in optional.items() if name in choices.fields},
        from_on=from_on,
        through_on=through_on,
        last_day_unchanged="through_on" not in choices.fields,
        status=status or "active",
    )


def read_cell(field: str, cell: str) -> str:
    """Returns the text of a cell, empty where it is no data or says that it says nothing."""
    if isinstance(cell, NoData):
        return ""
    # Somebody may be called Null.
    return normalise(cell) if field in ("name", *NAME_PARTS) or not says_nothing(cell) else ""


def _given_name_first(name: str) -> str:
    """Turns "Haddad, Leila" round; what follows a comma may also be a title or junior, which stays."""
    family, _comma, given = (part.strip() for part in name.replace("،", ",").partition(","))
    if not (family and given) or "," in given or comparison_key(given).replace(".", "") in AFTER_NAMES:
        return name
    return f"{given} {family}"


def _cells_without_data(cells: Mapping[str, str]) -> list[Note]:
    return [
        {"code": cell.reason, "field": field, "text": cell[:100], "better": repair_mojibake(cell)[:100]}
        for field, cell in cells.items()
        if isinstance(cell, NoData)
    ]


def _look_up(names: Mapping[str, T], unknown: str, text: str, notes: list[Note]) -> T | None:
    found = names.get(comparison_key(text))
    if text and found is None:
        notes.append({"code": unknown, "text": text[:100]})
    return found


def _day(field: str, text: str, choices: ImportChoices, notes: list[Note]) -> date | None:
    if not text:
        return None
    day = read_day(text, choices.days)
    if isinstance(day, str):
        notes.append({"code": day, "field": field, "text": text[:40]})
        return None
    return day
