"""The template: headings that are recognised and, in Excel, a second sheet with explanations and values."""

from collections.abc import Sequence
from io import BytesIO

from flask_babel import LazyString, gettext as _, lazy_gettext as _l

from lms.kernel.tabular import as_csv, new_workbook
from lms.people.importing.parse import FIELDS, HEADINGS, NAME_PARTS, REQUIRED
from lms.people.labels import CONTRACT_LABELS

LIST_ROWS = 5000
"""How far down Excel offers the values to choose from; rows below work all the same."""

TEMPLATE_FIELDS = tuple(field for field in FIELDS if field not in NAME_PARTS)

EXPLANATIONS: dict[str, LazyString] = {
    "staff_number": _l("The number your organisation uses for the person. People can sign in with it."),
    "name": _l("As the person writes it. Certificates show this name."),
    "email": _l("Optional."),
    "station": _l("One of the stations listed here."),
    "sector": _l("One of the sectors listed here: where the person counts in the report."),
    "also_sectors": _l("Further sectors, separated by commas. Optional."),
    "role": _l("A short job title, such as driver."),
    "contract": _l("One of the values listed here. Empty means staff."),
    "works_with_children": _l("yes or no. Empty means no."),
    "from_on": _l("The first day of this assignment, such as 2026-11-25."),
    "through_on": _l("The last day of this assignment. Empty if not known yet."),
    "status": _l("active, left or on leave. Empty means active."),
}


def csv_template() -> str:
    """Returns the headings as CSV."""
    return as_csv([HEADINGS[field] for field in TEMPLATE_FIELDS], [])


def xlsx_template(stations: Sequence[str], sectors: Sequence[str]) -> bytes:
    """Returns an Excel file with a sheet to fill in and one that explains it, with values to choose from."""
    file = BytesIO()
    book = new_workbook(file, by_row=False)
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    text = book.add_format({"num_format": "@"})
    people = book.add_worksheet(_("People"))
    guide_name = _("How to fill it in")
    guide = book.add_worksheet(guide_name)
    for index, field in enumerate(TEMPLATE_FIELDS):
        people.write_string(0, index, HEADINGS[field], bold)
        # A staff number like 00731 must stay as it is typed.
        people.set_column(index, index, 20, day if field.endswith("_on") else text)
        guide.write_string(index + 1, 0, HEADINGS[field], bold)
        guide.write_string(index + 1, 1, _("required") if field in (*REQUIRED, "from_on") else "")
        guide.write_string(index + 1, 2, str(EXPLANATIONS[field]))
    people.freeze_panes(1, 0)
    guide.set_column(0, 1, 20)
    guide.set_column(2, 2, 80)
    lists = {"station": stations, "sector": sectors, "contract": list(CONTRACT_LABELS)}
    for column, (field, values) in enumerate({**lists, "works_with_children": ["yes", "no"]}.items(), 4):
        guide.set_column(column, column, 30)
        guide.write_string(0, column, HEADINGS[field], bold)
        guide.write_column(1, column, list(values))
        if values:
            letter, index = "ABCDEFGHIJ"[column], TEMPLATE_FIELDS.index(field)
            source = f"='{guide_name}'!${letter}$2:${letter}${len(values) + 1}"
            rule = {"validate": "list", "source": source, "error_type": "warning"}
            people.data_validation(1, index, LIST_ROWS, index, rule)
    book.close()
    return file.getvalue()
