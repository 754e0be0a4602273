"""The forms of in-person sessions and recognised prior training."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, Field, HiddenField, SelectField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from lms.catalogue.api import PublishedCourse
from lms.certification.errors import SectorMissing
from lms.certification.training.operations import LONGEST_CHECKER
from lms.certification.training.parser import LONGEST_EVIDENCE, TrainingLine, read_attendance, read_trainings
from lms.kernel.i18n import lazy_gettext as _l
from lms.people.models import Organisation, Sector
from lms.web.forms import BaseForm, PlainForm, choices_of, day_field, offer, text_field

MOST_CHARACTERS = 200_000
"""More than 500 lines need; a longer text is refused before it is parsed."""

_NO_DOCUMENT = _l("A reference, such as a file number. No documents, no cases, nothing about a real child.")


def list_field(label: Any, description: Any) -> Any:
    """Returns the field of a pasted list."""
    return TextAreaField(
        label,
        description=description,
        validators=[Length(max=MOST_CHARACTERS, message=_l("This list is too long. Split it into several lists."))],
        render_kw={"rows": 10, "spellcheck": "false", "autocomplete": "off", "dir": "auto"},
    )


class TrainingForm(BaseForm):
    """The fields that sessions and prior training share: organisation, course and sector."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    course = SelectField(_l("Course"), coerce=int)
    sector = SelectField(
        _l("Sector"), description=_l("Only for courses that are awarded by sector, such as the sector briefs.")
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
        """Fills the choices; a single organisation is chosen already."""
        names = [(each.id, each.name) for each in organisations]
        offer(self.organisation, names)
        self.only_organisation = names[0][0] if len(names) == 1 else None
        self.course.choices = choices_of((each.course_id, each.title) for each in courses)
        by_slug = ((each.slug, each.name(language)) for each in sectors)
        self.sector.choices = choices_of([("", _l("Not by sector")), *by_slug])
        self.by_sector = frozenset(each.course_id for each in courses if each.per_sector)

    def training_lines(self) -> list[TrainingLine]:
        """Returns the lines that were typed; raises `parser.UnreadableList`."""
        raise NotImplementedError

    def validate_sector(self, field: Field) -> None:
        """Requires the sector of a course that is awarded by sector."""
        if self.course.data in self.by_sector and not field.data:
            raise ValidationError(SectorMissing.default)

    def typed(self) -> list[tuple[str, str]]:
        """Returns what was typed, for the form that confirms it: names and values of fields."""
        left_out = ("csrf_token", "file", "checksum")
        return [
            (field.name, "y" if field.data is True else str(field.data))
            for field in self
            if field.name not in left_out and field.data is not None and field.data is not False
        ]


class DatedTrainingForm(TrainingForm):
    """The fields that a session and its attendance sheet share besides: the day, the place, and the form's token."""

    held_on = day_field(_l("Date of the session"), required=_l("Choose a date."))
    station = SelectField(_l("Place"), coerce=int)
    token = HiddenField(validators=[Length(max=40)])


class SessionForm(DatedTrainingForm):
    """Records a session that was held in person."""

    checked_by = text_field(
        _l("Checked by"),
        LONGEST_CHECKER,
        required=_l("Write who checked the attendance."),
        description=_l("The facilitator who confirms the attendance."),
    )
    evidence = text_field(
        _l("Where the signed list is kept"),
        LONGEST_EVIDENCE,
        required=_l("Write where the attendance list is kept."),
        description=_NO_DOCUMENT,
    )
    lines = list_field(
        _l("Who attended"), _l("Staff numbers, one per line, at most 500. You can paste a column from a spreadsheet.")
    )
    renew = BooleanField(
        _l("Also renew certificates that were still valid on that day"),
        default=True,
        description=_l("They are renewed by the usual rules: nobody loses a day."),
    )
    checksum = HiddenField()

    def validate_lines(self, field: Field) -> None:
        """Requires at least one staff number."""
        if not (field.data or "").strip():
            raise ValidationError(_l("Write at least one staff number."))

    def training_lines(self) -> list[TrainingLine]:
        """Returns everybody whose staff number was typed."""
        return read_attendance(self.lines.data or "", self.held_on.data, self.evidence.data)


class OneTrainingForm(TrainingForm):
    """Recognises one person's prior training."""

    staff_number = text_field(_l("Staff number"), 40, required=_l("Write the staff number."))
    earned_on = day_field(
        _l("Date earned"),
        required=_l("Choose a date."),
        description=_l("The date on the earlier certificate. The new one counts from that day."),
    )
    evidence = text_field(
        _l("Where the evidence is kept"),
        LONGEST_EVIDENCE,
        required=_l("Write where the earlier certificate is kept."),
        description=_NO_DOCUMENT,
    )
    checked_by = text_field(
        _l("Checked by"),
        LONGEST_CHECKER,
        required=_l("Write who checked it."),
        description=_l("Who has seen the earlier certificate and confirms that it covers this course."),
    )
    renew = BooleanField(_l("Also renew if a certificate of this course was valid on that day"))

    def training_lines(self) -> list[TrainingLine]:
        """Returns what was typed as a list of one line."""
        return [TrainingLine(1, self.staff_number.data, self.earned_on.data, self.evidence.data)]


class TrainingsForm(TrainingForm):
    """Recognises a list of people's prior training."""

    checked_by = text_field(
        _l("Checked by"),
        LONGEST_CHECKER,
        required=_l("Write who checked it."),
        description=_l("Who has seen the earlier certificates and confirms that they cover this course."),
    )
    lines = list_field(
        _l("The list"),
        _l(
            "On each line: staff number, date earned, where the evidence is kept. Example: W-17, 2026-03-31, file "
            "HR-204. Or a table of people and courses: staff numbers first, and a column with the name of this course. "
            "At most 500 lines. No documents, no cases, nothing about a real child."
        ),
    )
    evidence = text_field(
        _l("Where the evidence is kept"),
        LONGEST_EVIDENCE,
        description=_l("For lines that do not say so themselves, and for tables of people and courses."),
    )
    file = FileField(
        _l("Or a CSV file of the same form"),
        description=_l("Save it from your spreadsheet as “CSV UTF-8”. It replaces the list above."),
        validators=[Optional()],
        render_kw={"accept": ".csv,.txt,text/csv,text/plain"},
    )
    renew = BooleanField(_l("Also renew certificates of this course that were valid on that day"))
    checksum = HiddenField()

    def training_lines(self) -> list[TrainingLine]:
        """Returns the lines that were typed; raises `parser.UnreadableList`."""
        course = next(str(label) for value, label, *_more in self.course.iter_choices() if value == self.course.data)
        return read_trainings(self.lines.data or "", course, self.evidence.data or "")


class SessionsFilter(PlainForm):
    """The filter of the list of sessions: part of the address, so it needs no token."""

    course = SelectField(_l("Course"), validate_choice=False)
    course_id: int | None = None

    def offer(self, courses: Sequence[tuple[int, str]]) -> None:
        """Fills the choices; `course_id` is the chosen one, None for all courses or an unknown one."""
        self.course.choices = choices_of([("", _l("All courses")), *courses])
        self.course_id = next((number for number, _title in courses if str(number) == self.course.data), None)

    def chosen(self) -> dict[str, int]:
        """Returns the parameters of the address, for the links to other pages of the list."""
        return {"course": self.course_id} if self.course_id is not None else {}
