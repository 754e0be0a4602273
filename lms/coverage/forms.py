"""The form that asks for coverage: an address, not a change, so it carries no token."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from lms.web.formatting import day as written_day
from lms.web.forms import PlainForm, choices_of

Names = Mapping[str, str]


class CoverageForm(PlainForm):
    """A month's end, a sector, a station, both or neither, and a course."""

    as_of = SelectField(_l("At the end of"), default="")
    sector = SelectField(_l("Sector"), default="")
    station = SelectField(_l("Station"), default="")
    course = SelectField(_l("Course"), default="")

    def offer(self, days: Sequence[date], sectors: Names, stations: Names, courses: Names) -> None:
        """Fills the choices with names by slug; the first day is chosen where the address names none."""
        self.as_of.choices = choices_of((day.isoformat(), written_day(day)) for day in days)
        self.sector.choices = choices_of([("", _l("All sectors")), *sectors.items()])
        self.station.choices = choices_of([("", _l("All stations")), *stations.items()])
        self.course.choices = choices_of([("", _l("Every required course")), *courses.items()])
        self.as_of.data = self.as_of.data or days[0].isoformat()

    def chosen(self) -> dict[str, str]:
        """Returns the address's words again."""
        return {name: value for name, value in self.data.items() if value}
