"""The result of a staff check as CSV and XLSX: one row for each entry, in the order of the list."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO

from lms.compliance.clearance.answer import Clearance, ClearanceEntry
from lms.compliance.clearance.resolve import MatchResult
from lms.compliance.report.export.tables import Book
from lms.compliance.source_data.population import StatusRow
from lms.compliance.status.definitions import DEFINITIONS_VERSION
from lms.kernel.i18n import gettext as _, lazy_gettext as _l
from lms.kernel.tabular import Cell

HEAD = (
    "number", "entry", "entry_kind", "match", "answer", "name", "staff_number", "organisation", "overall",
    "valid_through", "reason",
)  # fmt: skip
DETAIL_HEAD = (
    "number", "entry", "name", "staff_number", "course", "status", "due_on", "valid_through", "certificate",
    "reason",
)  # fmt: skip
DEFINITIONS = {
    Clearance.MAY: _l(
        "Works in the organisation on the day, not on leave, and holds everything required or an equivalent."
    ),
    Clearance.MAY_NOT: _l(
        "Does not work there on the day, is on leave, or lacks something required, whether overdue or not yet due."
    ),
    Clearance.NOTHING_REQUIRED: _l("Works there on the day, and no requirement applies: nothing was checked."),
    Clearance.UNDETERMINED: _l("No person matches, or more than one does."),
    MatchResult.NOBODY: _l("Nobody in your organisations. We do not say whether another organisation knows them."),
    MatchResult.NOT_YOURS: _l(
        "A certificate of somebody outside your organisations, or an organisation that is not yours."
    ),
}


def entry_rows(
    entries: Iterable[ClearanceEntry], statuses: Mapping[int, Sequence[StatusRow]]
) -> Iterable[Sequence[Cell]]:
    """Yields entries as rows of `HEAD`."""
    for entry in entries:
        who = entry.people[0] if entry.match is MatchResult.ONE else None
        yield (
            entry.number, entry.text, entry.kind.value, entry.match.value, entry.clearance.value,
            *((who.name, who.staff_number, who.organisation) if who else ("", "", "")),
            entry.overall.value if entry.overall else "", entry.valid_through, reason(entry, statuses[entry.number]),
        )  # fmt: skip


def reason(entry: ClearanceEntry, statuses: Sequence[StatusRow]) -> str:
    """Returns the reason of an answer, then each requirement with its own, the worst first."""
    if entry.match is MatchResult.SEVERAL:
        names = "; ".join(f"{who.name} ({who.staff_number}, {who.organisation})" for who in entry.people)
        return _("More than one person: %(names)s.", names=names)
    sentences = (entry.explanation, *(f"{row.course_title}: {row.sentence}" for row in statuses))
    return " ".join(filter(None, sentences))


def as_workbook(
    day: date, entries: Sequence[ClearanceEntry], statuses: Mapping[int, Sequence[StatusRow]], checked_at: datetime
) -> bytes:
    """Returns a workbook: the answers, what is required of each person, and what the terms mean."""
    file = BytesIO()
    book = Book(file)
    book.table("Answers", HEAD, [16] * 10 + [80], entry_rows(entries, statuses))
    details = (
        (
            entry.number, entry.text, entry.people[0].name, entry.people[0].staff_number, row.course_slug,
            row.status.value, row.due_on, row.valid_through, row.award, row.sentence,
        )
        for entry in entries
        for row in statuses[entry.number]
    )  # fmt: skip
    book.table("Requirements", DETAIL_HEAD, [16] * 9 + [80], details)
    stamps = [("as_of", day.isoformat()), ("checked_at", checked_at.isoformat(timespec="seconds"))]
    terms = ((term, str(meaning)) for term, meaning in DEFINITIONS.items())
    book.facts("Definitions", [*stamps, ("definitions", DEFINITIONS_VERSION), *terms])
    book.book.close()
    return file.getvalue()
