"""Tables that are made to cost much: refused with what to do, and neither time nor memory of this process is lost."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings as hypothesis_settings, strategies as st
from openpyxl import load_workbook

from lms.kernel import tabular, workbook_program
from lms.kernel.cells import Unreadable
from lms.kernel.tabular import FileFormat, preview_table, read_rows
from lms.kernel.workbook import read_worksheet
from lms.kernel.workbook_archive import Refused
from lms.kernel.workbook_program import Workbook
from tests.examples import examples
from tests.kernel.hostile_tables import HEAD, READ, REFUSED, workbook

CASES = sorted((Path(__file__).parents[1] / "people/importing/files").glob("*.xlsx"))


def read_all(file: io.BytesIO) -> list[tuple[int, list[str]]]:
    return list(read_rows(file, preview_table(file).format))


@pytest.mark.parametrize("name", REFUSED)
def test_what_costs_too_much_is_refused_with_what_to_do(name: str) -> None:
    make, words = REFUSED[name]
    file = make()
    # Not ended after too many seconds, unless these are the words: refused for what it is.
    with pytest.raises(Unreadable, match=words):
        read_all(file)


def rows_of(file: io.BytesIO) -> int:
    return sum(1 for _row in Workbook(file).read_rows("قائمة List"))


# The true bounds take seconds to reach: smaller ones are kept in the same way.
@pytest.mark.parametrize(
    ("bound", "most", "make"),
    [
        ("MAX_STRINGS", 1000, lambda count: workbook(strings="<si><t/></si>" * count)),
        ("MAX_ROWS", 1000, lambda count: workbook(HEAD + "<row/>" * (count - 1))),
        ("MAX_ELEMENTS_AT_ONCE", 1000, lambda count: workbook(HEAD + f"<row>{'<c/>' * (count - 1)}</row>")),
    ],
)
def test_a_bound_is_kept_exactly(
    bound: str, most: int, make: Callable[[int], io.BytesIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_program, bound, most)
    assert rows_of(make(most)) > 0
    with pytest.raises(Refused):
        rows_of(make(most + 1))


def test_the_elements_of_all_parts_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    file = workbook(HEAD + "<row><c/><c/></row>" * 100)
    monkeypatch.setattr(workbook_program, "MAX_ELEMENTS", 350)
    assert rows_of(file) == 1
    monkeypatch.setattr(workbook_program, "MAX_ELEMENTS", 300)
    with pytest.raises(Refused):
        rows_of(file)


def test_the_rows_of_csv_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "MAX_ROWS", 1000)
    assert len(read_all(io.BytesIO(b"A,B\r" + b"1,2\r" * 999))) == 1000
    with pytest.raises(Unreadable, match="more than 1000 rows"):
        read_all(io.BytesIO(b"A,B\r" + b"\r" * 1000))


@pytest.mark.parametrize("name", READ)
def test_what_only_looks_strange_is_read(name: str) -> None:
    make, rows = READ[name]
    assert read_all(make())[1:] == rows


LIMITED = """
import resource, sys, time
from lms.kernel.cells import Unreadable
from lms.kernel.workbook import read_worksheet
most = int(time.process_time()) + 2
resource.setrlimit(resource.RLIMIT_CPU, (most, most))
count = 0
try:
    for _row in read_worksheet(open(sys.argv[1], "rb"), "", set(), repair=False):
        count += 1
except Unreadable as refusal:
    print(count, refusal)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep to such limits")
def test_the_program_that_works_too_long_is_ended_and_who_asked_is_not(tmp_path: Path) -> None:
    file = tmp_path / "long.xlsx"
    # Here the limit is two seconds and not sixty: a process passes it on. The last row that was sent is cut.
    file.write_bytes(
        workbook(HEAD + "<row><c><v>12345</v></c></row>" * 3000 + f"<row>{'<c/>' * 12}</row>" * 10**6).getvalue()
    )
    done = subprocess.run([sys.executable, "-c", LIMITED, str(file)], capture_output=True, text=True, check=True)
    count, _space, words = done.stdout.splitlines()[-1].partition(" ")
    assert 0 < int(count) < 3001
    assert "too much time or memory" in words


def children() -> set[str]:
    return {name for task in Path("/proc/self/task").iterdir() for name in (task / "children").read_text().split()}


@pytest.mark.skipif(not Path(f"/proc/self/task/{os.getpid()}/children").exists(), reason="the system does not tell")
def test_no_process_is_left_when_only_the_top_is_read() -> None:
    file, before = workbook(HEAD + "<row><c><v>1</v></c></row>" * 50_000), children()
    rows = read_worksheet(file, "", set(), repair=False)
    assert next(rows) == (1, ["A", "B"])
    assert len(children() - before) == 1
    rows.close()
    assert children() == before


def test_the_program_gets_no_secrets_and_no_code_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("LMS_SECRET_KEY", "secret")
    assert read_all(workbook())[1:] == [(2, ["1", "2"])]


def as_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat()
        case int() | float() if value == int(value):
            return str(int(value))
    return str(value).strip()


def library_rows(data: bytes, sheet: str) -> list[list[str]]:
    rows = load_workbook(io.BytesIO(data), data_only=True)[sheet].iter_rows(values_only=True)
    texts = [[as_text(value) for value in row] for row in rows]
    for row in texts:
        while row and not row[-1]:
            row.pop()
    return [row for row in texts if row]


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.name)
def test_the_cases_are_read_as_a_library_reads_them(file: Path) -> None:
    data = file.read_bytes()
    top = preview_table(io.BytesIO(data))
    ours = [cells for _n, cells in read_rows(io.BytesIO(data), FileFormat("xlsx", sheet=top.format.sheet))]
    # Only the display formats differ, of which the library says nothing.
    assert [[cell.lstrip("0") for cell in row] for row in ours] == library_rows(data, top.format.sheet)


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), max_size=12)
values = (
    texts.map(lambda text: f"x{text}")
    | st.integers(-(10**9), 10**14)
    | st.floats(-1000, 1000, allow_nan=False).map(lambda number: round(number, 3))
    | st.booleans()
    | st.dates(date(1904, 1, 3), date(2200, 1, 1))
)


@hypothesis_settings(max_examples=examples(50), deadline=None)
@given(st.lists(st.lists(values, min_size=2, max_size=6), min_size=1, max_size=5), st.booleans())
def test_workbooks_are_read_as_a_library_reads_them(rows: list[list[Any]], since_1904: bool) -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"date_1904": since_1904, "strings_to_urls": False}) as book:
        sheet, day = book.add_worksheet("List"), book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif isinstance(value, str):
                    sheet.write_string(number, column, value)
                else:
                    sheet.write(number, column, value)
    ours = [list(map(str, cells)) for _n, _hidden, cells in Workbook(data).read_rows("List")]
    assert ours == library_rows(data.getvalue(), "List")
