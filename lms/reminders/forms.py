"""The forms of reminders."""

from collections.abc import Iterable

from wtforms import SelectField, StringField

from lms.kernel.i18n import lazy_gettext as _l
from lms.kernel.text import normalise
from lms.people.models import DutyStation, Organisation, Sector
from lms.reminders.labels import KIND_LABELS, STATE_LABELS
from lms.web.forms import BaseForm, FilterForm, choices_of, offer, reason_field, text_field


class LogForm(FilterForm):
    """What to look for among what was sent."""

    q = StringField(_l("Name or staff number"), filters=[normalise])
    kind = SelectField(
        _l("Type"),
        choices=choices_of([("", _l("Everything")), *KIND_LABELS.items()]),
        validate_choice=False,
        filters=[normalise],
    )
    state = SelectField(
        _l("Status"),
        choices=choices_of([("", _l("All")), *STATE_LABELS.items()]),
        validate_choice=False,
        filters=[normalise],
    )


class PrintListForm(FilterForm):
    """The station whose list to print."""

    station = SelectField(_l("Duty station"), validate_choice=False)

    def offer(self, stations: Iterable[DutyStation]) -> None:
        """Fills the choices."""
        offer(self.station, ((each.slug, each.name) for each in stations), _l("All stations"))


class FocalPointForm(BaseForm):
    """Adds a focal point, who gets the weekly figures of a sector."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    sector = SelectField(_l("Sector"))
    who = text_field(
        _l("E-mail or staff number"),
        254,
        required=_l("Type the e-mail address or the staff number of the person."),
        description=_l("Somebody in your organisation with an account."),
    )
    reason = reason_field()

    def offer(self, organisations: Iterable[Organisation], sectors: Iterable[Sector], language: str) -> None:
        """Fills the choices; the only organisation needs no choice."""
        known = [(each.id, each.name) for each in organisations]
        self.organisation.choices = choices_of(known)
        if len(known) == 1 and self.organisation.data is None:
            self.organisation.data = known[0][0]
        self.sector.choices = choices_of([(each.slug, each.name(language)) for each in sectors])
