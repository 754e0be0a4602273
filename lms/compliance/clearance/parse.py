"""What people paste or send to be looked up: a text of numbers, addresses and serials, taken apart. Pure."""

import codecs
import csv
import re
from io import StringIO

from charset_normalizer import from_bytes

from lms.kernel.text import normalise

MOST = 10_000
"""How many entries are answered at a time."""

_BETWEEN = re.compile(r"[,;\t\r\n\v\f\u0085\u2028\u2029\u060c\u061b]+")
_QUOTES = "\"'\u201c\u201d\u2018\u2019\u00ab\u00bb"
_HEADS = (
    frozenset(
        {"staff number", "staff no", "staff id", "number", "matricule", "employee number", "employee id"}
    ),
    frozenset({"email", "e mail", "mail", "email address", "e mail address", "courriel", "correo"}),
    frozenset({"serial", "certificate", "certificate serial", "certificate number"}),
)
_KNOWN_HEADS = frozenset().union(*_HEADS)


def entries_of(text: str) -> list[str]:
    """Returns the entries of a pasted text in order: one a line, or between commas, semicolons or tabs.

    Spaces around an entry, quotation marks and empty entries do not count; doubled entries stay, each is
    answered.
    """
    found = (normalise(part).strip(_QUOTES).strip() for part in _BETWEEN.split(text.replace("\x00", "")))
    return [entry for entry in found if entry]


def decoded(sent: bytes) -> str:
    """Returns the text of a file: UTF-8 or UTF-16 as it says itself, else what its bytes look like."""
    if sent.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return sent.decode("utf-16", errors="replace")
    try:
        return sent.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(sent).best()
        return str(best) if best is not None else sent.decode("latin-1")


def entries_of_table(text: str) -> list[str]:
    """Returns the entries of a CSV file: of the column whose head names numbers, addresses or serials, else the first.

    Where several columns have such a head, staff numbers are taken before addresses, these before serials. A
    file of one column, or one that is no table after all, is read as a pasted text is.
    """
    lines = StringIO(text.replace("\x00", ""), newline=None)
    try:
        rows = [row for row in csv.reader(lines, delimiter=_delimiter(text)) if row]
    except csv.Error:
        return entries_of(text)
    if max((len(row) for row in rows), default=0) <= 1:
        found = entries_of("\n".join(row[0] for row in rows))
        return found[1:] if found and _head(found[0]) in _KNOWN_HEADS else found
    heads = [_head(cell) for cell in rows[0]]
    wanted = [place for names in _HEADS for place, head in enumerate(heads) if head in names]
    column = wanted[0] if wanted else 0
    cells = (row[column] for row in (rows[1:] if wanted else rows) if column < len(row))
    return [entry for cell in cells if (entry := normalise(cell).strip(_QUOTES).strip())]


def _delimiter(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(",;\t", key=first.count)


def _head(cell: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", cell).lower().split())
