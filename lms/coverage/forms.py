"""The form that asks for coverage."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from lms.compliance.api import CourseTitle
from lms.coverage.rules import Cell
from lms.people.models import DutyStation
from lms.web.formatting import day as written_day
from lms.web.forms import FilterForm, choices_of, offer


class CoverageForm(FilterForm):
    """A month's end, a sector, a station, both or neither, and a course."""

    as_of = SelectField(_l("At the end of"), default="")
    sector = SelectField(_l("Sector"), default="")
    station = SelectField(_l("Station"), default="")
    course = SelectField(_l("Course"), default="")

    def offer(
        self,
        days: Sequence[date],
        sectors: Mapping[str, str],
        stations: Sequence[DutyStation],
        courses: Sequence[CourseTitle],
    ) -> None:
        """Fills the choices by slug; the first day is chosen where the address names none."""
        self.sectors = sectors
        self.stations = {each.id: each for each in stations}
        self.courses = {each.course_id: each for each in courses}
        self.as_of.choices = choices_of((day.isoformat(), written_day(day)) for day in days)
        offer(self.sector, sectors.items(), _l("All sectors"))
        offer(self.station, ((each.slug, each.name) for each in stations), _l("All stations"))
        offer(self.course, ((each.slug, each.title) for each in courses), _l("Every required course"))
        self.as_of.data = self.as_of.data or days[0].isoformat()

    def cell(self) -> Cell:
        """Returns the cell of what is chosen."""
        station = next((number for number, each in self.stations.items() if each.slug == self.station.data), None)
        course = next((number for number, each in self.courses.items() if each.slug == self.course.data), None)
        return Cell(self.sector.data or None, station, course)
