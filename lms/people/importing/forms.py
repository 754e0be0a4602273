"""The forms of importing."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, RadioField, SelectField, ValidationError
from wtforms.validators import NumberRange

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

    def offer(self, present: FileFormat) -> None:
        """Fills the choices, beginning with how it is read now; without a choice of sheet or encoding it goes."""
        if len(present.worksheets) > 1:
            self.sheet.choices = choices_of((name, name) for name in present.worksheets)
        else:
            del self.sheet
        if present.kind == "csv":
            self.encoding.choices = choices_of((name, ENCODING_WORDS[name]) for name in ENCODINGS)
        else:
            del self.encoding
        if not self.is_submitted():
            for field in self:
                if field.name in FileFormat.__dataclass_fields__:
                    field.data = getattr(present, field.name)
            if self.encoding:
                coded = present.encoding
                self.encoding.data = next((name for name in ("utf-8", "utf-16") if coded.startswith(name)), coded)

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
        _l("First day where the list has none"), description=_l("New people, and new assignments, begin on this day.")
    )
    leavers = BooleanField(
        _l("Everyone who is not in this list has left"),
        description=_l("Tick this only if the list contains everyone in the organisation."),
    )
    leavers_on = day_field(_l("Their last day"))

    def offer(self, header: Sequence[str]) -> None:
        """Fills the choices of every field with the headings of the list."""
        named = ((index, heading or _("Column %(number)s", number=index + 1)) for index, heading in enumerate(header))
        columns = [(NOT_IN_FILE, _("Not in the list")), *named]
        for field in self.column_fields():
            field.choices = choices_of(columns)

    def begin_with(self, columns: Mapping[str, int], choices: Mapping[str, Any]) -> None:
        """Fills in what is known or guessed; what was typed stays."""
        if self.is_submitted():
            return
        for name, field in zip(FIELDS, self.column_fields(), strict=True):
            field.data = columns.get(name, NOT_IN_FILE)
        for name in ("day_order", "short_years"):
            self[name].data = choices.get(name, "")
        for name in ("default_from", "leavers_on"):
            if choices.get(name):
                self[name].data = date.fromisoformat(choices[name])
        self.leavers.data = bool(choices.get("leavers_on"))

    def column_fields(self) -> list[Any]:
        """Returns the fields that choose a column, in the order of the template."""
        return [self[name] for name in COLUMN_FIELDS]

    def columns(self) -> dict[str, int]:
        """Returns which column holds what."""
        chosen = zip(FIELDS, (field.data for field in self.column_fields()), strict=True)
        return {name: index for name, index in chosen if index != NOT_IN_FILE}

    def choices(self) -> dict[str, str]:
        """Returns the other choices as they are stored."""
        days = {"default_from": self.default_from.data, "leavers_on": self.leavers.data and self.leavers_on.data}
        chosen = {name: day.isoformat() for name, day in days.items() if day}
        return {"day_order": self.day_order.data or "", "short_years": self.short_years.data or "", **chosen}

    def validate(self, extra_validators: Any = None) -> bool:
        """Requires also the days that are needed only together with another choice.

        WTForms runs no validator of an optional field that is empty, so this is checked for the whole form.
        """
        valid = bool(super().validate(extra_validators))
        no_first_days = "from_on" not in self.columns()
        needed = (
            (self.default_from, no_first_days, _("The list has no first days. Choose one for all rows.")),
            (self.leavers_on, self.leavers.data, _("Choose the last day of those who are not in the list.")),
        )
        for field, is_needed, message in needed:
            if is_needed and not field.data:
                field.errors = field.errors or [message]
                valid = False
        return valid


# Fields may join a form after its definition; the order is that in which they were made.
for _name, _field in COLUMN_FIELDS.items():
    setattr(ColumnsForm, _name, _field)


class ApplyForm(BaseForm):
    """Applying a checked list."""

    confirm_leavers = BooleanField(_l("Yes, they have left"))
    confirm_likely = BooleanField(_l("Yes, they are other people, and those recorded have left"))
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

    def validate_confirm_leavers(self, field: Any) -> None:
        """Requires the confirmation."""
        if not field.data:
            raise ValidationError(_("Check who would leave, and tick this if it is right."))

    def validate_confirm_likely(self, field: Any) -> None:
        """Requires the confirmation."""
        if not field.data:
            raise ValidationError(_("Check the new people below, and tick this if they are not those recorded."))
