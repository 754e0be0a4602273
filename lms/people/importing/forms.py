"""The forms of importing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, RadioField, SelectField, ValidationError
from wtforms.validators import DataRequired, NumberRange

from lms.kernel.encoding import ENCODINGS
from lms.kernel.tabular import FileFormat
from lms.people.importing.labels import FIELD_LABELS
from lms.people.importing.models import PeopleImport
from lms.people.importing.parse import FIELDS, NAME_PARTS, REQUIRED
from lms.web.forms import BaseForm, choices_of, day_field, reason_field

NOT_IN_FILE = -1
ENCODING_WORDS = {
    "utf-8": _l("UTF-8, the usual encoding"),
    "cp1252": _l("Western European (Windows)"),
    "cp1256": _l("Arabic (Windows)"),
    "cp1250": _l("Central European (Windows)"),
    "cp1251": _l("Cyrillic (Windows)"),
    "cp1254": _l("Turkish (Windows)"),
    "iso8859_15": _l("Western European (ISO 8859-15)"),
    "mac_roman": _l("Western European (old Macintosh)"),
    "cp850": _l("Western European (DOS)"),
    "utf-16": _l("UTF-16, “Unicode text” of Excel"),
}


class UploadForm(BaseForm):
    """Uploading a list."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    file = FileField(
        _l("List"),
        description=_l(
            "CSV or Excel (.xlsx), with a row of headings. Staff records only: nothing about children, "
            "families or incidents."
        ),
        validators=[FileRequired(_l("Choose a file."))],
    )


class FormatForm(BaseForm):
    """Reading a file in another way: encoding, sheet, row of the headings, broken letters."""

    sheet = SelectField(_l("Sheet"))
    heading_row = IntegerField(
        _l("Row of the headings"),
        description=_l("The number of the row in your spreadsheet. What stands above it is left out."),
        validators=[NumberRange(min=1, max=1000, message=_l("Write the number of the row, from 1 to 1000."))],
        render_kw={"min": 1, "inputmode": "numeric"},
    )
    encoding = SelectField(_l("Encoding"))
    repair = BooleanField(_l("Repair broken letters: Ã© becomes é, and Ø£ becomes أ"))

    def __init__(self, present: FileFormat, **more: Any) -> None:
        """Begins with how the file is read now; fields without a choice of sheet or encoding go."""
        coded = next((name for name in ("utf-8", "utf-16") if present.encoding.startswith(name)), present.encoding)
        super().__init__(obj=replace(present, encoding=coded), **more)
        if len(present.worksheets) > 1:
            self.sheet.choices = choices_of((name, name) for name in present.worksheets)
        else:
            del self.sheet
        if present.kind == "csv":
            self.encoding.choices = choices_of((name, ENCODING_WORDS[name]) for name in ENCODINGS)
        else:
            del self.encoding

    def chosen(self, present: FileFormat) -> FileFormat:
        """Returns how the file is to be read; of another sheet the headings are found anew."""
        sheet = self.sheet.data if self.sheet else present.sheet
        return FileFormat(
            encoding=self.encoding.data if self.encoding else "",
            sheet=sheet,
            heading_row=(self.heading_row.data or 0) if sheet == present.sheet else 0,
            repair=self.repair.data,
        )


def check_column(form: "ColumnsForm", field: Any) -> None:
    """Checks that a required field has a column, and that no column is chosen twice."""
    name = field.name.removeprefix("column_")
    if field.data == NOT_IN_FILE:
        in_parts = name == "name" and all(form[f"column_{part}"].data != NOT_IN_FILE for part in NAME_PARTS)
        if in_parts:
            return
        if name in REQUIRED:
            raise ValidationError(_("Choose the column. Every list must have it."))
        return
    others = [other for other in FIELDS if other != name and form[f"column_{other}"].data == field.data]
    if others:
        raise ValidationError(_("This column is also chosen for “%(other)s”.", other=str(FIELD_LABELS[others[0]])))


COLUMN_FIELDS = {
    f"column_{field}": SelectField(FIELD_LABELS[field], coerce=int, validators=[check_column]) for field in FIELDS
}
"""The fields that choose the column of a field, in the order of the template."""


class ColumnsForm(BaseForm):
    """What the columns of a list hold, and what the list does not say."""

    day_order = RadioField(
        _l("Dates like 03/04/2026"),
        choices=choices_of(
            [
                ("", _l("There are none, or reject them")),
                ("day", _l("The day comes first: 3 April")),
                ("month", _l("The month comes first: 4 March")),
            ]
        ),
        default="",
    )
    short_years = RadioField(
        _l("Years of two digits, like 05.01.26"),
        choices=choices_of(
            [
                ("", _l("There are none, or reject them")),
                ("last", _l("The year comes last: 26 is 2026, and 50 to 99 are 1950 to 1999")),
            ]
        ),
        default="",
    )
    default_from = day_field(
        _l("First day where the list has none"),
        required=_l("The list has no first days. Choose one for all rows."),
        when=lambda form: "from_on" not in form.columns(),
        description=_l("New people, and new assignments, begin on this day."),
    )
    leavers = BooleanField(
        _l("Everyone who is not in this list has left"),
        description=_l("Tick this only if the list contains everyone in the organisation."),
    )
    leavers_on = day_field(
        _l("Their last day"),
        required=_l("Choose the last day of those who are not in the list."),
        when=lambda form: form.leavers.data,
    )

    def __init__(self, header: Sequence[str], columns: Mapping[str, int], choices: Mapping[str, Any]) -> None:
        """Begins with what is known or guessed; the headings of the list are the choices of every column."""
        days = {name: date.fromisoformat(choices[name]) for name in ("default_from", "leavers_on") if choices.get(name)}
        chosen = {f"column_{name}": columns.get(name, NOT_IN_FILE) for name in FIELDS}
        super().__init__(data={**choices, **days, **chosen, "leavers": "leavers_on" in days})
        named = ((index, heading or _("Column %(number)s", number=index + 1)) for index, heading in enumerate(header))
        offered = [(NOT_IN_FILE, _("Not in the list")), *named]
        for field in self.column_fields():
            field.choices = choices_of(offered)

    def column_fields(self) -> list[Any]:
        """Returns the fields that choose a column, in the order of the template."""
        return [self[name] for name in COLUMN_FIELDS]

    def columns(self) -> dict[str, int]:
        """Returns which column holds what."""
        chosen = {name: self[f"column_{name}"].data for name in FIELDS}
        return {name: index for name, index in chosen.items() if index != NOT_IN_FILE}

    def choices(self) -> dict[str, str]:
        """Returns the other choices as they are stored."""
        days = {"default_from": self.default_from.data, "leavers_on": self.leavers.data and self.leavers_on.data}
        chosen = {name: day.isoformat() for name, day in days.items() if day}
        return {"day_order": self.day_order.data or "", "short_years": self.short_years.data or "", **chosen}


# Fields may join a form after its definition; the order is that in which they were made.
for _name, _field in COLUMN_FIELDS.items():
    setattr(ColumnsForm, _name, _field)


class ApplyForm(BaseForm):
    """Applying a checked list."""

    confirm_leavers = BooleanField(
        _l("Yes, they have left"), [DataRequired(_l("Check who would leave, and tick this if it is right."))]
    )
    confirm_likely = BooleanField(
        _l("Yes, they are other people, and those recorded have left"),
        [DataRequired(_l("Check the new people below, and tick this if they are not those recorded."))],
    )
    reason = reason_field()

    def ask_about_leavers(self, people_import: PeopleImport) -> None:
        """Asks to confirm those who are not in the list, once more where the list probably has some of them.

        Without any, the questions are left out.
        """
        counts = people_import.counts
        if count := counts.get("absent", 0):
            self.confirm_leavers.label.text = _("%(count)s people who are not in the list have left", count=count)
        else:
            del self.confirm_leavers
        if not count or not counts.get("likely"):
            del self.confirm_likely
