"""Reads pasted attendance lists and lists of prior training. Pure: text in, lines out."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from io import StringIO

from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _
from lms.kernel.text import normalise
from lms.kernel.written_days import read_day

MOST_LINES = 500
LONGEST_EVIDENCE = 200

_SEPARATORS = ("\t", ";", ",")


class UnreadableList(Invalid):
    """A file or a pasted text that cannot be read as a list; the message says what to do."""


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """One line of a list: who earned the course on which day, and where the evidence is; `number` counts from 1.

    `earned_on` is None where the day could not be read.
    """

    number: int
    staff_number: str
    earned_on: date | None
    evidence: str = ""


_QUOTED_CELL = re.compile(r'\s*"((?:[^"]|"")*)"(?!")')


def read_attendance(text: str, held_on: date, evidence: str) -> list[TrainingLine]:
    """Reads staff numbers, one a line; what follows after a tab, comma or semicolon, such as a name, is ignored.

    A number that has one of these itself stands in quotation marks, and one in it is written twice.
    """
    typed = ((number, normalise(_first_cell(line))) for number, line in enumerate(text.splitlines(), start=1))
    return [TrainingLine(number, word, held_on, evidence) for number, word in typed if word]


def _first_cell(line: str) -> str:
    found = _QUOTED_CELL.match(line)
    return found[1].replace('""', '"') if found else re.split(r"[\t;,]", line, maxsplit=1)[0]


def quote_number(staff_number: str) -> str:
    """Returns a staff number as a line of a list, which `read_attendance` reads whole."""
    if not any(each in staff_number for each in (*_SEPARATORS, '"')):
        return staff_number
    return '"' + staff_number.replace('"', '""') + '"'


def read_trainings(text: str, course: str, evidence: str = "") -> list[TrainingLine]:
    """Reads lines of staff number, earned day and evidence, separated by commas, semicolons or tabs.

    A first line without any digit in number and day is a heading. Where it names the course, the list is a table of
    people and courses: the days are below that name, and who has none there was not trained. `evidence` is meant
    where a line has none of its own. Raises UnreadableList, also for a table of other courses.
    """
    rows = _read_rows(text)
    head = [word.casefold() for word in rows[0][1]] if rows else []
    if len(head) < 2 or re.search(r"\d", "".join(head[:2])):
        head = []
    is_table = course.casefold() in head[1:]
    place = head.index(course.casefold(), 1) if is_table else 1
    found: list[TrainingLine] = []
    for line, words in rows[1:] if head else rows:
        day = words[place] if place < len(words) else ""
        if day or not is_table:
            own = "" if is_table else (*words, "", "", "")[2]
            found.append(TrainingLine(line, words[0], read_day_or_none(day), own or normalise(evidence)))
    if len(head) > 3 and not is_table and not any(each.earned_on for each in found):
        raise UnreadableList(
            _(
                "This looks like a table of people and courses, but no column is called “%(course)s”. Give the column "
                "with its dates this name, or keep three columns: staff number, date earned, where the evidence is.",
                course=course,
            )
        )
    return found


def _read_rows(text: str) -> list[tuple[int, list[str]]]:
    """Returns the number of the line and the cells of every row that has any. Raises UnreadableList."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    # newline=None accepts every line ending, also a carriage return alone.
    reader = csv.reader(StringIO(text, newline=None), delimiter=max(_SEPARATORS, key=first.count))
    try:
        rows = [(reader.line_num, [normalise(cell) for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise UnreadableList(_("The list cannot be read: %(problem)s.", problem=error)) from error
    return [row for row in rows if any(row[1])]


def read_day_or_none(text: str) -> date | None:
    """Reads a day that can mean no other; None for all others, such as 03/04/2026, whose order is ambiguous."""
    day = read_day(text)
    return day if isinstance(day, date) else None


def decode(body: bytes) -> str:
    """Returns the text of a CSV file in UTF-8, or in UTF-16 with a byte order mark. Raises UnreadableList."""
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return body.decode(encoding).replace("\x00", "")
    except UnicodeDecodeError:
        raise UnreadableList(
            _("The text of this file cannot be read. In your spreadsheet choose “Save as” and “CSV UTF-8”.")
        ) from None
