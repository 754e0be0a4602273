"""The forms of the report's addresses: they change nothing, so they carry no token."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, Form, SelectField, StringField, ValidationError
from wtforms.validators import Length

from lms.compliance.calculator.file_format import read_known_as_of
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import CourseTitle
from lms.compliance.source_data.names import FilterChoices
from lms.compliance.status.api import StatusGroup, TrainingStatus
from lms.kernel import clock
from lms.people.api import CONTRACT_LABELS
from lms.people.models import Organisation
from lms.web.forms import PlainForm, choices_of

CHILDREN = (("", _l("Everybody")), ("yes", _l("Works with children")), ("no", _l("Does not work with children")))
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
WRITE_A_DAY = _l("Write a day as year-month-day, such as 2026-11-22.")


class DayField(DateField):
    """A day field with a plain hint."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads the day; raises ValueError with a plain message."""
        typed = [text for text in valuelist if text]
        if not typed:
            self.data = None
            return
        try:
            super().process_formdata(typed)
        except ValueError:
            raise ValueError(WRITE_A_DAY) from None


def check_range(_form: Form, field: Field) -> None:
    """Refuses days that no report is about."""
    if field.data and not EARLIEST <= field.data <= LATEST:
        raise ValidationError(_l("Choose a day from 2000 to 2100."))


class AsOfForm(PlainForm):
    """Chooses another day: changes nothing, so it carries no token."""

    as_of = DayField(_l("On this day"), validators=[check_range])

    def day(self, today: date) -> date:
        """Returns the day, today where none is given."""
        return self.as_of.data or today


class ReportForm(AsOfForm):
    """The filters of a report."""

    organisation = SelectField(_l("Organisation"), default="")
    station = SelectField(_l("Station"), default="")
    course = SelectField(_l("Course"), default="")
    sector = SelectField(_l("Sector"), default="")
    role = SelectField(_l("Role"), default="")
    contract = SelectField(_l("Contract"), default="")
    works_with_children = SelectField(_l("Works with children"), choices=choices_of(CHILDREN), default="")
    known_as_of = StringField(
        _l("Data as of"),
        description=_l("A past day: the report with the data recorded by then."),
        validators=[Length(max=40, message=_l("Write a day such as 2026-11-22."))],
    )
    compare_with = DayField(_l("Compare with"), validators=[check_range])

    def offer(
        self,
        organisations: Iterable[Organisation],
        choices: FilterChoices,
        courses: Iterable[CourseTitle],
        sectors: Iterable[tuple[str, str]],
    ) -> None:
        """Fills the choices."""
        self.organisation.choices = choices_of(
            [("", _l("All of mine")), *((each.slug, each.name) for each in organisations)]
        )
        self.station.choices = choices_of(
            [("", _l("All stations")), *((slug, name) for _id, slug, name in choices.stations)]
        )
        self.course.choices = choices_of(
            [("", _l("Every required course")), *((each.slug, each.title) for each in courses)]
        )
        self.sector.choices = choices_of([("", _l("All sectors")), *sectors])
        self.role.choices = choices_of([("", _l("All roles")), *((word, word) for word in choices.roles)])
        self.contract.choices = choices_of(
            [("", _l("All contracts")), *((word, CONTRACT_LABELS.get(word, word)) for word in choices.contracts)]
        )

    def validate_known_as_of(self, field: Field) -> None:
        """Refuses what is no moment, and moments that have not come yet."""
        try:
            self.moment = read_known_as_of(field.data.strip()) if field.data else None
        except ValueError:
            raise ValidationError(
                _l("Write a day such as 2026-11-22, or a moment such as 2026-11-22T09:14:00Z.")
            ) from None
        if self.moment is not None and self.moment.date() > clock.now().date():
            raise ValidationError(_l("Choose a day that is not in the future."))

    moment: datetime | None = None
    today: date = EARLIEST

    def lapse_day(self) -> date | None:
        """Returns the day before which those who are listed will have lapsed; a report lists nobody."""
        return None

    def filters(self, choices: FilterChoices, courses: Iterable[CourseTitle]) -> Filters:
        """Returns the filters chosen, by row number where the address has a slug."""
        stations = {slug: number for number, slug, _name in choices.stations}
        numbers = {each.slug: each.course_id for each in courses}
        return Filters(
            station=stations.get(self.station.data or ""),
            course=numbers.get(self.course.data or ""),
            role=self.role.data or None,
            contract=self.contract.data or None,
            works_with_children={"yes": True, "no": False}.get(self.works_with_children.data or ""),
            sector=self.sector.data or None,
        )

    def chosen(self) -> dict[str, str]:
        """Returns the address's parameters, for links that keep them; an unusable day as it was typed."""
        typed = {
            name: (field.raw_data or [""])[0] if isinstance(field, DayField) else field.data
            for name, field in self._fields.items()
        }
        return {name: value for name, value in typed.items() if value}


class PeopleForm(ReportForm):
    """Which people of a report are listed."""

    status = SelectField(
        _l("Status"),
        default="",
        choices=choices_of(
            [
                ("", _l("Any status")),
                ("late", _l("Overdue, expired or revoked")),
                ("in_time", _l("Not yet due")),
                ("compliant", _l("Compliant")),
                ("overdue", _l("Overdue")),
                ("expired", _l("Expired")),
                ("revoked", _l("Revoked")),
                ("grace", _l("In grace")),
                ("not_started", _l("Not started")),
                ("in_progress", _l("In progress")),
                ("expiring", _l("Due for renewal")),
                ("valid", _l("Valid")),
                ("exempt", _l("Exempt")),
            ]
        ),
    )

    lapses_before = DayField(
        _l("Lapses before"), description=_l("Compliant now, but no longer by then."), validators=[check_range]
    )

    def validate_lapses_before(self, field: Field) -> None:
        """Rejects a day that is not after the day of the report."""
        if field.data and field.data <= (self.as_of.data or self.today):
            raise ValidationError(_l("Choose a day after the day of the report."))

    def lapse_day(self) -> date | None:
        """Returns the day before which those who are listed will have lapsed."""
        day: date | None = self.lapses_before.data
        return day

    def statuses(self) -> frozenset[TrainingStatus] | None:
        """Returns the statuses chosen, one or a whole group; None for all."""
        word = self.status.data
        if not word:
            return None
        return frozenset(each for each in TrainingStatus if word == each or (each.group and each.group is _group(word)))


def _group(word: str) -> StatusGroup | None:
    return next((group for group in StatusGroup if group == word), None)
