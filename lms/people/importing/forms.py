"""The forms of importing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectField, ValidationError

from lms.kernel import tabular
from lms.people.importing.labels import FIELD_WORDS
from lms.people.importing.models import PeopleImport
from lms.people.importing.parse import FIELDS, NEEDED
from lms.people.models import Organisation
from lms.web.forms import BaseForm, choices_of, day_field, offer, reason_field

NOT_IN_FILE = -1
ENCODING_WORDS = {
    "utf-8": _l("UTF-8, as most programs write today"),
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


class SendForm(BaseForm):
    """Sending a list."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    file = FileField(
        _l("The list"),
        description=_l(
            "CSV or Excel (.xlsx), with headings in the first row. Only what people work as: nothing about "
            "children, families or incidents."
        ),
        validators=[FileRequired(_l("Choose a file."))],
    )

    def choose_organisation(self, organisations: Iterable[Organisation]) -> None:
        """Offers the organisations that the actor imports into; the only one needs no choice."""
        offer(self.organisation, ((each.id, each.name) for each in organisations))


class EncodingForm(BaseForm):
    """Reading a text file in another encoding."""

    encoding = SelectField(_l("Letters are read as"))

    def offer(self, present: str) -> None:
        """Fills the choices, beginning with how it is read now."""
        first = (
            "utf-8" if present.startswith("utf-8") else "utf-16" if present.startswith("utf-16") else present
        )
        self.encoding.choices = choices_of((name, ENCODING_WORDS[name]) for name in tabular.ENCODINGS)
        if not self.is_submitted():
            self.encoding.data = first


def check_column(form: "ColumnsForm", field: Any) -> None:
    """Refuses a needed field without a column, and a column that is chosen twice."""
    name = field.name.removeprefix("column_")
    if field.data == NOT_IN_FILE:
        if name in NEEDED:
            raise ValidationError(_("Choose the column. No list can do without it."))
        return
    others = [other for other in FIELDS if other != name and form[f"column_{other}"].data == field.data]
    if others:
        raise ValidationError(
            _("This column is chosen for “%(other)s” too.", other=str(FIELD_WORDS[others[0]]))
        )


def column(field: str) -> Any:
    """Returns the field that chooses the column of a field."""
    return SelectField(FIELD_WORDS[field], coerce=int, validators=[check_column])


class ColumnsForm(BaseForm):
    """What the columns of a list hold, and what cannot be seen from it."""

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
        _l("Days like 03/04/2026"),
        choices=choices_of(
            [
                ("", _l("There are none, or refuse them")),
                ("day", _l("The day comes first: 3 April")),
                ("month", _l("The month comes first: 4 March")),
            ]
        ),
        default="",
    )
    default_from = day_field(
        _l("First day where the list gives none"),
        description=_l("Who is new, or works at something else now, begins on this day."),
    )
    leavers = BooleanField(
        _l("Whoever is not in this list has left"),
        description=_l("Only tick it when the list holds everybody of the organisation."),
    )
    leavers_on = day_field(_l("Their last day"))

    def offer(self, header: Sequence[str]) -> None:
        """Fills the choices of every field with the headings of the list."""
        columns = [(NOT_IN_FILE, _("Not in the list"))]
        columns += [
            (index, heading or _("Column %(number)s", number=index + 1))
            for index, heading in enumerate(header)
        ]
        for field in FIELDS:
            self[f"column_{field}"].choices = choices_of(columns)

    def begin_with(self, columns: Mapping[str, int], choices: Mapping[str, Any]) -> None:
        """Shows what is known or guessed as a start; what was typed stays."""
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
        """Returns the other choices as they are kept."""
        days = {
            "default_from": self.default_from.data,
            "leavers_on": self.leavers.data and self.leavers_on.data,
        }
        kept = {name: day.isoformat() for name, day in days.items() if day}
        return {"day_order": self.day_order.data or "", **kept}

    def validate(self, extra_validators: Any = None) -> bool:
        """Asks also for the days that are needed only together with another choice.

        A day that may be empty has no validators asked while it is, so this is judged for the whole form.
        """
        sound = bool(super().validate(extra_validators))
        if "from_on" not in self.columns() and not self.default_from.data:
            self._say(self.default_from, _("The list has no first days: choose one for all."))
            sound = False
        if self.leavers.data and not self.leavers_on.data:
            self._say(self.leavers_on, _("Choose the last day of those who are not in the list."))
            sound = False
        return sound

    @staticmethod
    def _say(field: Any, words: str) -> None:
        if not field.errors:
            field.errors = [words]


class ApplyForm(BaseForm):
    """Applying a checked list."""

    leavers_right = BooleanField(_l("Yes, they have left"))
    reason = reason_field()

    def ask_about_leavers(self, sent: PeopleImport) -> None:
        """Asks for a word on those who are not in the list; without any, the question is left out."""
        count = sent.counts.get("absent", 0)
        if not count:
            del self.leavers_right
            return
        self.leavers_right.label.text = _(
            "It is right that %(count)s people who are not in the list leave", count=count
        )

    def validate_leavers_right(self, field: Any) -> None:
        """Refuses to let people leave by a list without a word on it."""
        if not field.data:
            raise ValidationError(_("Look at who would leave, and tick this if it is right."))


class UndoForm(BaseForm):
    """Taking an import back."""

    reason = reason_field()
