"""A clearance check as a file: one row for each entry in the order given, safe from formulas."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO

from xlsxwriter.worksheet import Worksheet

from lms.compliance.clearance.answer import (
    Clearance,
    ClearanceCheck,
    ClearanceEntry,
    ClearanceReason,
    IdentifierKind,
    MatchResult,
    rows_of,
)
from lms.compliance.projection.bulk_status import PostId
from lms.compliance.source_data.person_status import StatusRow
from lms.compliance.status import api as rules
from lms.kernel.i18n import LazyString, gettext as _, lazy_gettext as _l
from lms.kernel.tabular import Cell, new_workbook

HEAD = (
    "place", "asked", "taken_for", "found", "answer", "name", "staff_number", "organisation", "overall",
    "valid_through", "reason",
)  # fmt: skip
DETAIL_HEAD = (
    "place", "asked", "name", "staff_number", "course", "status", "due_on", "valid_through", "certificate",
    "reason",
)  # fmt: skip
MEANINGS: Sequence[tuple[str, LazyString]] = (
    (
        Clearance.MAY,
        _l("Works in the organisation on the day and meets, or is exempt from, every requirement."),
    ),
    (
        Clearance.MAY_NOT,
        _l("Does not work there on the day, or does not meet a requirement, whether overdue or not yet due."),
    ),
    (Clearance.UNSAID, _l("No person matches, or more than one does.")),
    (
        MatchResult.NOBODY,
        _l("Nobody in your organisations. We do not say whether another organisation knows them."),
    ),
    (
        MatchResult.NOT_YOURS,
        _l("A certificate of somebody outside your organisations, or an organisation that is not yours."),
    ),
)
_WHY: Mapping[ClearanceReason, LazyString | str] = {
    ClearanceReason.HOLDS_ALL: _l("Meets every requirement."),
    ClearanceReason.NOTHING_REQUIRED: _l("Nothing is required on this day."),
    ClearanceReason.NO_PLACEMENT: _l("Not working for you on this day."),
    ClearanceReason.NOT_IN_ORDER: "",
    ClearanceReason.NOT_FOUND: "",
}
_FOUND = {
    (
        MatchResult.NOBODY,
        IdentifierKind.SERIAL,
    ): _l("There is no certificate with this serial, and none of your staff has it as a number."),
    (MatchResult.NOBODY, IdentifierKind.EMAIL): _l("None of your staff has this e-mail address."),
    (MatchResult.NOBODY, IdentifierKind.NUMBER): _l("None of your staff has this staff number."),
    (
        MatchResult.NOT_YOURS,
        IdentifierKind.SERIAL,
    ): _l("This certificate does not belong to your staff; anybody can verify it."),
    (
        MatchResult.NOT_YOURS,
        IdentifierKind.NUMBER,
    ): _l("The entry names an organisation that is not one of yours."),
}


def reason(entry: ClearanceEntry, rows: Sequence[StatusRow]) -> str:
    """Returns the reason of an answer in words: what is not in order first, requirement by requirement."""
    if entry.found is MatchResult.SEVERAL:
        names = "; ".join(f"{who.name} ({who.staff_number}, {who.organisation})" for who in entry.who)
        return _("More than one person: %(names)s.", names=names)
    if entry.found is not MatchResult.ONCE:
        return str(_FOUND[entry.found, entry.kind])
    said = [f"{row.course_title}: {row.sentence}" for row in rows]
    return " ".join([text for text in (str(_WHY[entry.why]), *said) if text])


def entry_rows(
    entries: Iterable[ClearanceEntry], rows: Mapping[PostId, list[StatusRow]]
) -> Iterable[Sequence[Cell]]:
    """Returns entries as rows of `HEAD`."""
    for entry in entries:
        who = entry.who[0] if entry.found is MatchResult.ONCE else None
        yield (
            entry.place,
            entry.asked,
            entry.kind.value,
            entry.found.value,
            entry.word.value,
            who.name if who else "",
            who.staff_number if who else "",
            "; ".join(each.organisation for each in entry.who) if who else "",
            entry.overall.value if entry.overall else "",
            entry.valid_through,
            reason(entry, rows_of(entry, rows)),
        )


def detail_rows(
    entries: Iterable[ClearanceEntry], rows: Mapping[PostId, list[StatusRow]]
) -> Iterable[Sequence[Cell]]:
    """Returns what is required of everybody found as rows of `DETAIL_HEAD`."""
    for entry in entries:
        for row in rows_of(entry, rows):
            yield (
                entry.place, entry.asked, entry.who[0].name, entry.who[0].staff_number, row.course_slug,
                row.status.value, row.due_on, row.valid_through, row.award, row.sentence,
            )  # fmt: skip


def as_workbook(
    looked_up: ClearanceCheck,
    entries: Sequence[ClearanceEntry],
    rows: Mapping[PostId, list[StatusRow]],
    asked_at: str,
) -> bytes:
    """Returns a clearance check as XLSX: the answers, what is required of each person, and what the words mean."""
    file = BytesIO()
    with new_workbook(file) as book:
        bold, days = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheets = (
            ("Answers", HEAD, entry_rows(entries, rows)),
            ("Requirements", DETAIL_HEAD, detail_rows(entries, rows)),
        )
        for name, head, lines in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(head) - 2, 16)
            sheet.set_column(len(head) - 1, len(head) - 1, 80)
            sheet.write_row(0, 0, head, bold)
            for place, line in enumerate(lines, 1):
                _write(sheet, place, line, days)
        about = book.add_worksheet("Definitions")
        about.set_column(0, 0, 24)
        about.set_column(1, 1, 100)
        facts = (
            ("as_of", looked_up.day.isoformat()),
            ("asked_at", asked_at),
            ("definitions", rules.DEFINITIONS_VERSION),
            *((str(word), meaning) for word, meaning in MEANINGS),
        )
        for place, (word, meaning) in enumerate(facts):
            about.write_string(place, 0, word, bold)
            about.write_string(place, 1, str(meaning))
    return file.getvalue()


def _write(sheet: Worksheet, place: int, line: Sequence[Cell], days: object) -> None:
    for column, value in enumerate(line):
        if isinstance(value, date):
            sheet.write_datetime(place, column, value, days)
        elif isinstance(value, int):
            sheet.write_number(place, column, value)
        elif value:
            sheet.write_string(place, column, str(value))
