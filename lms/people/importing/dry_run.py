"""The dry run: a whole file is read and planned, and the outcome of each row is stored. Nobody's record is touched."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, BinaryIO, TypeGuard, cast

from sqlalchemy import delete, insert

from lms.kernel import clock
from lms.kernel.batches import batched
from lms.kernel.cells import Unreadable
from lms.kernel.db import let_others_write, reading, session, unit_of_work
from lms.kernel.i18n import gettext as _
from lms.kernel.identifiers import identifier_key
from lms.kernel.pdf import unprintable_characters
from lms.kernel.tabular import FileFormat, read_rows
from lms.kernel.written_days import DayStyle
from lms.people.importing import queries
from lms.people.importing.likely import find_likely_people
from lms.people.importing.models import PeopleImport, PeopleImportRow
from lms.people.importing.parse import (
    CONTRACT_SYNONYMS,
    STATUS_SYNONYMS,
    ImportChoices,
    ImportVocabulary,
    Note,
    ParsedRow,
    comparison_key,
    parse_row,
)
from lms.people.importing.plan import CHANGES, KnownEmployee, assign_batches, find_conflicts, plan_absent, plan_person
from lms.people.importing.words import Words, collect_words

MOST_ROWS = 100_000
"""The most rows below the headings."""

ROWS_PER_TRANSACTION = 1000
"""How many rows one transaction writes: SQLite lets nobody else write in the meantime."""


COUNTED_NOTES = {
    "ambiguous": "ambiguous_day",
    "short_years": "short_year",
    "same_first_day": "same_first_day",
    "other_name": "other_name_here",
    "hidden": "hidden_row",
    "mojibake": "cell_mojibake",
}
"""Notes that concern the whole list: the name of the count, and the code of the note."""


@dataclass(slots=True)
class CheckedRow:
    """A row of the file, or somebody the file does not name, with its outcome once it is planned."""

    number: int | None
    key: str
    cells: dict[str, str]
    parsed: ParsedRow | None = None
    outcome: str = ""
    notes: list[Note] = field(default_factory=list)
    batch: int | None = None

    def reject(self, notes: Iterable[Note]) -> None:
        """Rejects the row for these reasons."""
        self.outcome = "rejected"
        self.notes.extend(notes)


def load_choices(people_import: PeopleImport) -> ImportChoices:
    """Returns what HR chose, as the rules take it."""
    chosen: Mapping[str, Any] = people_import.choices
    names = ("default_from", "leavers_on", "moved_on")
    days = {name: date.fromisoformat(chosen[name]) for name in names if chosen.get(name)}
    return ImportChoices(
        DayStyle(chosen.get("day_order", ""), short_years=bool(chosen.get("short_years"))),
        fields=frozenset(people_import.columns),
        listed_on=queries.day_of_upload(people_import),
        same_first_day=chosen.get("same_first_day", ""),
        words=chosen.get("words", {}),
        correct_names=bool(chosen.get("correct_names")),
        **days,
    )


@contextmanager
def open_file(import_id: int) -> Iterator[BinaryIO]:
    """Opens the file of an import, on the disk and not in memory."""
    with tempfile.TemporaryFile() as file:
        for part in queries.read_file_parts(import_id):
            file.write(part)
        yield cast(BinaryIO, file)


def check(import_id: int, run: int) -> None:
    """Plans the file of an import and stores the outcome of each row; a newer check replaces it."""
    with reading():
        people_import = session.get(PeopleImport, import_id)
        if not _is_current(people_import, run):
            return
        columns, choices = dict(people_import.columns), load_choices(people_import)
        shape, vocabulary = FileFormat(**people_import.shape), queries.load_vocabulary()
        known = queries.list_known_employees(people_import.organisation_id)
        try:
            hidden: set[int] = set()
            with open_file(import_id) as file:
                rows = list(parse_rows(read_rows(file, shape, hidden), columns, vocabulary, choices))
        except Unreadable as error:
            _save(import_id, run, [], error.message)
            return
        words = collect_words((row.cells for row in rows), known_words(vocabulary, known.values()), choices.words)
        plan_rows(people_import.organisation_id, rows, known, choices)
        for row in rows:
            if row.number in hidden:
                row.notes.append({"code": "hidden_row"})
    _save(import_id, run, rows, words=words)


def known_words(vocabulary: ImportVocabulary, known: Iterable[KnownEmployee]) -> dict[str, Container[str]]:
    """Returns the comparison keys of the words that are ours, by field; of roles those recorded at the organisation."""
    roles = {placement.details.role for employee in known for placement in employee.placements}
    return {
        "station": vocabulary.stations,
        "sector": vocabulary.sectors,
        "contract": CONTRACT_SYNONYMS,
        "status": STATUS_SYNONYMS,
        "role": {comparison_key(role) for role in roles},
    }


def parse_rows(
    lines: Iterable[tuple[int, list[str]]],
    columns: Mapping[str, int],
    vocabulary: ImportVocabulary,
    choices: ImportChoices,
) -> Iterator[CheckedRow]:
    """Reads the rows below the headings. Raises ``Unreadable`` for more rows than a list may have."""
    for count, (number, values) in enumerate(islice(lines, 1, None), 1):
        if count > MOST_ROWS:
            raise Unreadable(
                _("There are more than %(rows)s rows. Split the list and import the parts one by one.", rows=MOST_ROWS)
            )
        cells = {name: values[index] for name, index in columns.items() if index < len(values) and values[index]}
        row = CheckedRow(number, identifier_key(cells.get("staff_number"))[:200], cells)
        found = parse_row(number, cells, vocabulary, choices)
        if isinstance(found, ParsedRow):
            row.parsed = found
            # As it would be recorded, and not in two columns or turned round.
            cells["name"] = found.name
        else:
            row.reject(found)
        yield row


def plan_rows(
    organisation_id: int, rows: list[CheckedRow], known: Mapping[str, KnownEmployee], choices: ImportChoices
) -> None:
    """Gives every row its outcome, adds rows for those whom the file does not name, and forms the batches."""
    people: dict[str, list[CheckedRow]] = defaultdict(list)
    for row in rows:
        if row.parsed is not None:
            people[row.key].append(row)
    for key, own in people.items():
        conflicts = find_conflicts([row.parsed for row in own if row.parsed]) if len(own) > 1 else {}
        for row in own:
            if row.number in conflicts:
                row.reject(conflicts[row.number])
        valid = [row for row in own if not row.outcome]
        plan = plan_person([row.parsed for row in valid if row.parsed], known.get(key), choices)
        for row in valid:
            outcome = plan.outcomes[row.number or 0]
            row.outcome, row.notes = outcome.outcome, list(outcome.notes)
            if row.parsed and row.parsed.status == "leave":
                row.notes.append({"code": "on_leave"})
    reject_used_emails(organisation_id, (row for row in rows if row.outcome == "added" and row.key not in known))
    new = [row for row in rows if row.outcome == "added" and row.key not in known]
    likely = dict(find_likely_people(((row.key, row.cells.get("name", "")) for row in new), known))
    for row in new:
        if row.key in likely:
            row.notes.append(likely[row.key])
    renamed = [row for row in rows if any(note["code"] == "name_corrected" for note in row.notes)]
    note_unprintable([*new, *renamed])
    if choices.leavers_on:
        rows.extend(absent_rows({row.key for row in rows}, known, choices.leavers_on))
    changed = [row for row in rows if row.outcome in CHANGES]
    batches = assign_batches(dict.fromkeys(row.key for row in changed))
    for row in changed:
        row.batch = batches[row.key]


def note_unprintable(rows: Iterable[CheckedRow]) -> None:
    """Says of rows which letters of the name certificates cannot print."""
    for row in rows:
        if letters := unprintable_characters(row.parsed.name if row.parsed else ""):
            row.notes.append({"code": "unprintable", "text": letters})


def reject_used_emails(organisation_id: int, new_rows: Iterable[CheckedRow]) -> None:
    """Rejects rows of new people whose e-mail somebody else has, at the organisation or further up in the list."""
    rows = [(row, row.parsed.email) for row in new_rows if row.parsed and row.parsed.email]
    in_use = queries.find_emails_in_use(organisation_id, {email for _row, email in rows})
    first: dict[str, CheckedRow] = {}
    for row, email in rows:
        if email in in_use:
            row.reject([{"code": "email_here"}])
        elif (earlier := first.setdefault(email, row)).key != row.key:
            row.reject([{"code": "email_in_row", "row": earlier.number}])


def absent_rows(named: set[str], known: Mapping[str, KnownEmployee], last_on: date) -> Iterator[CheckedRow]:
    """Makes a row for everybody whom the file does not name and who works on the last day."""
    for key, employee in known.items():
        if key not in named and (plan := plan_absent(employee.placements, last_on)):
            cells = {"staff_number": employee.staff_number, "name": employee.name}
            yield CheckedRow(None, key, cells, outcome="ended", notes=list(plan.outcomes[0].notes))


def common_reasons(rows: Iterable[CheckedRow]) -> list[dict[str, Any]]:
    """Returns why most rows are rejected, the most frequent first: one wrong word is often in a thousand rows."""
    notes = [note for row in rows if row.outcome == "rejected" for note in row.notes if note["code"] != "hidden_row"]
    by_name = {repr(sorted(note.items())): note for note in notes}
    counts = Counter(repr(sorted(note.items())) for note in notes)
    return [{"note": by_name[name], "rows": count} for name, count in counts.most_common(8) if count > 1]


def _save(import_id: int, run: int, rows: list[CheckedRow], problem: str = "", words: Words | None = None) -> None:
    with unit_of_work():
        if not _is_current(queries.lock_import(import_id), run):
            return
        session.execute(delete(PeopleImportRow).where(PeopleImportRow.import_id == import_id))
    for some in batched(rows, ROWS_PER_TRANSACTION):
        with unit_of_work():
            if not _is_current(queries.lock_import(import_id), run):
                return
            session.execute(
                insert(PeopleImportRow),
                [
                    {
                        "import_id": import_id, "number": row.number, "key": row.key, "cells": row.cells,
                        "outcome": row.outcome, "notes": row.notes, "batch": row.batch, "recorded": {},
                        "skipped": False,
                    }
                    for row in some
                ],
            )  # fmt: skip
        let_others_write()
    counts, reasons = count_rows(rows), common_reasons(rows)
    with unit_of_work():
        people_import = queries.lock_import(import_id)
        if not _is_current(people_import, run):
            return
        people_import.counts, people_import.reasons, people_import.words = counts, reasons, dict(words or {})
        people_import.batches = max((row.batch or 0 for row in rows), default=0)
        people_import.problem = problem[:300]
        people_import.checked_at = clock.now()


def count_rows(rows: Sequence[CheckedRow]) -> dict[str, int]:
    """Counts the rows by outcome, those who are absent or likely recorded, and the notes that concern the list."""
    notes = Counter(code for row in rows for code in {note["code"] for note in row.notes})
    return dict(Counter(row.outcome for row in rows)) | {
        "absent": sum(row.number is None for row in rows),
        "likely": sum(note["code"].startswith("likely_") for row in rows for note in row.notes),
        **{name: notes[code] for name, code in COUNTED_NOTES.items()},
        "people": len({row.key for row in rows if row.batch}),
    }


def _is_current(people_import: PeopleImport | None, run: int) -> TypeGuard[PeopleImport]:
    return people_import is not None and people_import.checks == run and people_import.state == "checking"
