"""Tables that people send: every encoding, delimiter and trick is read as text or refused in one sentence."""

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import example, given, strategies as st
from openpyxl import Workbook

from lms.kernel.cells import Unreadable
from lms.kernel.tabular import FileFormat, as_csv, escape_formula, preview_table, read_rows

NAMES = ("Zoë Müller", "François Lefèvre", "Núria Ibáñez", "Renée Dupré")


def file_of(text: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(encoding))


def table(names: tuple[str, ...] = NAMES, delimiter: str = ",") -> str:
    rows = [delimiter.join(("Staff number", "Name"))]
    rows += [delimiter.join((f"W-{index}", name)) for index, name in enumerate(names)]
    return "\r\n".join(rows) + "\r\n"


def all_of(file: io.BytesIO, encoding: str = "") -> list[list[str]]:
    top = preview_table(file, FileFormat(encoding=encoding))
    return [cells for _number, cells in read_rows(file, top.format)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "iso8859_15"])
def test_encodings_are_found(encoding: str) -> None:
    assert all_of(file_of(table(), encoding)) == [
        ["Staff number", "Name"],
        *([f"W-{index}", name] for index, name in enumerate(NAMES)),
    ]


def test_arabic_and_cyrillic_code_pages_are_found() -> None:
    arabic = ("أمينة يوسف", "محمد الحسن", "فاطمة الزهراء", "خالد عبد الله", "سارة إبراهيم")
    assert all_of(file_of(table(arabic), "cp1256"))[1:] == [[f"W-{i}", name] for i, name in enumerate(arabic)]
    cyrillic = ("Олена Шевченко", "Андрій Коваленко", "Марія Бондаренко", "Сергій Мельник")
    assert all_of(file_of(table(cyrillic), "cp1251"))[1:] == [[f"W-{i}", name] for i, name in enumerate(cyrillic)]


def test_an_encoding_can_be_said() -> None:
    file = file_of(table(("Łukasz Żak",)), "cp1250")
    assert all_of(file, "cp1250")[1] == ["W-0", "Łukasz Żak"]


def test_letters_of_the_wrong_encoding_never_stop_the_reading() -> None:
    file = file_of(table(), "cp1252")
    assert len(list(read_rows(file, FileFormat("csv", "utf-8", ",")))) == 1 + len(NAMES)


def test_a_nul_is_left_out() -> None:
    file = file_of("Staff number,Na\0me\n\0W-1,\0\nW-2\0,Zoë\n", "utf-16")
    assert all_of(file) == [["Staff number", "Name"], ["W-1"], ["W-2", "Zoë"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_are_found(delimiter: str) -> None:
    assert preview_table(file_of(table(delimiter=delimiter))).format.delimiter == delimiter


def test_a_delimiter_within_the_cells_does_not_mislead() -> None:
    text = "Name;Station;Role\nYusuf, Amina;North River, Aravia;driver\nSilva, Tomas;Hill Town, Aravia;nurse\n"
    assert all_of(file_of(text))[1] == ["Yusuf, Amina", "North River, Aravia", "driver"]


def test_numbers_are_those_a_spreadsheet_shows() -> None:
    file = file_of('sep=;\r\nA;B\r\n"two\r\nlines";2\r\n;\r\nx;4\r\n')
    top = preview_table(file)
    assert list(read_rows(file, top.format)) == [(2, ["A", "B"]), (3, ["two\r\nlines", "2"]), (5, ["x", "4"])]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"   \n  \n", "empty"),
        (b"only one column\nand another\n", "one column"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"%PDF-1.7\n\0\0\0\0\0binary", "not a table"),
        (b'A,B\n"never closed,1\nx,2\n', "quotation mark"),
        (b",,\n,,\n", "column"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, word: str) -> None:
    with pytest.raises(Unreadable, match=word):
        all_of(io.BytesIO(data))


def test_an_enormous_cell_is_refused_and_a_long_one_cut() -> None:
    with pytest.raises(Unreadable, match="after row 1"):
        all_of(file_of("A,B\n" + "x" * 200_000 + ",1\n"))
    assert len(all_of(file_of("A,B\n" + "x" * 5000 + ",1\n"))[1][0]) == 1000


def xlsx(rows: list[list[object]]) -> io.BytesIO:
    book, file = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(file)
    return file


def test_cells_of_excel_are_text_and_formulas_are_never_run() -> None:
    file = xlsx(
        [
            ["Number", "Name", "Day", "Moment", "Yes", "Part"],
            [731, "=1+1", date(2026, 4, 3), datetime(2026, 11, 25, 8, 30), True, 1.5],  # noqa: DTZ001
            [None, None, None, None, None, None],
            ["00731", '=HYPERLINK("http://x.example")', None, None, False, 12.0],
        ]
    )
    top = preview_table(file)
    assert top.format.kind == "xlsx"
    assert list(read_rows(file, top.format))[1:] == [
        (2, ["731", "=", "2026-04-03", "2026-11-25", "yes", "1.5"]),
        (4, ["00731", "=", "", "", "no", "12"]),
    ]


def test_a_hidden_sheet_is_not_read() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    hidden, seen = book.add_worksheet("hidden"), book.add_worksheet("seen")
    hidden.write_row(0, 0, ["No", "No"])
    seen.write_row(0, 0, ["Yes", "Yes"])
    seen.activate()
    seen.set_first_sheet()
    hidden.hide()
    book.close()
    assert preview_table(file).header == ["Yes", "Yes"]


def archive(parts: dict[str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return file


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = archive({"xl/workbook.xml": b"<x/>", "xl/sharedStrings.xml": b"0" * 65_000_000})
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(Unreadable, match="too large"):
        preview_table(bomb)


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(Unreadable, match="not an Excel file"):
        preview_table(archive({"content.xml": b"<x/>"}))
    with pytest.raises(Unreadable, match="damaged"):
        preview_table(archive({"xl/workbook.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}))


def test_entities_of_xml_are_not_multiplied() -> None:
    with zipfile.ZipFile(xlsx([["A", "B"], ["c", "d"]])) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    for padding in ("", f"<!--{'x' * 30_000}-->"):
        start = f'<?xml version="1.0"?>{padding}<!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">{nested}]>'
        sheet = parts["xl/worksheets/sheet1.xml"].decode().replace("<t>c</t>", "<t>&e9;</t>")
        assert "&e9;" in sheet
        evil = parts | {
            "xl/worksheets/sheet1.xml": (start + sheet.partition("?>")[2] if "?>" in sheet else start + sheet).encode()
        }
        with pytest.raises(Unreadable):
            all_of(archive(evil))


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-5", "@cmd", "\ttab"])
def test_what_is_given_out_is_no_formula(text: str) -> None:
    assert escape_formula(text) == f"'{text}"
    assert as_csv(["A"], [[text]]).splitlines()[1].strip('"').startswith("'")


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=4), min_size=1, max_size=8))
@example([["", "'\r0"]])
def test_what_is_given_out_comes_back(rows: list[list[str]]) -> None:
    # Only what reading changes on purpose is left out: white space around, line ends, half characters.
    clean = [
        [" ".join(cell.encode("utf-8", "ignore").decode().replace("\0", "").split()).strip("' ") for cell in row]
        for row in rows
    ]
    for row in clean:
        while row and not row[-1]:
            row.pop()
    file = io.BytesIO(as_csv(["Head", "Line"], clean).encode())
    shape = FileFormat("csv", "utf-8-sig", ",")
    assert [cells for _n, cells in read_rows(file, shape)][1:] == [row for row in clean if row]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    file = io.BytesIO(data)
    try:
        list(read_rows(file, preview_table(file).format))
    except Unreadable as refusal:
        assert refusal.message
