"""Splits a pasted text or a CSV file into staff numbers, e-mail addresses and serials. Pure."""

import csv
import re
from collections.abc import Iterable
from io import BytesIO, StringIO

from lms.kernel.encoding import find_encoding
from lms.kernel.identifiers import clean_identifier

MAX_ENTRIES = 10_000
"""Entries checked at a time."""

_SEPARATORS = re.compile(r"[,;\t\r\n\v\f\u0085\u2028\u2029\u060c\u061b]+")
_QUOTES = "\"'\u201c\u201d\u2018\u2019\u00ab\u00bb"
_HEADINGS = (
    frozenset({"staff number", "staff no", "staff id", "number", "matricule", "employee number", "employee id"}),
    frozenset({"email", "e mail", "mail", "email address", "e mail address", "courriel", "correo"}),
    frozenset({"serial", "certificate", "certificate serial", "certificate number"}),
)
_ALL_HEADINGS = frozenset().union(*_HEADINGS)


def split_text(text: str) -> list[str]:
    """Returns the entries of a pasted text in order: one a line, or between commas, semicolons or tabs.

    Spaces and quotation marks around an entry and empty entries are left out; repeated entries stay.
    """
    return _entries(_SEPARATORS.split(text.replace("\x00", "")))


def decode(content: bytes) -> str:
    """Returns the text of a file, in UTF-8 or the likeliest other encoding."""
    return content.decode(find_encoding(BytesIO(content)) or "latin-1", errors="replace")


def split_table(text: str) -> list[str]:
    """Returns the entries of a CSV file: of the column headed as numbers, addresses or serials, else of the first.

    Where several columns have such a heading, staff numbers come before addresses, and these before serials. A
    file of one column, or one that is not a table, is read like a pasted text.
    """
    lines = StringIO(text.replace("\x00", ""), newline=None)
    delimiter = max(",;\t", key=text.lstrip().partition("\n")[0].count)
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return split_text(text)
    if max((len(row) for row in rows), default=0) <= 1:
        found = split_text("\n".join(row[0] for row in rows))
        return found[1:] if found and _normalise_heading(found[0]) in _ALL_HEADINGS else found
    headings = [_normalise_heading(cell) for cell in rows[0]]
    columns = [column for names in _HEADINGS for column, heading in enumerate(headings) if heading in names]
    column = columns[0] if columns else 0
    return _entries(row[column] for row in (rows[1:] if columns else rows) if column < len(row))


def _entries(parts: Iterable[str]) -> list[str]:
    return [entry for part in parts if (entry := clean_identifier(part).strip(_QUOTES).strip())]


def _normalise_heading(cell: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", cell).lower().split())
