"""The search form of the directory."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from lms.kernel.text import normalise
from lms.people.directory.queries import DirectoryFilter
from lms.people.models import DutyStation, Sector
from lms.web.forms import PlainForm, choices_of

STATE_LABELS = (
    ("", _l("Everyone")),
    ("now", _l("Working now")),
    ("future", _l("Starting later")),
    ("left", _l("Left")),
)


class DirectoryForm(PlainForm):
    """The filters of the directory, sent with GET and so without a token."""

    q = StringField(_l("Name, staff number or e-mail"), filters=[normalise])
    station = SelectField(_l("Duty station"), validate_choice=False)
    sector = SelectField(_l("Main sector"), validate_choice=False)
    state = SelectField(_l("When"), choices=choices_of(STATE_LABELS), validate_choice=False)

    def offer(self, stations: Iterable[DutyStation], sectors: Iterable[Sector], language: str) -> None:
        """Fills the choices."""
        self.station.choices = choices_of([("", _l("All stations")), *((each.slug, each.name) for each in stations)])
        self.sector.choices = choices_of(
            [("", _l("All sectors")), *((each.slug, each.name(language)) for each in sectors)]
        )

    def filter(self) -> DirectoryFilter:
        """Returns the filter; unknown values find nobody."""
        return DirectoryFilter(
            text=(self.q.data or "")[:200],
            station=normalise(self.station.data),
            sector=normalise(self.sector.data),
            state=normalise(self.state.data),
        )

    def chosen(self) -> dict[str, str]:
        """Returns the query parameters in use, for links to other pages of the list."""
        return {name: value for name, value in self.data.items() if value}
