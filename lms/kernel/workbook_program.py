"""Reads a workbook (.xlsx) within bounds: a program of its own, which ``workbook`` starts for each file and ends.

Standard input is the file. Each line of the output is JSON: the name of a visible sheet; a row as its number, whether
it is hidden, and its cells as text, or as text and the reason why it is no data; at the end true, or why the file is
refused. Nothing is evaluated: of a formula the stored value is read, and no link is followed.

It imports hardly more than the standard library: it starts quickly, and has nothing that a hostile file could reach.
"""

import json
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from xml.etree.ElementTree import Element, iterparse

from lms.kernel.number_formats import MAX_DIGITS, show_day, show_number, shows_day
from lms.kernel.workbook_archive import ArchivePart, RefusalReason, Refused, check_sizes, find_part

if sys.platform == "linux":
    # Other systems have none, or do not keep to it.
    import resource

TOP_SECONDS, ROWS_SECONDS = 10, 60
"""What the processor may work on the top of each sheet, while somebody waits, and on a whole sheet, as a job."""
MEMORY_BYTES = 512_000_000
MAX_ROWS, MAX_COLUMNS = 1_048_576, 60
"""The rows that a sheet may have, most of them empty, and the columns that are read."""
MAX_ELEMENTS, MAX_ELEMENTS_AT_ONCE, MAX_DEPTH = 25_000_000, 250_000, 60
"""The elements of all parts and of one row: each cell has two; and how deep they nest."""
MAX_STRINGS, MAX_NAME_LENGTH = 1_000_000, 255
MAX_CHARACTERS, MAX_CELL_LENGTH = 60_000_000, 4000
"""The characters of all rows, twice as many as CSV may have, and those of a cell that are read."""

_TOP_WORKSHEETS, _TOP_ROWS, _TOP_CELL_LENGTH = 50, 20, 100
_ESCAPED = re.compile(r"_x(?!D[89A-F])([0-9A-F]{4})_", re.IGNORECASE)
_LETTERS = re.compile("[A-Z]{1,3}")

Cell = str | tuple[str, str]
Row = tuple[int, bool, list[Cell]]


class Workbook:
    """A workbook: the parts of its visible sheets by name, its shared strings, and the formats of its cells."""

    def __init__(self, file: Any) -> None:
        self._archive = zipfile.ZipFile(file)
        check_sizes(self._archive.infolist(), file.seek(0, 2))
        self._names = set(self._archive.namelist())
        self._elements = 0
        self.worksheets: dict[str, str] = {}
        self._strings: list[str] = []
        # By the number of a cell's style: the format of a number, or None of a day.
        self._formats: list[str | None] = []
        self._first_day = datetime(1899, 12, 30)  # noqa: DTZ001 - sheets have no zone
        relations = {
            each.attrib["Id"]: (each.attrib["Type"].rpartition("/")[2], find_part(each.attrib["Target"]))
            for each in self._parse("xl/_rels/workbook.xml.rels", "Relationship")
            if each.get("TargetMode") != "External"
        }
        self._read_worksheets({key: path for key, (kind, path) in relations.items() if kind == "worksheet"})
        for kind, path in relations.values():
            if kind == "styles" and path in self._names:
                self._read_styles(path)
            elif kind == "sharedStrings" and path in self._names:
                self._read_strings(path)

    def _parse(self, name: str, *chosen: str, last: str = "") -> Iterator[Element]:
        """Yields the chosen elements of a part when they end, up to the end of the last one; none stays in memory.

        The names of its own namespace have no prefix.
        """
        prefix, opened, inside, at_once = "", list[Element](), 0, 0
        with self._archive.open(name) as part:
            # The part refuses declarations, and everything else is counted.
            for event, element in iterparse(ArchivePart(part), ("start", "end")):  # noqa: S314
                if event == "start":
                    prefix = prefix or element.tag[: element.tag.find("}") + 1]
                    element.tag = element.tag.removeprefix(prefix)
                    opened.append(element)
                    inside += element.tag in chosen
                    at_once += 1
                    self._elements += 1
                    if len(opened) > MAX_DEPTH:
                        raise Refused(RefusalReason.DAMAGED)
                    if self._elements > MAX_ELEMENTS or at_once > MAX_ELEMENTS_AT_ONCE:
                        raise Refused(RefusalReason.TOO_MANY_CELLS)
                    continue
                opened.pop()
                if element.tag == last:
                    return
                if element.tag in chosen:
                    inside -= 1
                    yield element
                if not inside and opened:
                    at_once = 0
                    opened[-1].clear()

    def _read_worksheets(self, paths: dict[str, str]) -> None:
        for each in self._parse("xl/workbook.xml", "workbookPr", "sheet"):
            if each.tag == "workbookPr":
                if each.get("date1904") in ("1", "true"):
                    self._first_day = datetime(1904, 1, 1)  # noqa: DTZ001
            elif each.get("state", "visible") == "visible":
                path = paths.get(next((text for key, text in each.items() if key.endswith("}id")), ""))
                if path in self._names:
                    self.worksheets[each.attrib["name"][:MAX_NAME_LENGTH]] = path
        if not self.worksheets:
            raise Refused(RefusalReason.NO_WORKSHEET)

    def _read_styles(self, path: str) -> None:
        codes: dict[str, str] = {}
        for each in self._parse(path, "numFmts", "cellXfs"):
            if each.tag == "numFmts":
                codes = {shape.attrib["numFmtId"]: shape.attrib["formatCode"] for shape in each}
                continue
            for style in each.iterfind("xf"):
                number = style.get("numFmtId", "0")
                shape = codes.get(number, "General")
                self._formats.append(None if shows_day(int(number), shape) else shape)

    def _read_strings(self, path: str) -> None:
        for each in self._parse(path, "si"):
            self._strings.append(read_text(each))
            if len(self._strings) > MAX_STRINGS:
                raise Refused(RefusalReason.TOO_LARGE)

    def read_rows(self, sheet: str) -> Iterator[Row]:
        """Yields the rows of a sheet that have any text."""
        number = place = rows = 0
        try:
            for row in self._parse(self.worksheets[sheet], "row", last="sheetData"):
                rows += 1
                if rows > MAX_ROWS:
                    raise Refused(RefusalReason.TOO_MANY_CELLS)
                place = int(float(row.attrib["r"])) if "r" in row.attrib else place + 1
                # The numbers may be wrong, perhaps on purpose.
                if place > number and (cells := self._read_cells(row)):
                    number = place
                    yield number, row.get("hidden") in ("1", "true"), cells
        except (Refused, MemoryError):
            raise
        except Exception as error:
            # Whatever a damaged part makes the parser or a conversion raise.
            raise Refused(RefusalReason.DAMAGED_AFTER, number) from error

    def _read_cells(self, row: Element) -> list[Cell]:
        cells: list[Cell] = []
        column = 0
        for cell in row.iterfind("c"):
            place = _LETTERS.match(cell.get("r", ""))
            column = column_number(place[0]) if place else column + 1
            if column <= MAX_COLUMNS and (text := self._read_cell(cell)):
                cells += [""] * (column - len(cells))
                cells[column - 1] = text
        return cells

    def _read_cell(self, cell: Element) -> Cell:
        kind = cell.get("t", "n")
        value = (cell.findtext("v") or "")[:MAX_CELL_LENGTH]
        text: Cell
        match kind:
            case "inlineStr":
                text = "".join(map(read_text, cell.iterfind("is")))
            case _ if not value:
                text = ("=", "cell_formula") if kind != "str" and cell.find("f") is not None else ""
            case "s":
                text = self._strings[int(value)]
            case "n":
                text = self._read_number(value, int(cell.get("s", 0)))
            case "b":
                text = "yes" if int(value) else "no"
            case "d":
                text = value[:10]
            case _:
                text = unescape(value)
        return text

    def _read_number(self, value: str, style: int) -> Cell:
        number = float(value) if "." in value or "E" in value.upper() else int(value)
        shape = self._formats[style] if style < len(self._formats) else "General"
        if shape is None:
            return show_day(number, self._first_day)
        if number != int(number):
            return str(number)
        if abs(number) >= 10**MAX_DIGITS:
            return str(int(number)), "cell_rounded"
        return show_number(int(number), shape)


def read_text(element: Element) -> str:
    """Returns a text from its parts, without how they are pronounced."""
    text = "".join(
        each.findtext("t") or "" if each.tag == "r" else each.text or "" for each in element if each.tag in "rt"
    )
    return unescape(text[:MAX_CELL_LENGTH])


def column_number(letters: str) -> int:
    """Returns the number of a column: 1 of A, 27 of AA."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def unescape(text: str) -> str:
    """Returns a text with the characters that XML cannot hold, which a workbook writes like _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def bound_process(seconds: int) -> None:
    """Has the operating system end this process before it takes too long or too much memory; on Linux only."""
    if sys.platform == "linux":
        for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, MEMORY_BYTES)):
            allowed = resource.getrlimit(kind)[1]
            bound = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
            resource.setrlimit(kind, (bound, bound))


def read(sheet: str | None) -> Iterator[object]:
    """Yields the rows of a sheet, the first one if there is none of this name; without one the top of each."""
    with open(0, "rb", closefd=False) as file:
        book = Workbook(file)
        if sheet is None:
            yield from read_tops(book)
            return
        characters = 0
        for row in book.read_rows(sheet if sheet in book.worksheets else next(iter(book.worksheets))):
            characters += sum(map(len, row[2]))
            if characters > MAX_CHARACTERS:
                raise Refused(RefusalReason.TOO_LARGE)
            yield row


def read_tops(book: Workbook) -> Iterator[object]:
    """Yields the name of each sheet and its first rows, of which only headings matter."""
    for count, name in enumerate(book.worksheets):
        yield name
        if count < _TOP_WORKSHEETS:
            for number, hidden, cells in islice(book.read_rows(name), _TOP_ROWS):
                yield number, hidden, [cell[:_TOP_CELL_LENGTH] for cell in cells]


def main() -> None:
    """Writes the lines."""
    sheet = sys.argv[1] if len(sys.argv) > 1 else None
    bound_process(TOP_SECONDS if sheet is None else ROWS_SECONDS)
    write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    end: object = True
    with open(1, "w", encoding="utf-8", closefd=False) as out:
        try:
            for line in read(sheet):
                out.write(write(line) + "\n")
        except Refused as refused:
            end = {"refused": refused.reason, "number": refused.number}
        except MemoryError:
            end = {"refused": RefusalReason.ENDED, "number": 0}
        except Exception:
            # Whatever a damaged part makes a library raise.
            end = {"refused": RefusalReason.DAMAGED, "number": 0}
        out.write(write(end) + "\n")
