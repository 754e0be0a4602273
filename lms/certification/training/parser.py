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


def read_attendance(text: str, held_on: date, evidence: str) -> list[TrainingLine]:
    """Reads staff numbers, one a line; what follows after a tab, comma or semicolon, such as a name, is ignored."""
    typed = ((number, re.split(r"[\t;,]", line)[0]) for number, line in enumerate(text.splitlines(), start=1))
    return [TrainingLine(number, normalise(word), held_on, evidence) for number, word in typed if normalise(word)]


def read_trainings(text: str) -> list[TrainingLine]:
    """Reads lines of staff number, earned day and evidence, separated by commas, semicolons or tabs.

    A first line without any digit in number and day is a heading and is skipped. Raises UnreadableList.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    # newline=None accepts every line ending, also a carriage return alone.
    reader = csv.reader(StringIO(text, newline=None), delimiter=max(_SEPARATORS, key=first.count))
    found: list[TrainingLine] = []
    first_row = True
    try:
        for cells in reader:
            words = [normalise(cell) for cell in cells]
            if not any(words):
                continue
            number, day, evidence = (*words, "", "", "")[:3]
            heading = first_row and len(words) > 1 and not re.search(r"\d", number + day)
            first_row = False
            if not heading:
                found.append(TrainingLine(reader.line_num, number, read_day_or_none(day), evidence))
    except csv.Error as error:
        raise UnreadableList(_("The list cannot be read: %(problem)s.", problem=error)) from error
    return found


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
