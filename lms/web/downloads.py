"""The one download response: content type by the file name's ending, and the file name as the browser saves it."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

import structlog
from flask import Response

from lms.kernel.logs import describe_error
from lms.kernel.tabular import Cell, as_csv

log = structlog.get_logger("request")

CONTENT_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
    ".zip": "application/zip",
}


def download(content: str | bytes | Iterable[str], file_name: str, *, inline: bool = False) -> Response:
    """Returns a file to save, or with ``inline`` one that the browser shows. Raises KeyError for another ending.

    No name of a person belongs in ``file_name``: it would travel further than the file does.
    """
    if not isinstance(content, str | bytes):
        content = _cut_off_where_it_fails(content)
    response = Response(content, content_type=CONTENT_TYPES[PurePath(file_name).suffix])
    response.headers.set("Content-Disposition", "inline" if inline else "attachment", filename=file_name)
    return response


def _cut_off_where_it_fails(rows: Iterable[str]) -> Iterator[str]:
    """Yields the rows; after an error the connection is cut off, since a shorter file would look whole.

    Flask's error pages are no longer in charge then, and the server would log the error with its message.
    """
    try:
        yield from rows
    except Exception as error:
        log.error("failed while a file was sent", **describe_error(error))
        raise ConnectionAbortedError from None


def download_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]], file_name: str) -> Response:
    """Returns a table as a CSV file to save."""
    return download(as_csv(head, rows), file_name)
