"""The forms of in-person sessions and recognised prior training."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    Field,
    Form,
    HiddenField,
    SelectField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length, Optional

from lms.catalogue.api import PublishedCourse
from lms.certification.training.operations import LONGEST_CHECKER
from lms.certification.training.parser import LONGEST_EVIDENCE, Line, read_attendance, read_trainings
from lms.people.models import DutyStation, Organisation, Sector
from lms.web.forms import BaseForm, choices_of, day_field, reason_field, text_field

MOST_LETTERS = 200_000
"""More than 500 lines ever need; a longer text is refused before it is read."""

_NO_DOCUMENT = _l("A reference, such as a file number. No document, no case, nothing about a real child.")


def _list_field(label: Any, description: Any, rows: int) -> Any:
    return TextAreaField(
        label,
        description=description,
        validators=[
            Length(max=MOST_LETTERS, message=_l("This is too long. Take it in several parts.")),
        ],
        render_kw={"rows": rows, "spellcheck": "false", "autocomplete": "off", "dir": "auto"},
    )


class TrainingForm(BaseForm):
    """What sessions and prior training have in common: for which organisation, course and sector."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    course = SelectField(_l("Course"), coerce=int)
    sector = SelectField(
        _l("Sector"),
        description=_l("Only for courses that are awarded sector by sector, such as the sector briefs."),
    )
    only_organisation: int | None = None
    by_sector: frozenset[int] = frozenset()

    def offer(
        self,
        organisations: Iterable[Organisation],
        courses: Sequence[PublishedCourse],
        sectors: Iterable[Sector],
        language: str,
    ) -> None:
        """Fills the choices; the only organisation needs no choosing."""
        names = [(each.id, each.name) for each in organisations]
        self.organisation.choices = choices_of(names)
        self.course.choices = choices_of([(each.course_id, each.title) for each in courses])
        self.sector.choices = choices_of(
            [("", _l("Not by sector")), *((each.slug, each.name(language)) for each in sectors)]
        )
        self.by_sector = frozenset(each.course_id for each in courses if each.per_sector)
        self.only_organisation = names[0][0] if len(names) == 1 else None
        if self.only_organisation is not None:
            self.organisation.data = self.only_organisation

    def validate_sector(self, field: Field) -> None:
        """Asks for the sector of a course that has one certificate for each."""
        if self.course.data in self.by_sector and not field.data:
            raise ValidationError(_l("This course is awarded sector by sector: choose which one."))

    def typed(self) -> list[tuple[str, str]]:
        """Returns what was typed, for the form that confirms it: names and values of plain fields."""
        left_out = ("csrf_token", "file", "seal")
        return [
            (field.name, _as_sent(field.data))
            for field in self
            if field.name not in left_out and field.data is not None and field.data is not False
        ]


def _as_sent(value: object) -> str:
    if value is True:
        return "y"
    return value.isoformat() if isinstance(value, date) else str(value)


class SessionForm(TrainingForm):
    """Recording a session that was held in person."""

    held_on = day_field(_l("Day it was held"), required=_l("Choose the day."))
    station = SelectField(_l("Place"), coerce=int)
    checked_by = text_field(
        _l("Checked by"),
        LONGEST_CHECKER,
        required=_l("Write who checked who was there."),
        description=_l("The facilitator who vouches for the attendance."),
    )
    evidence = text_field(
        _l("Where the signed list lies"),
        LONGEST_EVIDENCE,
        required=_l("Write where the attendance list can be found."),
        description=_NO_DOCUMENT,
    )
    lines = _list_field(
        _l("Who attended"),
        _l("Staff numbers, one on each line, at most 500. You can paste a column of a spreadsheet."),
        10,
    )
    renew = BooleanField(
        _l("Also for people whose certificate was still valid on that day"),
        default=True,
        description=_l("Their certificate is renewed by the usual rules: nobody loses a day."),
    )
    token = HiddenField(validators=[Length(max=40)])
    seal = HiddenField()

    def offer_stations(self, stations: Iterable[DutyStation]) -> None:
        """Fills the places."""
        self.station.choices = choices_of([(each.id, f"{each.name}, {each.country}") for each in stations])

    def validate_lines(self, field: Field) -> None:
        """Asks for at least one staff number."""
        if not (field.data or "").strip():
            raise ValidationError(_l("Write at least one staff number."))

    def attendance(self) -> list[Line]:
        """Returns the lines that were typed."""
        return read_attendance(self.lines.data or "", self.held_on.data, self.evidence.data)


class OneTrainingForm(TrainingForm):
    """Recognising what one person learned before or elsewhere."""

    staff_number = text_field(_l("Staff number"), 40, required=_l("Write the staff number."))
    earned_on = day_field(
        _l("Day it was earned"),
        required=_l("Choose the day."),
        description=_l("The day on the earlier certificate. The new one counts from that day."),
    )
    evidence = text_field(
        _l("Where the proof lies"),
        LONGEST_EVIDENCE,
        required=_l("Write where the earlier certificate can be found."),
        description=_NO_DOCUMENT,
    )
    checked_by = text_field(
        _l("Checked by"),
        LONGEST_CHECKER,
        required=_l("Write who checked it."),
        description=_l("Who has seen the earlier certificate and found that it covers this course."),
    )
    renew = BooleanField(_l("Also if a certificate of this course was valid on that day"))

    def training(self) -> list[Line]:
        """Returns what was typed as a list of one line."""
        return [Line(1, self.staff_number.data, self.earned_on.data, self.evidence.data)]


class TrainingsForm(TrainingForm):
    """Recognising what many people learned before or elsewhere."""

    checked_by = text_field(
        _l("Checked by"),
        LONGEST_CHECKER,
        required=_l("Write who checked it."),
        description=_l("Who has seen the earlier certificates and found that they cover this course."),
    )
    lines = _list_field(
        _l("The list"),
        _l(
            "On each line: staff number, day earned, where the proof lies. Such as: W-17, 2026-03-31, file HR-204. "
            "At most 500 lines. No document, no case, nothing about a real child."
        ),
        10,
    )
    file = FileField(
        _l("Or a CSV file with these three columns"),
        description=_l("As a spreadsheet saves it as “CSV UTF-8”. It is read instead of the list above."),
        validators=[Optional()],
        render_kw={"accept": ".csv,.txt,text/csv,text/plain"},
    )
    renew = BooleanField(_l("Also for people whose certificate of this course was valid on that day"))
    seal = HiddenField()

    def trainings(self) -> list[Line]:
        """Returns the lines that were typed; raises `lines.Unreadable`."""
        return read_trainings(self.lines.data or "")


class WithdrawSessionForm(BaseForm):
    """Withdrawing a session that was recorded by mistake."""

    reason = reason_field()


class SessionsFilter(Form):
    """Which sessions a list shows: an address, not a change, so it carries no token."""

    course = SelectField(_l("Course"), validate_choice=False)
    _known: frozenset[str] = frozenset()

    def offer(self, courses: Sequence[tuple[int, str]]) -> None:
        """Fills the choices."""
        self._known = frozenset(str(number) for number, _title in courses)
        self.course.choices = choices_of(
            [("", _l("All courses")), *((str(number), title) for number, title in courses)]
        )

    def course_id(self) -> int | None:
        """Returns the course looked for; what is no number of a course looks for all."""
        return int(self.course.data) if self.course.data in self._known else None

    def chosen(self) -> dict[str, str]:
        """Returns the address's words again, for the links to other pages of the list."""
        return {"course": self.course.data} if self.course_id() is not None else {}
