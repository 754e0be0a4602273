"""How imports are written on pages and in files: fields, outcomes, states, and every reason."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from itertools import chain
from typing import Any

from flask_babel import LazyString, lazy_gettext as _l

from lms.kernel.cells import repair_mojibake
from lms.people.importing.models import PeopleImport
from lms.people.importing.parse import HEADINGS, Note, comparison_key
from lms.web.formatting import day

FIELD_LABELS: dict[str, LazyString] = {field: _l(heading) for field, heading in HEADINGS.items()}

OUTCOME_LABELS: dict[str, tuple[LazyString, str, str]] = {
    "added": (_l("Added"), "good", "circle-check"),
    "moved": (_l("Moved or changed"), "soon", "arrow-right"),
    "ended": (_l("Last day set"), "soon", "circle-minus"),
    "corrected": (_l("Corrected"), "soon", "user"),
    "unchanged": (_l("Unchanged"), "plain", "circle-dashed"),
    "rejected": (_l("Rejected"), "late", "circle-x"),
}
"""The label of each outcome, and the kind and icon of its sign."""

STATE_LABELS: dict[str, tuple[LazyString, str, str]] = {
    "columns": (_l("Columns to be matched"), "soon", "triangle-alert"),
    "checking": (_l("Checking"), "plain", "hourglass"),
    "checked": (_l("Checked, not applied"), "soon", "triangle-alert"),
    "applying": (_l("Applying"), "plain", "hourglass"),
    "applied": (_l("Applied"), "good", "circle-check"),
    "undoing": (_l("Undoing"), "plain", "hourglass"),
    "undone": (_l("Undone"), "plain", "rotate-ccw"),
    "discarded": (_l("Discarded"), "plain", "circle-minus"),
}

REASONS: dict[str, LazyString] = {
    "no_staff_number": _l("The staff number is missing."),
    "no_name": _l("The name is missing."),
    "no_station": _l("The duty station is missing."),
    "no_sector": _l("The main sector is missing."),
    "no_role": _l("The role is missing."),
    "no_first_day": _l("The first day is missing."),
    "cell_error": _l("%(field)s: “%(text)s” is an error of the spreadsheet. Correct the formula or write the value."),
    "cell_formula": _l(
        "%(field)s: a formula without a result. Open the file in your spreadsheet, save it, and upload it again."
    ),
    "cell_rounded": _l(
        "%(field)s: “%(text)s” was rounded by a spreadsheet. Format the column as text, write the number again, and "
        "upload an Excel file."
    ),
    "cell_letters": _l(
        "%(field)s: letters of “%(text)s” are lost. Choose the encoding, or save the list again as Excel."
    ),
    "cell_mojibake": _l("%(field)s: the letters of “%(text)s” are broken. It probably means “%(better)s”."),
    "hidden_row": _l("This row is hidden in the sheet."),
    "too_long": _l("%(field)s: at most %(most)s characters fit."),
    "bad_email": _l("“%(text)s” is not a full e-mail address."),
    "unknown_station": _l("“%(text)s” is not a known duty station. Write its name or short name."),
    "unknown_sector": _l("“%(text)s” is not a known sector."),
    "unknown_contract": _l("“%(text)s” is not a known kind of contract."),
    "unknown_status": _l("“%(text)s” is not a known status. Say whether it means that somebody works here."),
    "left_no_day": _l(
        "The list says that this person has left. Give the last day, in the list or on the person's page."
    ),
    "left_unknown": _l("Has left, and was never recorded here: there is nothing to record."),
    "on_leave": _l("On leave: record an exemption, so that nothing falls due in the meantime."),
    "neither_yes_nor_no": _l("Works with children: “%(text)s” is neither yes nor no."),
    "bad_day": _l("%(field)s: “%(text)s” is not a date we can read. Write it like 2026-11-25."),
    "ambiguous_day": _l("%(field)s: “%(text)s” is ambiguous. Choose whether the day or the month comes first."),
    "short_year": _l("%(field)s: the year of “%(text)s” has only two digits. Choose whether 26 means 2026."),
    "moment_elsewhere": _l(
        "%(field)s: “%(text)s” is a time in another time zone and may mean the day after. Write only the day, "
        "like 2026-11-25."
    ),
    "last_before_first": _l("The last day is before the first day."),
    "same_as_row": _l("This repeats row %(row)s."),
    "overlaps_row": _l("This overlaps row %(row)s, which has the same staff number."),
    "other_name_in_row": _l("Row %(row)s has the same staff number but another name."),
    "too_many_rows": _l("More than a hundred rows have this staff number. Is it the right column?"),
    "other_name_here": _l(
        "This staff number is recorded for %(text)s. If it is the same person, have the name corrected; if not, "
        "correct the number."
    ),
    "other_name_elsewhere": _l(
        "This staff number is recorded for %(text)s, whose name only their present employer corrects. If it is the "
        "same person, write this name; if not, correct the number."
    ),
    "email_here": _l(
        "Somebody else already has this e-mail. Look for it under People: if its holder has left, remove it from their "
        "details. Otherwise leave it empty, or ask your administrator."
    ),
    "email_in_row": _l("Row %(row)s has the same e-mail under another staff number."),
    "overlaps_recorded": _l("This overlaps the placement recorded from %(day)s to %(through)s."),
    "same_first_day": _l("Recorded otherwise from this first day on. Answer the question about this list."),
    "past_differs": _l("Past days are recorded otherwise. Correct them on the person's page, or as a mistake."),
    "left_before": _l("This person is recorded as having left before %(day)s. Record the return on the person's page."),
    "recorded_since": _l("Recorded with this assignment since %(day)s."),
    "changed_meanwhile": _l("The record was changed after the check, so this row was skipped."),
    "not_accepted": _l("%(text)s"),
    "likely_number": _l("Probably the same person as staff number %(text)s, which differs in leading zeros only."),
    "likely_name": _l("Probably the same person as staff number %(text)s: the name is the same."),
    "ends": _l("The last day becomes %(day)s."),
    "open_again": _l("The last day is removed: the placement is open again."),
    "takes_place": _l("This replaces the placement recorded from %(day)s."),
    "before_ends": _l("The previous placement ends on %(day)s."),
    "name_corrected": _l("The name %(before)s becomes %(text)s."),
    "unprintable": _l("Certificates cannot print %(text)s in this name: give the name to print on the person's page."),
    "absent": _l("Not in the list: the last day becomes %(day)s."),
}


def note_sentence(note: Note) -> str:
    """Writes one reason as a sentence; an unknown code shows as it is."""
    code = str(note.get("code", ""))
    sentence = REASONS.get(code)
    if sentence is None:
        return code
    days = {name: day(date.fromisoformat(note[name])) if note.get(name) else "" for name in ("day", "through")}
    days["through"] = days["through"] or str(_l("no last day"))
    field = note.get("field", "")
    return str(sentence) % defaultdict(str, note | days, field=str(FIELD_LABELS.get(field, field)))


def find_mojibake(people_import: PeopleImport) -> tuple[str, str] | None:
    """Returns a text of the list whose letters are broken, as it is and as it probably was."""
    cells = chain(
        people_import.header, *people_import.samples, (each["note"].get("text", "") for each in people_import.reasons)
    )
    return next(((cell, better) for cell in cells if (better := repair_mojibake(cell))), None)


def why(notes: list[Note]) -> str:
    """Writes all reasons of a row."""
    return " ".join(note_sentence(note) for note in notes)


def is_answered(choices: Mapping[str, Any], field: str, word: str) -> bool:
    """Says whether HR has said what a word of a list means."""
    return comparison_key(word) in choices.get("words", {}).get(field, {})


def describe_work(cells: Mapping[str, str]) -> str:
    """Writes what a row says of the assignment, in the texts of the file."""
    days = " – ".join(cells[name] for name in ("from_on", "through_on") if cells.get(name))
    return " · ".join(filter(None, (*map(cells.get, ("station", "sector", "role")), days)))
