"""The dry run: a whole file is read and judged, and what would come of each row is written down. Nobody is touched."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO, cast

from sqlalchemy import delete, insert

from lms.kernel import clock
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.tabular import Shape, Unreadable, read_rows
from lms.kernel.text import normalise
from lms.people.importing import queries
from lms.people.importing.models import PeopleImport, PeopleImportRow
from lms.people.importing.parse import Choices, Note, Vocabulary, Wanted, read_row
from lms.people.importing.plan import CHANGES, Known, batches_of, conflicts, judge_absent, judge_person

MOST_ROWS = 100_000
"""A list may have so many rows below its headings."""

WRITTEN_AT_ONCE = 5000
"""How many rows one transaction writes: SQLite lets nobody else write meanwhile."""


@dataclass(slots=True)
class Line:
    """A row of the file on its way to an outcome."""

    number: int | None
    key: str
    cells: dict[str, str]
    wanted: Wanted | None = None
    outcome: str = ""
    notes: list[Note] = field(default_factory=list)
    batch: int | None = None

    def refuse(self, notes: Iterable[Note]) -> None:
        """Refuses the row for these reasons."""
        self.outcome = "refused"
        self.notes.extend(notes)


def choices_of(sent: PeopleImport) -> Choices:
    """Returns what HR chose, as the rules take it."""
    chosen: Mapping[str, Any] = sent.choices
    days = {
        name: date.fromisoformat(chosen[name]) for name in ("default_from", "leavers_on") if chosen.get(name)
    }
    return Choices(day_order=chosen.get("day_order", ""), says=frozenset(sent.columns), **days)


@contextmanager
def opened(import_id: int) -> Iterator[BinaryIO]:
    """Opens the file of an import, on the disk and not in memory."""
    with tempfile.TemporaryFile() as file:
        for piece in queries.read_pieces(import_id):
            file.write(piece)
        yield cast(BinaryIO, file)


def check(import_id: int, run: int) -> None:
    """Judges the file of an import and writes the outcome of each row; a newer check takes its place."""
    with reading():
        sent = queries.find_import(import_id)
        if sent is None or sent.checks != run or sent.state != "checking":
            return
        organisation_id, columns, choices = sent.organisation_id, dict(sent.columns), choices_of(sent)
        shape, vocabulary = Shape(**sent.shape), queries.read_vocabulary()
        known = queries.list_known(organisation_id)
        try:
            with opened(import_id) as file:
                lines = list(read_lines(read_rows(file, shape), columns, vocabulary, choices))
        except Unreadable as unreadable:
            _keep(import_id, run, [], unreadable.message)
            return
        judge(lines, known, choices)
    _keep(import_id, run, lines)


def read_lines(
    rows: Iterable[tuple[int, list[str]]],
    columns: Mapping[str, int],
    vocabulary: Vocabulary,
    choices: Choices,
) -> Iterator[Line]:
    """Reads the rows below the headings. Raises ``Unreadable`` for more rows than a list may have."""
    for count, (number, values) in enumerate(rows):
        if count == 0:
            continue
        if count > MOST_ROWS:
            raise Unreadable(
                f"There are more than {MOST_ROWS} rows. Split the list and send the parts one by one."
            )
        cells = {
            name: values[index] for name, index in columns.items() if index < len(values) and values[index]
        }
        line = Line(number, normalise(cells.get("staff_number")).lower()[:200], cells)
        found = read_row(number, cells, vocabulary, choices)
        if isinstance(found, Wanted):
            line.wanted = found
        else:
            line.refuse(found)
        yield line


def judge(lines: list[Line], known: Mapping[str, Known], choices: Choices) -> None:
    """Gives every line its outcome, adds lines for those whom the file does not name, and forms the batches."""
    people: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.wanted is not None:
            people[line.key].append(line)
    for key, own in people.items():
        against = conflicts([line.wanted for line in own if line.wanted]) if len(own) > 1 else {}
        for line in own:
            if line.number in against:
                line.refuse(against[line.number])
        sound = [line for line in own if not line.outcome]
        plan = judge_person([line.wanted for line in sound if line.wanted], known.get(key))
        for line in sound:
            verdict = plan.verdicts[line.number or 0]
            line.outcome, line.notes = verdict.outcome, list(verdict.notes)
    refuse_emails(
        [line for line in lines if line.outcome == "added" and line.key not in known],
        queries.emails_here,
    )
    if choices.leavers_on:
        lines.extend(absent_lines({line.key for line in lines}, known, choices.leavers_on))
    changing = dict.fromkeys(line.key for line in lines if line.outcome in CHANGES)
    batches = batches_of(changing)
    for line in lines:
        line.batch = batches[line.key] if line.outcome in CHANGES else None


def refuse_emails(newcomers: list[Line], known_of: Any) -> None:
    """Refuses newcomers whose e-mail somebody else has, in the house or further up in the list."""
    emails = {line.wanted.email for line in newcomers if line.wanted and line.wanted.email}
    taken = known_of(sorted(emails))
    first: dict[str, tuple[str, int | None]] = {}
    for line in newcomers:
        email = line.wanted.email if line.wanted else ""
        if not email:
            continue
        if email in taken:
            line.refuse([{"code": "email_here"}])
            continue
        key, number = first.setdefault(email, (line.key, line.number))
        if key != line.key:
            line.refuse([{"code": "email_in_row", "row": number}])


def absent_lines(named: set[str], known: Mapping[str, Known], last_on: date) -> Iterator[Line]:
    """Makes a line for everybody whom the file does not name and who works on the last day."""
    for key, someone in known.items():
        plan = judge_absent(someone.held, last_on) if key not in named else None
        if plan is not None:
            cells = {"staff_number": someone.staff_number, "name": someone.name}
            yield Line(None, key, cells, outcome="ended", notes=list(plan.verdicts[0].notes))


def common_reasons(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Returns what refuses most rows, the most frequent first: one wrong word often stands in a thousand rows."""
    told: dict[str, Note] = {}
    counts: Counter[str] = Counter()
    for line in lines:
        for note in line.notes if line.outcome == "refused" else ():
            name = repr(sorted(note.items()))
            told.setdefault(name, note)
            counts[name] += 1
    return [{"note": told[name], "rows": rows} for name, rows in counts.most_common(8) if rows > 1]


def _keep(import_id: int, run: int, lines: list[Line], problem: str = "") -> None:
    for start in range(0, max(len(lines), 1), WRITTEN_AT_ONCE):
        with unit_of_work():
            sent = _current(import_id, run)
            if sent is None:
                return
            if start == 0:
                session.execute(delete(PeopleImportRow).where(PeopleImportRow.import_id == import_id))
            if lines:
                session.execute(
                    insert(PeopleImportRow),
                    [
                        {
                            "import_id": import_id, "number": line.number, "key": line.key, "cells": line.cells,
                            "outcome": line.outcome, "notes": line.notes, "batch": line.batch, "recorded": {},
                            "kept": False,
                        }
                        for line in lines[start : start + WRITTEN_AT_ONCE]
                    ],
                )  # fmt: skip
    with unit_of_work():
        sent = _current(import_id, run)
        if sent is None:
            return
        counts = Counter(line.outcome for line in lines)
        counts["absent"] = sum(line.number is None for line in lines)
        counts["ambiguous"] = sum(
            any(note["code"] == "ambiguous_day" for note in line.notes) for line in lines
        )
        counts["people"] = len({line.key for line in lines if line.batch})
        sent.counts = dict(counts)
        sent.reasons = common_reasons(lines)
        sent.batches = max((line.batch or 0 for line in lines), default=0)
        sent.problem = problem[:300]
        sent.checked_at = clock.now()


def _current(import_id: int, run: int) -> PeopleImport | None:
    sent = queries.lock_import(import_id)
    return sent if sent is not None and sent.checks == run and sent.state == "checking" else None
