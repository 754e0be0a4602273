"""The file to fill in: headings that are recognised, and a second sheet that says what can stand below them."""

from collections.abc import Sequence
from io import BytesIO

from lms.kernel.tabular import as_csv, new_workbook
from lms.people.importing.labels import HEADINGS
from lms.people.importing.parse import FIELDS, NEEDED

LIST_ROWS = 5000
"""How far down Excel offers the words to choose from; rows below work all the same."""

EXPLANATIONS = {
    "staff_number": "The number your organisation knows the person by. People sign in with it.",
    "name": "As the person writes it: certificates print it like this.",
    "email": "May be empty.",
    "station": "One of the stations listed here.",
    "sector": "One of the sectors listed here: where the person counts in the report.",
    "also_sectors": "Further sectors, separated by commas. May be empty.",
    "role": "One word or two, such as driver.",
    "contract": "One of the words listed here. Empty means staff.",
    "works_with_children": "yes or no. Empty means no.",
    "from_on": "The first day of this work, such as 2026-11-25.",
    "through_on": "The last day of this work. Empty while it is open.",
}

CONTRACT_WORDS = ("staff", "volunteer", "daily", "consultant", "partner", "intern")


def csv_template() -> str:
    """Returns the headings as CSV."""
    return as_csv([HEADINGS[field] for field in FIELDS], [])


def xlsx_template(stations: Sequence[str], sectors: Sequence[str]) -> bytes:
    """Returns an Excel file with a sheet to fill in and one that explains it, with words to choose from."""
    file = BytesIO()
    book = new_workbook(file, by_row=False)
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    text = book.add_format({"num_format": "@"})
    people = book.add_worksheet("People")
    guide = book.add_worksheet("How to fill it in")
    for index, field in enumerate(FIELDS):
        people.write_string(0, index, HEADINGS[field], bold)
        # A staff number like 00731 must stay as it is typed.
        people.set_column(index, index, 20, day if field.endswith("_on") else text)
        guide.write_string(index + 1, 0, HEADINGS[field], bold)
        guide.write_string(index + 1, 1, "needed" if field in (*NEEDED, "from_on") else "")
        guide.write_string(index + 1, 2, EXPLANATIONS[field])
    people.freeze_panes(1, 0)
    guide.set_column(0, 1, 20)
    guide.set_column(2, 2, 80)
    lists = {
        "station": stations,
        "sector": sectors,
        "contract": CONTRACT_WORDS,
        "works_with_children": ("yes", "no"),
    }
    for offset, (field, words) in enumerate(lists.items()):
        column = 4 + offset
        guide.set_column(column, column, 30)
        guide.write_string(0, column, HEADINGS[field], bold)
        guide.write_column(1, column, list(words))
        if words:
            letter = "ABCDEFGHIJ"[column]
            place = FIELDS.index(field)
            people.data_validation(
                1,
                place,
                LIST_ROWS,
                place,
                {
                    "validate": "list",
                    "source": f"='How to fill it in'!${letter}$2:${letter}${len(words) + 1}",
                    "error_type": "warning",
                },
            )
    book.close()
    return file.getvalue()
