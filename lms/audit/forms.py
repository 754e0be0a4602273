"""What the trail is asked for: an address, not a change, so it carries no token."""

from collections.abc import Iterable
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, Field, Form, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Length
from wtforms.widgets import TextInput

from lms.audit import hooks
from lms.audit.queries import Place, Wanted
from lms.audit.rules import written
from lms.audit.words import ACTIONS, SUBJECTS, act_word, subject_word
from lms.kernel.db import LARGEST_ID

SHAPES = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
WRITE_A_MOMENT = _l("Write a moment as year-month-day hours:minutes, such as 2026-11-22 09:14.")
HOW = _l("Such as 2026-11-22 09:14")
TICK = timedelta(microseconds=1)
LAST = datetime(MAXYEAR, 12, 31, tzinfo=UTC)


class MomentField(DateTimeLocalField):
    """A moment in UTC, typed as text: a day alone will do, and what was typed is never lost."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads the moment; raises ValueError in our words."""
        typed = [text.strip() for text in valuelist if text.strip()]
        if not typed:
            self.data = None
            return
        try:
            super().process_formdata(typed)
        except ValueError:
            raise ValueError(WRITE_A_MOMENT) from None


def choices_of(pairs: Iterable[tuple[str, Any]]) -> list[Any]:
    """Returns choices of a select field from pairs of value and words."""
    return [SelectChoice(*pair) for pair in pairs]


def too_long(most: int) -> Length:
    """Returns the check that a text is not too long to be looked for."""
    return Length(max=most, message=_l("This is too long: at most %(most)s characters fit.", most=most))


class TrailForm(Form):
    """Which entries are looked for."""

    since = MomentField(_l("From (UTC)"), format=SHAPES, description=HOW)
    until = MomentField(_l("To (UTC)"), format=SHAPES, description=HOW)
    by = SelectField(
        _l("Done by"),
        default="",
        choices=choices_of(
            [("", _l("Anybody")), ("people", _l("Somebody signed in")), ("house", _l("The house itself"))]
        ),
    )
    who = StringField(
        _l("Name, e-mail or account number"), validators=[too_long(200)], render_kw={"autocomplete": "off"}
    )
    action = SelectField(_l("What was done"), default="")
    subject = SelectField(_l("To what"), default="")
    number = StringField(
        _l("Its number"), validators=[too_long(20)], render_kw={"inputmode": "numeric", "autocomplete": "off"}
    )
    organisation = SelectField(_l("Organisation"), default="")

    def offer(self, organisations: Iterable[tuple[int, str]]) -> None:
        """Fills the choices."""
        acts = sorted(((name, act_word(name)) for name in ACTIONS), key=lambda pair: pair[1])
        subjects = sorted(((name, subject_word(name)) for name in SUBJECTS), key=lambda pair: pair[1])
        places = ((str(number), name) for number, name in organisations)
        self.action.choices = choices_of([("", _l("Anything")), *acts])
        self.subject.choices = choices_of([("", _l("Anything")), *subjects])
        self.organisation.choices = choices_of([("", _l("Any")), *places])

    def validate_number(self, field: Field) -> None:
        """Refuses what is no number of a row."""
        if field.data and _number(field.data) is None:
            raise ValidationError(_l("Write the number alone, such as 12."))

    def validate_until(self, field: Field) -> None:
        """Refuses an end before the beginning."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_l("The end is before the beginning."))

    def wanted(self) -> Wanted:
        """Returns what the form asks for."""
        return Wanted(
            since=_utc(self.since.data),
            until=_end_of_what_was_typed(self.until),
            accounts=_accounts(self.who.data or ""),
            by_house={"house": True, "people": False}.get(self.by.data or ""),
            action=self.action.data or "",
            subject=self.subject.data or "",
            subject_number=_number(self.number.data or ""),
            organisation=_number(self.organisation.data or ""),
        )

    def chosen(self) -> dict[str, str]:
        """Returns the address's words again, for links that keep them."""
        return {
            name: field.raw_data[0]
            for name, field in self._fields.items()
            if field.raw_data and field.raw_data[0]
        }


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _end_of_what_was_typed(field: MomentField) -> datetime | None:
    """Returns the last moment of the minute typed, or of the day where no hour was."""
    begin: datetime | None = _utc(field.data)
    if begin is None or not field.raw_data:
        return None
    span = timedelta(minutes=1) if ":" in field.raw_data[0] else timedelta(days=1)
    # The calendar ends with the year 9999.
    return begin + span - TICK if begin.year < MAXYEAR else LAST


def _accounts(text: str) -> list[int] | None:
    text = text.strip()
    if not text:
        return None
    number = _number(text)
    return [number] if number is not None else hooks.find_accounts(text)


def _number(text: str) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 20) or int(text) > LARGEST_ID:
        return None
    return int(text)


def written_place(place: Place) -> str:
    """Writes where a list goes on, for an address."""
    return f"{written(place.at)}-{place.number}"


def read_place(text: str) -> Place | None:
    """Reads where a list goes on; anything else is the beginning."""
    moment, _dash, number = text.rpartition("-")
    try:
        at = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    found = _number(number)
    return Place(at, found) if found is not None else None
