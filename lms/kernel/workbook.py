"""Excel files that people upload: visible worksheets, and their rows as text the way the sheet shows it.

A program of its own reads each file, with bounds on everything, and is ended when it has taken too long or too much
memory: this process only gets the text of rows.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import takewhile
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from lms.kernel.cells import NoData, Unreadable, clean_text
from lms.kernel.i18n import gettext as _, lazy_gettext as _l
from lms.kernel.workbook_archive import RefusalReason

_PROGRAM = "import sys; sys.path.append(sys.argv.pop(1)); from lms.kernel.workbook_program import main; main()"

log = structlog.get_logger(__name__)

Row = tuple[int, list[str]]
"""The number of a row in a spreadsheet, and its cells."""


def read_tops(file: BinaryIO) -> dict[str, list[Row]]:
    """Returns the first rows of each visible worksheet by name, the first worksheet first. Raises ``Unreadable``."""
    tops: dict[str, list[Row]] = {}
    with closing(_run(file)) as lines:
        for line in lines:
            if isinstance(line, str):
                top = tops.setdefault(line, [])
            else:
                top.append((line[0], _clean(line[2], repair=False)))
    return tops


def read_worksheet(file: BinaryIO, sheet: str, hidden: set[int], *, repair: bool) -> Iterator[Row]:
    """Yields the rows of a worksheet that are not empty, of the first one if there is none of this name.

    The numbers of hidden rows are added to ``hidden``. Raises ``Unreadable``, also in the middle.
    """
    with closing(_run(file, sheet)) as lines:
        for number, is_hidden, cells in lines:
            if is_hidden:
                hidden.add(number)
            yield number, _clean(cells, repair=repair)


def _clean(cells: list[Any], *, repair: bool) -> list[str]:
    return [clean_text(cell, repair=repair) if isinstance(cell, str) else NoData(*cell) for cell in cells]


def _run(file: BinaryIO, *arguments: str) -> Generator[Any, None, None]:
    """Yields what the program says of a file, as long as it is wanted. Raises ``Unreadable``."""
    # Isolated and without installed packages it starts in a fiftieth of a second; it gets no secrets of the settings.
    command = [sys.executable, "-I", "-S", "-c", _PROGRAM, str(Path(__file__).parents[2]), *arguments]
    environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    with tempfile.TemporaryFile() as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        with subprocess.Popen(  # noqa: S603 - our own program, and the name of a sheet
            command, stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            encoding="utf-8", errors="replace",
        ) as program:  # fmt: skip
            assert program.stdout is not None  # noqa: S101 - it is a pipe
            try:
                # Where the program was ended, the last line is cut.
                for line in map(json.loads, takewhile(_is_whole, program.stdout)):
                    if line is True:
                        return
                    if isinstance(line, dict):
                        raise _refusal(RefusalReason(line["refused"]), line["number"])
                    yield line
                log.warning("reading a workbook ended early", code=program.wait())
                raise _refusal(RefusalReason.ENDED)
            finally:
                program.kill()


def _is_whole(line: str) -> bool:
    return line.endswith("\n")


_SENTENCES = {
    RefusalReason.NOT_EXCEL: _l("This is not an Excel file (.xlsx). Save the table as .xlsx or CSV."),
    RefusalReason.PASSWORD: _l("The file has a password. Save it without one."),
    RefusalReason.TOO_LARGE: _l("This Excel file is too large when unpacked. Save the table as CSV and upload that."),
    RefusalReason.TOO_MANY_CELLS: _l(
        "This Excel file has too many rows or cells, most of them probably empty. "
        "Save the table as CSV and upload that."
    ),
    RefusalReason.DECLARES: _l("This Excel file contains declarations that no table needs. Save it again in Excel."),
    RefusalReason.NO_WORKSHEET: _l("This Excel file has no visible sheet."),
    RefusalReason.DAMAGED: _l("The file is damaged and cannot be opened as an Excel file."),
    RefusalReason.ENDED: _l(
        "Reading this Excel file takes too much time or memory. Save the table as CSV and upload that."
    ),
}
"""Why a file is refused, and what to do."""


def _refusal(reason: RefusalReason, number: int = 0) -> Unreadable:
    if reason is RefusalReason.DAMAGED_AFTER:
        return Unreadable(_("The Excel file is damaged after row %(number)s.", number=number))
    return Unreadable(_SENTENCES[reason])
