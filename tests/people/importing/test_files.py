"""Files as HR systems and spreadsheets write them, from their bytes to the rows that would be recorded."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from lms.kernel.tabular import TablePreview, preview_table, read_rows
from lms.kernel.written_days import DayStyle
from lms.people.importing.dry_run import CheckedRow, parse_rows
from lms.people.importing.headings import count_headings, guess_columns
from lms.people.importing.parse import ImportChoices, ImportVocabulary

FILES = Path(__file__).parent / "files"
WORDS = ImportVocabulary({"north river": 1}, {"wash": "wash"})
HEAD = ["Staff number", "Name", "E-mail", "Duty station", "Main sector", "Role", "First day", "Last day"]
WORK = ["North river", "WASH", "promoter", "2026-01-05"]


def read(data: bytes, style: DayStyle | None = None, *, repair: bool = False) -> tuple[TablePreview, list[CheckedRow]]:
    file = io.BytesIO(data)
    top = preview_table(file, known=count_headings)
    columns = guess_columns(top.header, {})
    choices = ImportChoices(style or DayStyle(), fields=frozenset(columns))
    return top, list(parse_rows(read_rows(file, replace(top.format, repair=repair)), columns, WORDS, choices))


def file(name: str, style: DayStyle | None = None, *, repair: bool = False) -> list[CheckedRow]:
    return read((FILES / name).read_bytes(), style, repair=repair)[1]


def table(rows: Sequence[Sequence[str]], delimiter: str = ",") -> bytes:
    return "\r\n".join(delimiter.join(row) for row in rows).encode()


def sheet(*rows: Sequence[object]) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return data.getvalue()


def reasons(rows: Sequence[CheckedRow]) -> list[list[str]]:
    return [[note["code"] for note in row.notes] for row in rows]


def numbers(rows: Sequence[CheckedRow]) -> list[str]:
    return [row.parsed.staff_number if row.parsed else "" for row in rows]


def names(rows: Sequence[CheckedRow]) -> list[str]:
    return [row.parsed.name if row.parsed else "" for row in rows]


def test_numbers_that_are_written_as_formulas_so_that_they_stay_text() -> None:
    assert numbers(file("a_equals_quoted.csv")) == ["00123", "00124"]


def test_number_cells_are_read_as_the_sheet_shows_them() -> None:
    assert numbers(file("b_format_zeros.xlsx")) == ["000731"]
    assert numbers(file("zeros_month2.xlsx")) == ["000731", "000732"]


SHAPES = {
    "000000": "000731", '"R-"0000': "R-0731", "00-00": "07-31", "0000;-0000": "0731", "[Red]00000": "00731",
    "\\W00000": "W00731", "General": "731", "0": "731", "#,##0": "731", "0.00": "731", "00": "731", "0%": "731",
    "@": "731",
}  # fmt: skip


def test_display_formats() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEAD)
        for number, shape in enumerate(SHAPES, start=1):
            page.write_row(number, 0, [731, "Leila Haddad", "", *WORK])
            page.write(number, 0, 731, book.add_format({"num_format": shape}))
    assert dict(zip(SHAPES, numbers(read(data.getvalue())[1]), strict=True)) == SHAPES


def test_the_stored_values_of_formulas_are_used() -> None:
    rows = file("c_formulas.xlsx")
    assert names(rows) == ["Leila Haddad", "Omar Said"]
    assert [row.parsed and (row.parsed.assignment["sector"], row.parsed.from_on.isoformat()) for row in rows] == [
        ("wash", "2026-01-05")
    ] * 2


def formulas(*values: str) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEAD)
        for number, value in enumerate(values, start=1):
            page.write_row(number, 0, ["F-1", "", "", *WORK])
            page.write_formula(number, 1, "=K2", None, value)
    return data.getvalue()


def test_formulas_without_a_value_and_errors_are_refused() -> None:
    assert names(read(formulas("Leila Haddad"))[1]) == ["Leila Haddad"]
    errors = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
    assert reasons(read(formulas(*errors))[1]) == [["cell_error"]] * len(errors)
    from openpyxl import Workbook  # noqa: PLC0415 - this library stores no value

    book, data = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in (HEAD, ["F-1", '=K2&" "&L2', "", *WORK]):
        book.active.append(row)
    book.save(data)
    assert reasons(read(data.getvalue())[1]) == [["cell_formula"]]


NO_DATA = {
    "cell_error": ("#N/A", "#NV", "#WERT!", "#VALEUR!", "#¡REF!", "#DIV/0!", "#SPILL!", "########"),
    "cell_formula": ("=K2&L2", "=SUM(A1)"),
    "cell_rounded": ("2.99E+11", "1E+12", "1234567890123456"),
    "cell_letters": ("W-\ufffd1", "???? ????"),
    "cell_mojibake": ("Ø£Ø­Ù…Ø¯", "LefÃ¨vre", "ط£ط­ظ…ط¯", "РђРЅРЅР°", "Amina â€“ Yusuf", "NicolÃ "),
}


@pytest.mark.parametrize("place", [0, 1, 5])
def test_cells_that_are_no_data_are_refused_with_the_reason(place: int) -> None:
    said = {text: reason for reason, texts in NO_DATA.items() for text in texts}

    def row(text: str) -> list[str]:
        cells = ["W-1", "Leila Haddad", "", *WORK]
        cells[place] = text
        return cells

    for text, reason in said.items():
        assert reasons(read(table([HEAD, row(text)]))[1]) == [[reason]], text
    # One sheet for all of them: each is read by a program of its own. There a text of many digits is exact.
    in_excel = {text: [reason] if not text.isdigit() else [] for text, reason in said.items() if text[0] != "="}
    assert reasons(read(sheet(HEAD, *map(row, in_excel)))[1]) == list(in_excel.values())


def test_a_number_cell_of_more_than_fifteen_digits_is_refused() -> None:
    data = sheet(HEAD, [1234567890123456, "Leila Haddad", "", *WORK], [299000000000, "Omar Said", "", *WORK])
    assert reasons(read(data)[1]) == [["cell_rounded"], []]


@pytest.mark.parametrize(
    "name",
    ["Hélène Lefèvre", "JOÃO ÂNGELO", "أمينة يوسف", "Олена Шевченко", "Şükrü Öztürk", "Łukasz Żak", "李小龙", "Zoë",
     "Nguyễn Văn Ä", "O’Brien", "ANDRÉ’S", "Š", "MÜŠA", "গো", "ကျော်", "#7 Leila", "E+", "Ana?"],
)  # fmt: skip
def test_names_that_are_right_stay(name: str) -> None:
    assert names(read(table([HEAD, ["W-1", name, "", *WORK]]))[1]) == [name]


def test_broken_letters_are_refused_with_what_they_mean_and_repaired_when_asked() -> None:
    (row,) = file("enc_mojibake.csv")
    assert [(note["code"], note["better"]) for note in row.notes] == [("cell_mojibake", "Hélène Lefèvre")]
    assert names(file("enc_mojibake.csv", repair=True)) == ["Hélène Lefèvre"]
    twice = "Hélène".encode().decode("cp1252").encode().decode("cp1252")
    for broken, right in ((twice, "Hélène"), ("Ø£Ø­Ù…Ø¯", "أحمد"), ("NicolÃ ", "Nicolà"), ("Amina", "Amina")):
        data = table([HEAD, ["W-1", broken, "", *WORK]])
        assert names(read(data, repair=True)[1]) == [right]


def test_open_ends_of_hr_systems() -> None:
    rows = file("e_sap_9999.csv")
    assert [(row.parsed and row.parsed.from_on.isoformat(), row.parsed and row.parsed.through_on) for row in rows] == [
        ("2026-01-05", None)
    ] * 2


def test_one_number_however_it_was_copied() -> None:
    assert set(numbers(file("f_invisible.csv"))) == {"R-1128"}
    assert len({row.key for row in file("f_invisible.csv")}) == 1


def test_the_sheet_with_the_list_is_proposed_after_a_cover_sheet() -> None:
    top, rows = read((FILES / "l_sheets.xlsx").read_bytes())
    assert (top.format.sheet, list(top.format.worksheets)) == ("Staff", ["Read me", "Staff"])
    assert numbers(rows) == ["L-001"]


def test_the_row_of_the_headings_is_proposed_below_titles() -> None:
    top, rows = read((FILES / "m_title.xlsx").read_bytes())
    assert (top.format.heading_row, top.header) == (3, HEAD)
    assert [(row.number, row.parsed and row.parsed.staff_number) for row in rows] == [(4, "M-001")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_titles_above_the_headings_of_a_text_file(delimiter: str) -> None:
    titles = [["Staff list of Rivers Relief"], [], ["Printed by", "Ana", "5 January 2026"], HEAD]
    top, rows = read(table([*titles, ["M-1", "Leila Haddad", "", *WORK]], delimiter))
    assert top.format.heading_row == 4
    assert numbers(rows) == ["M-1"]


def test_headings_that_nobody_knows_are_the_first_wide_row() -> None:
    unknown = ["Kod", "Imię i nazwisko", "Miejsce", "Praca"]
    file_ = io.BytesIO(table([["Lista"], ["Stan na", "dzisiaj"], unknown, ["1", "Jan", "Hill", "driver"]]))
    assert preview_table(file_, known=count_headings).header == unknown


def test_given_and_family_name_in_two_columns() -> None:
    rows = file("n_two_names.csv")
    assert names(rows) == ["Leila Haddad", "Omar Said"]
    assert rows[0].cells["name"] == "Leila Haddad"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["Prénom", "Nom"], {"given_name": 0, "family_name": 1}),
        (["Name", "Vorname"], {"given_name": 1, "family_name": 0}),
        (["Nombre", "Apellidos"], {"given_name": 0, "family_name": 1}),
        (["First Name", "Last Name", "Full name"], {"name": 2, "given_name": 0, "family_name": 1}),
        (["Nom"], {"name": 0}),
    ],
)
def test_columns_of_names_are_guessed(header: list[str], expected: dict[str, int]) -> None:
    assert guess_columns(header, {}) == expected


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Haddad, Leila", "Leila Haddad"), ("HADDAD ,Leila Maria", "Leila Maria HADDAD"), ("حداد، ليلى", "ليلى حداد"),
        ("Leila Haddad, PhD", "Leila Haddad, PhD"), ("John Smith, Jr.", "John Smith, Jr."), ("Haddad,", "Haddad,"),
        ("Leila Haddad", "Leila Haddad"), ("a, b, c", "a, b, c"),
    ],
)  # fmt: skip
def test_last_name_first(written: str, name: str) -> None:
    assert names(read(table([HEAD, ["W-1", written, "", *WORK]], ";"))[1]) == [name]


def test_a_hidden_row_is_read_and_known() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        page = book.add_worksheet()
        for number, row in enumerate((HEAD, ["W-1", "A B", "", *WORK], ["W-2", "C D", "", *WORK])):
            page.write_row(number, 0, row)
        page.autofilter(0, 0, 2, 7)
        page.set_row(1, options={"hidden": True})
    hidden: set[int] = set()
    rows = list(read_rows(data, preview_table(data, known=count_headings).format, hidden))
    assert [number for number, _cells in rows] == [1, 2, 3]
    assert hidden == {2}


DAYS = {
    **dict.fromkeys((f"P-{number:02}" for number in (0, 1, 2, 3, 5, 6, 8, 9, 10, 12, 13, 14)), "5"),
    "P-04": "short_year", "P-07": "moment_elsewhere", "P-11": "short_year", "P-15": "ambiguous_day", "P-16": "13",
    "P-17": "bad_day", "P-18": "13",
}  # fmt: skip


def test_day_spellings_row_by_row() -> None:
    for row in file("p_days.csv"):
        expected = DAYS[row.cells["staff_number"]]
        found = str(row.parsed.from_on.day) if row.parsed else row.notes[0]["code"]
        assert found == expected, row.cells
        assert row.parsed is None or (row.parsed.from_on.year, row.parsed.from_on.month) == (2026, 1)


def test_day_spellings_once_order_and_years_are_said() -> None:
    refused = {
        row.cells["staff_number"]: row.notes[0]["code"]
        for row in file("p_days.csv", DayStyle("day", short_years=True))
        if not row.parsed
    }
    assert refused == {"P-07": "moment_elsewhere", "P-17": "bad_day", "P-18": "bad_day"}
