"""The trail as CSV, line by line: UTF-8 with a byte order mark, and no cell that a spreadsheet would run."""

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO

from lms.audit.queries import Sealed
from lms.audit.rules import written

HEAD = (
    "entry", "at", "account", "action", "subject", "subject_number", "organisation", "reason", "detail",
    "link", "linked_at", "previous", "digest",
)  # fmt: skip
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_LINES_AT_ONCE = 200


def csv_lines(entries: Iterable[Sealed]) -> Iterator[str]:
    """Yields the table as text, some lines at a time; accounts are numbers here and never names."""
    page = StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    page.write(_BOM)
    writer.writerow(HEAD)
    for count, each in enumerate(entries, 1):
        writer.writerow([_safe(cell) for cell in _cells(each)])
        if count % _LINES_AT_ONCE == 0:
            yield page.getvalue()
            page.seek(0)
            page.truncate()
    yield page.getvalue()


def _cells(each: Sealed) -> Iterator[object]:
    entry, link = each.entry, each.link
    yield from (entry.number, written(entry.at), entry.account, entry.action)
    yield from (entry.subject, entry.subject_number, entry.organisation, entry.reason)
    yield json.dumps(entry.detail, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    yield from (link.number, written(link.at), link.previous, link.digest) if link else ("", "", "", "")


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    # A spreadsheet takes a cell that begins like this for a formula; an apostrophe makes it text.
    return f"'{text}" if text.startswith(_STARTS) else text
