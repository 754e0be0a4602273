"""How imports are written on pages and in lists to take away: fields, outcomes, states, and every reason."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import LazyString, lazy_gettext as _l

from lms.people.importing.parse import Note
from lms.web.formatting import day

HEADINGS = {
    "staff_number": "Staff number",
    "name": "Name",
    "email": "E-mail",
    "station": "Duty station",
    "sector": "Main sector",
    "also_sectors": "Also works in",
    "role": "Role",
    "contract": "Contract",
    "works_with_children": "Works with children",
    "from_on": "First day",
    "through_on": "Last day",
}
"""The headings of the template and of lists taken away: the same in every language, so that they are recognised."""

FIELD_WORDS: dict[str, LazyString] = {
    "staff_number": _l("Staff number"),
    "name": _l("Name"),
    "email": _l("E-mail"),
    "station": _l("Duty station"),
    "sector": _l("Main sector"),
    "also_sectors": _l("Also works in"),
    "role": _l("Role"),
    "contract": _l("Contract"),
    "works_with_children": _l("Works with children"),
    "from_on": _l("First day"),
    "through_on": _l("Last day"),
}

OUTCOME_WORDS: dict[str, tuple[LazyString, str, str]] = {
    "added": (_l("Added"), "good", "circle-check"),
    "moved": (_l("Moved or changed"), "soon", "arrow-right"),
    "ended": (_l("Last day set"), "soon", "circle-minus"),
    "unchanged": (_l("Unchanged"), "plain", "circle-dashed"),
    "refused": (_l("Refused"), "late", "circle-x"),
}
"""Of each outcome its word, and the kind and icon of its sign."""

STATE_WORDS: dict[str, tuple[LazyString, str, str]] = {
    "columns": (_l("Waits for its columns"), "soon", "triangle-alert"),
    "checking": (_l("Being checked"), "plain", "hourglass"),
    "checked": (_l("Checked, not applied"), "soon", "triangle-alert"),
    "applying": (_l("Being applied"), "plain", "hourglass"),
    "applied": (_l("Applied"), "good", "circle-check"),
    "undoing": (_l("Being taken back"), "plain", "hourglass"),
    "undone": (_l("Taken back"), "plain", "rotate-ccw"),
    "discarded": (_l("Thrown away"), "plain", "circle-minus"),
}

REASONS: dict[str, LazyString] = {
    "no_staff_number": _l("There is no staff number."),
    "no_name": _l("There is no name."),
    "no_station": _l("There is no duty station."),
    "no_sector": _l("There is no main sector."),
    "no_role": _l("There is no role."),
    "no_first_day": _l("There is no first day."),
    "too_long": _l("%(field)s: at most %(most)s characters fit."),
    "bad_email": _l("“%(text)s” is not a full e-mail address."),
    "unknown_station": _l("“%(text)s” is not a duty station here. Write its name or short name."),
    "unknown_sector": _l("“%(text)s” is not a sector here."),
    "unknown_contract": _l("“%(text)s” is not a kind of contract here."),
    "neither_yes_nor_no": _l("Works with children: “%(text)s” is neither yes nor no."),
    "bad_day": _l("%(field)s: “%(text)s” is not a day that can be read. Write it like 2026-11-25."),
    "ambiguous_day": _l(
        "%(field)s: “%(text)s” can be two different days. Say which comes first, day or month."
    ),
    "last_before_first": _l("The last day is before the first."),
    "same_as_row": _l("This repeats row %(row)s."),
    "overlaps_row": _l("This shares days with row %(row)s, under the same staff number."),
    "other_name_in_row": _l("Row %(row)s has the same staff number and another name."),
    "too_many_rows": _l("More than a hundred rows have this staff number. Is it the right column?"),
    "other_name_here": _l("This staff number belongs to somebody with another name here."),
    "email_here": _l("Somebody here has this e-mail already. Leave it empty, or ask your administrator."),
    "email_in_row": _l("Row %(row)s has the same e-mail under another staff number."),
    "overlaps_recorded": _l(
        "This shares days with the placement that is recorded from %(day)s to %(through)s."
    ),
    "changed_meanwhile": _l("What is recorded here was changed after the check, so this was left alone."),
    "not_accepted": _l("%(text)s"),
    "ends": _l("The last day becomes %(day)s."),
    "open_again": _l("The last day is taken away: the placement is open again."),
    "takes_place": _l("This takes the place of what was recorded from %(day)s."),
    "before_ends": _l("The work before ends on %(day)s."),
    "absent": _l("Not in the list: the last day becomes %(day)s."),
}


def field_word(field: str) -> str:
    """Returns what a field is called."""
    return str(FIELD_WORDS.get(field, field))


def note_sentence(note: Note) -> str:
    """Writes one reason as a sentence; a code from an older release shows as it is."""
    code = str(note.get("code", ""))
    sentence = REASONS.get(code)
    if sentence is None:
        return code
    values: dict[str, Any] = {"field": "", "text": "", "row": "", "most": "", **note}
    values["field"] = field_word(str(values["field"]))
    values["day"] = _written(str(note.get("day", "")))
    values["through"] = _written(str(note.get("through", ""))) or str(_l("an open end"))
    return str(sentence) % values


def why(notes: list[Note]) -> str:
    """Writes all reasons of a row."""
    return " ".join(note_sentence(note) for note in notes)


def work_in_words(cells: Mapping[str, str]) -> str:
    """Writes what a row says of the work, in the file's own words."""
    days = " – ".join(cells[name] for name in ("from_on", "through_on") if cells.get(name))
    return " · ".join(
        part for part in (*(cells.get(n, "") for n in ("station", "sector", "role")), days) if part
    )


def _written(text: str) -> str:
    return day(date.fromisoformat(text)) if text else ""
