"""Pure rules of importing: from the words of a row to a wanted placement, and from wanted and present ones to a plan.

One person's rows are judged together. A placement that is there already, under the same first day or within a longer
one of the same work, changes nothing: so a list can be imported twice.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from email_validator import EmailNotValidError, validate_email

from lms.people.rules import overlap, tidy

FIELDS = (
    "staff_number", "name", "email", "station", "sector", "also_sectors", "role", "contract",
    "works_with_children", "from_on", "through_on",
)  # fmt: skip
"""What a list can say of a person, in the order of the template."""

NEEDED = ("staff_number", "name", "station", "sector", "role")
"""What no list can do without; a first day is needed too, in the list or for all of it."""

OUTCOMES = ("added", "moved", "ended", "unchanged", "refused")
"""What a row comes to."""

CHANGES = ("added", "moved", "ended")
"""The outcomes that record something."""

BATCH = 500
"""How many people are applied in one transaction."""

MOST_ROWS_OF_ONE = 100
"""More rows than this of one staff number are no history of placements, but a wrong column."""

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
_DAY = timedelta(days=1)
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
class Held:
    """A placement: recorded under a number, or wanted and without one yet."""

    id: int | None
    work: Work
    from_on: date
    through_on: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with a staff number at the organisation, and their live placements."""

    employment_id: int
    person_id: int
    name: str
    held: tuple[Held, ...] = ()
    staff_number: str = ""


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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row comes to, and why."""

    outcome: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done about one person: verdicts by row, placements to withdraw, placements to record."""

    verdicts: Mapping[int, Verdict]
    take_back: tuple[int, ...] = ()
    add: tuple[Held, ...] = ()


def fold(text: str) -> str:
    """Returns a word as it is compared: small letters, no accents, single spaces."""
    plain = tidy(text).casefold()
    if plain.isascii():
        return plain
    return "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))


def same_name(one: str, other: str) -> bool:
    """Says whether two spellings are one name: accents, capitals, commas and the order of the words do not count."""
    if one == other:
        return True
    first, second = (sorted(fold(name.replace(",", " ")).split()) for name in (one, other))
    return bool(first) and first == second


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
    words = {field: tidy(cells.get(field)) for field in FIELDS}
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


def conflicts(rows: Sequence[Wanted]) -> dict[int, list[Note]]:
    """Returns what rows of one staff number say against each other, by row number.

    A row that repeats another is refused, of rows that share days all are, each naming the other; and rows under
    different names are all refused, because nobody can say which of them is right.
    """
    if len(rows) > MOST_ROWS_OF_ONE:
        return {row.number: [{"code": "too_many_rows", "row": rows[0].number}] for row in rows}
    found: dict[int, list[Note]] = {}
    kept: list[Wanted] = []
    for row in rows:
        twin = next((other for other in kept if replace(row, number=other.number) == other), None)
        if twin is not None:
            found[row.number] = [{"code": "same_as_row", "row": twin.number}]
        else:
            kept.append(row)
    for index, row in enumerate(kept):
        for other in kept[:index]:
            code = "other_name_in_row"
            if same_name(row.name, other.name):
                if not overlap(row.from_on, row.through_on, other.from_on, other.through_on):
                    continue
                code = "overlaps_row"
            found.setdefault(row.number, []).append({"code": code, "row": other.number})
            found.setdefault(other.number, []).append({"code": code, "row": row.number})
    # Three say enough.
    return {number: notes[:3] for number, notes in found.items()}


def judge_person(rows: Sequence[Wanted], known: Known | None) -> Plan:
    """Says what the sound rows of one staff number come to, and what is to be done."""
    if known is not None:
        strangers = [row for row in rows if not same_name(row.name, known.name)]
        if strangers:
            refused = Verdict("refused", ({"code": "other_name_here"},))
            return Plan({row.number: refused for row in rows})
    before = known.held if known else ()
    state = list(before)
    verdicts: dict[int, Verdict] = {}
    for row in sorted(rows, key=lambda each: each.from_on):
        verdicts[row.number], state = _step(row, state)
    live = {held.id for held in state}
    return Plan(
        verdicts,
        tuple(held.id for held in before if held.id is not None and held.id not in live),
        tuple(held for held in state if held.id is None),
    )


def judge_absent(held: Sequence[Held], last_on: date) -> Plan | None:
    """Says what is done about somebody whom the list does not name: who works on the last day leaves with it.

    Nothing for who has left before, who leaves that day anyway, or who only starts later.
    """
    running = next(
        (
            each
            for each in held
            if each.from_on <= last_on and (each.through_on is None or each.through_on >= last_on)
        ),
        None,
    )
    if running is None:
        return None
    later = tuple(each.id for each in held if each.from_on > last_on and each.id is not None)
    if running.through_on == last_on and not later:
        return None
    ends = running.through_on != last_on and running.id is not None
    note: Note = {"code": "absent", "day": last_on.isoformat()}
    return Plan(
        {0: Verdict("ended", (note,))},
        (*((running.id,) if ends and running.id is not None else ()), *later),
        (replace(running, id=None, through_on=last_on),) if ends else (),
    )


def batches_of(people: Iterable[str]) -> dict[str, int]:
    """Gives each person, by staff number and in their order, the batch they are applied with; the first is 1."""
    return {key: index // BATCH + 1 for index, key in enumerate(people)}


def _step(row: Wanted, state: list[Held]) -> tuple[Verdict, list[Held]]:
    base = next(
        (each for each in state if overlap(row.from_on, row.from_on, each.from_on, each.through_on)), None
    )
    through_on = base.through_on if base and row.keeps_end else row.through_on
    others = [each for each in state if each is not base]
    if base is not None and row.fits(base.work):
        if through_on == base.through_on:
            return Verdict("unchanged"), state
        wanted = replace(base, id=None, through_on=through_on)
        note: Note = {"code": "ends" if through_on else "open_again", "day": _written(through_on)}
        verdict = Verdict("ended", (note,))
    else:
        wanted = Held(None, row.work(base.work if base else None), row.from_on, through_on)
        verdict = _move(row, base, others)
    in_the_way = next(
        (
            each
            for each in others
            if overlap(wanted.from_on, wanted.through_on, each.from_on, each.through_on)
        ),
        None,
    )
    if in_the_way is not None:
        note = {
            "code": "overlaps_recorded",
            "day": _written(in_the_way.from_on),
            "through": _written(in_the_way.through_on),
        }
        return Verdict("refused", (note,)), state
    if base is not None and base.from_on < wanted.from_on:
        others.append(replace(base, id=None, through_on=wanted.from_on - _DAY))
    return verdict, [*others, wanted]


def _move(row: Wanted, base: Held | None, others: Iterable[Held]) -> Verdict:
    if base is None:
        follows = any(each.through_on == row.from_on - _DAY for each in others)
        return Verdict("moved" if follows else "added")
    if base.from_on == row.from_on:
        return Verdict("moved", ({"code": "takes_place", "day": _written(base.from_on)},))
    return Verdict("moved", ({"code": "before_ends", "day": _written(row.from_on - _DAY)},))


def _written(day: date | None) -> str:
    return day.isoformat() if day else ""


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
    parts = [part for part in (tidy(each) for each in re.split(r"[,;|/\n]+", text)) if part]
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
