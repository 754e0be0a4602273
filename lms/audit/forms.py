"""The filters of the audit trail. They are part of the address and change nothing, so they need no CSRF token."""

from collections.abc import Iterable
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, Field, SelectField, StringField, ValidationError
from wtforms.validators import Optional
from wtforms.widgets import TextInput

from lms.audit import hooks
from lms.audit.labels import ACTIONS, SUBJECTS, action_label, subject_label
from lms.audit.queries import TrailFilters
from lms.kernel.db import LARGEST_ID
from lms.web.forms import PlainForm, at_most, choices_of

TIME_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
TIME_HINT = _l("For example 2026-11-22 09:14")
MICROSECOND = timedelta(microseconds=1)
LAST = datetime(MAXYEAR, 12, 31, tzinfo=UTC)


class UtcDateTimeField(DateTimeLocalField):
    """A time in UTC, typed as text; a day alone is accepted, and what was typed is shown again."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads the time; raises ValueError for anything else."""
        super().process_formdata([text.strip() for text in valuelist])


class TrailForm(PlainForm):
    """Filters of the trail."""

    since = UtcDateTimeField(_l("From (UTC)"), [Optional()], format=TIME_FORMATS, description=TIME_HINT)
    until = UtcDateTimeField(_l("To (UTC)"), [Optional()], format=TIME_FORMATS, description=TIME_HINT)
    by = SelectField(
        _l("Done by"),
        default="",
        choices=choices_of([("", _l("Anybody")), ("people", _l("Somebody signed in")), ("system", _l("The system"))]),
    )
    who = StringField(
        _l("Name, e-mail or account number"), validators=[at_most(200)], render_kw={"autocomplete": "off"}
    )
    action = SelectField(_l("Action"), default="")
    subject = SelectField(_l("Record type"), default="")
    number = StringField(
        _l("Record number"), validators=[at_most(20)], render_kw={"inputmode": "numeric", "autocomplete": "off"}
    )
    organisation = SelectField(_l("Organisation"), default="")

    def offer(self, organisations: Iterable[tuple[int, str]]) -> None:
        """Fills the choices."""
        acts = sorted(((name, action_label(name)) for name in ACTIONS), key=lambda pair: pair[1])
        subjects = sorted(((name, subject_label(name)) for name in SUBJECTS), key=lambda pair: pair[1])
        places = ((str(number), name) for number, name in organisations)
        self.action.choices = choices_of([("", _l("Anything")), *acts])
        self.subject.choices = choices_of([("", _l("Anything")), *subjects])
        self.organisation.choices = choices_of([("", _l("Any")), *places])

    def validate_number(self, field: Field) -> None:
        """Refuses what cannot be an id."""
        if field.data and parse_number(field.data) is None:
            raise ValidationError(_l("Write only the number, for example 12."))

    def validate_until(self, field: Field) -> None:
        """Refuses an end before the beginning."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_l("The end is before the beginning."))

    def filters(self) -> TrailFilters:
        """Returns the filters."""
        return {
            "since": _utc(self.since.data),
            "until": _end_of_typed_period(self.until),
            "accounts": _accounts(self.who.data or ""),
            "by_system": {"system": True, "people": False}.get(self.by.data or ""),
            "action": self.action.data or None,
            "subject": self.subject.data or None,
            "subject_number": parse_number(self.number.data or ""),
            "organisation": parse_number(self.organisation.data or ""),
        }

    def chosen(self) -> dict[str, str]:
        """Returns the filters as query parameters, for links that keep them."""
        return {name: field.raw_data[0] for name, field in self._fields.items() if field.raw_data and field.raw_data[0]}


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _end_of_typed_period(field: UtcDateTimeField) -> datetime | None:
    """Returns the end of the minute typed, or of the day where no time was."""
    begin: datetime | None = _utc(field.data)
    if begin is None or not field.raw_data:
        return None
    span = timedelta(minutes=1) if ":" in field.raw_data[0] else timedelta(days=1)
    # The calendar ends with the year 9999.
    return begin + span - MICROSECOND if begin.year < MAXYEAR else LAST


def _accounts(text: str) -> list[int] | None:
    text = text.strip()
    if not text:
        return None
    number = parse_number(text)
    return [number] if number is not None else [each for find in hooks.accounts_matching for each in find(text)]


def parse_number(text: str) -> int | None:
    """Returns the number typed, or None for anything that cannot be an id."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 20) or int(text) > LARGEST_ID:
        return None
    return int(text)
