"""Pasted lists: staff numbers of a session, and lines of recognised prior training. Pure: text in, lines out."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from io import StringIO

from lms.kernel.text import normalise

MOST_LINES = 500
LONGEST_EVIDENCE = 200

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_SEPARATORS = ("\t", ";", ",")


class Unreadable(ValueError):
    """A file or a pasted text that is no list; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: who, earned on which day, and where the proof lies; `number` counts from 1 as typed.

    `earned_on` is None where the day could not be read.
    """

    number: int
    staff_number: str
    earned_on: date | None
    evidence: str = ""


def read_attendance(text: str, held_on: date, evidence: str) -> list[Line]:
    """Reads staff numbers, one a line; what follows one after a tab, comma or semicolon, such as a name, is left."""
    typed = ((number, re.split(r"[\t;,]", line)[0]) for number, line in enumerate(text.splitlines(), start=1))
    return [Line(number, normalise(word), held_on, evidence) for number, word in typed if normalise(word)]


def read_trainings(text: str) -> list[Line]:
    """Reads lines of staff number, earned day and evidence, apart by commas, semicolons or tabs.

    A first line without any figure in number and day is a heading and is left out. Raises Unreadable.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    # Lines end in any way a computer ever ended them, also by a carriage return alone.
    reader = csv.reader(StringIO(text, newline=None), delimiter=max(_SEPARATORS, key=first.count))
    found: list[Line] = []
    begun = False
    try:
        for cells in reader:
            words = [normalise(cell) for cell in cells]
            if not any(words):
                continue
            number, day, evidence = (*words, "", "", "")[:3]
            heading = not begun and len(words) > 1 and not re.search(r"\d", number + day)
            begun = True
            if not heading:
                found.append(Line(reader.line_num, number, read_day(day), evidence))
    except csv.Error as error:
        raise Unreadable(f"This is not a list of lines: {error}.") from error
    return found


def read_day(text: str) -> date | None:
    """Reads a day as 2026-03-31 or 31.3.2026; days with slashes mean different days to different people: None."""
    iso, dotted = _ISO.fullmatch(text), _DOTTED.fullmatch(text)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    elif dotted:
        day, month, year = (int(part) for part in dotted.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def decode(body: bytes) -> str:
    """Returns the text of a CSV file in UTF-8, or in UTF-16 where it says so itself. Raises Unreadable."""
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return body.decode(encoding).replace("\x00", "")
    except UnicodeDecodeError:
        raise Unreadable(
            "The file's letters cannot be read. In the spreadsheet choose “Save as” and “CSV UTF-8”."
        ) from None
