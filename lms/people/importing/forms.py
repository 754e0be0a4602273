"""The forms of importing."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectField, ValidationError

from lms.kernel import tabular
from lms.people.importing.labels import FIELD_LABELS
from lms.people.importing.models import PeopleImport
from lms.people.importing.parse import FIELDS, REQUIRED
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
            "CSV or Excel (.xlsx), with headings in the first row. Staff records only: nothing about children, "
            "families or incidents."
        ),
        validators=[FileRequired(_l("Choose a file."))],
    )


class EncodingForm(BaseForm):
    """Reading a text file in another encoding."""

    encoding = SelectField(_l("Encoding"))

    def offer(self, present: str) -> None:
        """Fills the choices, beginning with how it is read now."""
        first = "utf-8" if present.startswith("utf-8") else "utf-16" if present.startswith("utf-16") else present
        self.encoding.choices = choices_of((name, ENCODING_WORDS[name]) for name in tabular.ENCODINGS)
        if not self.is_submitted():
            self.encoding.data = first


def check_column(form: "ColumnsForm", field: Any) -> None:
    """Checks that a required field has a column, and that no column is chosen twice."""
    name = field.name.removeprefix("column_")
    if field.data == NOT_IN_FILE:
        if name in REQUIRED:
            raise ValidationError(_("Choose the column. Every list must have it."))
        return
    others = [other for other in FIELDS if other != name and form[f"column_{other}"].data == field.data]
    if others:
        raise ValidationError(_("This column is also chosen for “%(other)s”.", other=str(FIELD_LABELS[others[0]])))


def column(field: str) -> Any:
    """Returns the field that chooses the column of a field."""
    return SelectField(FIELD_LABELS[field], coerce=int, validators=[check_column])


class ColumnsForm(BaseForm):
    """What the columns of a list hold, and what the list does not say."""

    column_staff_number = column("staff_number")
    column_name = column("name")
    column_email = column("email")
    column_station = column("station")
    column_sector = column("sector")
    column_also_sectors = column("also_sectors")
    column_role = column("role")
    column_contract = column("contract")
    column_works_with_children = column("works_with_children")
    column_from_on = column("from_on")
    column_through_on = column("through_on")
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
        columns = [(NOT_IN_FILE, _("Not in the list"))]
        columns += [
            (index, heading or _("Column %(number)s", number=index + 1)) for index, heading in enumerate(header)
        ]
        for field in FIELDS:
            self[f"column_{field}"].choices = choices_of(columns)

    def begin_with(self, columns: Mapping[str, int], choices: Mapping[str, Any]) -> None:
        """Fills in what is known or guessed; what was typed stays."""
        if self.is_submitted():
            return
        for field in FIELDS:
            self[f"column_{field}"].data = columns.get(field, NOT_IN_FILE)
        self.day_order.data = choices.get("day_order", "")
        for name in ("default_from", "leavers_on"):
            if choices.get(name):
                self[name].data = date.fromisoformat(choices[name])
        self.leavers.data = bool(choices.get("leavers_on"))

    def column_fields(self) -> list[Any]:
        """Returns the fields that choose a column, in the order of the template."""
        return [self[f"column_{field}"] for field in FIELDS]

    def columns(self) -> dict[str, int]:
        """Returns which column holds what."""
        chosen = {field: self[f"column_{field}"].data for field in FIELDS}
        return {field: index for field, index in chosen.items() if index != NOT_IN_FILE}

    def choices(self) -> dict[str, str]:
        """Returns the other choices as they are stored."""
        days = {"default_from": self.default_from.data, "leavers_on": self.leavers.data and self.leavers_on.data}
        chosen = {name: day.isoformat() for name, day in days.items() if day}
        return {"day_order": self.day_order.data or "", **chosen}

    def validate(self, extra_validators: Any = None) -> bool:
        """Requires also the days that are needed only together with another choice.

        WTForms runs no validator of an optional field that is empty, so this is checked for the whole form.
        """
        valid = bool(super().validate(extra_validators))
        if "from_on" not in self.columns() and not self.default_from.data:
            self._add(self.default_from, _("The list has no first days. Choose one for all rows."))
            valid = False
        if self.leavers.data and not self.leavers_on.data:
            self._add(self.leavers_on, _("Choose the last day of those who are not in the list."))
            valid = False
        return valid

    @staticmethod
    def _add(field: Any, message: str) -> None:
        if not field.errors:
            field.errors = [message]


class ApplyForm(BaseForm):
    """Applying a checked list."""

    confirm_leavers = BooleanField(_l("Yes, they have left"))
    reason = reason_field()

    def ask_about_leavers(self, people_import: PeopleImport) -> None:
        """Asks to confirm those who are not in the list; without any, the question is left out."""
        count = people_import.counts.get("absent", 0)
        if not count:
            del self.confirm_leavers
            return
        self.confirm_leavers.label.text = _("%(count)s people who are not in the list have left", count=count)

    def validate_confirm_leavers(self, field: Any) -> None:
        """Requires the confirmation."""
        if not field.data:
            raise ValidationError(_("Check who would leave, and tick this if it is right."))


class UndoForm(BaseForm):
    """Undoing an import."""

    reason = reason_field()
