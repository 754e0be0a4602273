"""The forms of reminders."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField, StringField, SubmitField

from lms.kernel.text import normalise
from lms.people.models import DutyStation, Organisation, Sector
from lms.reminders.list_queries import LogWanted
from lms.web.forms import BaseForm, choices_of, reason_field, text_field

KINDS = (
    ("", _l("Everything")),
    ("in_30", _l("Due within 30 days")),
    ("in_14", _l("Due within 14 days")),
    ("in_1", _l("Due today or tomorrow")),
    ("after", _l("Newly late")),
    ("weekly", _l("Late for longer")),
    ("hr_week", _l("Week's figures, HR")),
    ("sector_week", _l("Week's figures, sector")),
)
STATES = (
    ("", _l("Every state")),
    ("sent", _l("Sent")),
    ("waiting", _l("Waiting")),
    ("failed", _l("Failed")),
)


class LogForm(Form):
    """What to look for among what was sent: an address, not a change, so it carries no token."""

    q = StringField(_l("Name or staff number"), filters=[normalise])
    kind = SelectField(_l("What"), choices=choices_of(KINDS), validate_choice=False)
    state = SelectField(_l("State"), choices=choices_of(STATES), validate_choice=False)

    def wanted(self) -> LogWanted:
        """Returns what is looked for; unknown words of an address look for nothing."""
        return LogWanted(
            text=(self.q.data or "")[:200], kind=normalise(self.kind.data), state=normalise(self.state.data)
        )

    def chosen(self) -> dict[str, str]:
        """Returns the address's words again, for the links to other pages of the list."""
        return {name: value for name, value in self.data.items() if value}


class PaperForm(Form):
    """Whose list to print: an address, not a change."""

    station = SelectField(_l("Duty station"), validate_choice=False)

    def offer(self, stations: Iterable[DutyStation]) -> None:
        """Fills the choices."""
        self.station.choices = choices_of(
            [("", _l("All stations")), *((each.slug, each.name) for each in stations)]
        )


class LeadForm(BaseForm):
    """Choosing who gets the weekly figures of a sector."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    sector = SelectField(_l("Sector"))
    who = text_field(
        _l("E-mail or staff number"),
        254,
        required=_l("Write the e-mail or the staff number of the person."),
        description=_l("Somebody of your organisation who can sign in here."),
    )
    reason = reason_field()
    submit = SubmitField(_l("Send them the figures"))

    def offer(self, organisations: Iterable[Organisation], sectors: Iterable[Sector], language: str) -> None:
        """Fills the choices; the only organisation needs no choice."""
        known = [(each.id, each.name) for each in organisations]
        self.organisation.choices = choices_of(known)
        if len(known) == 1 and self.organisation.data is None:
            self.organisation.data = known[0][0]
        self.sector.choices = choices_of([(each.slug, each.name(language)) for each in sectors])


class WithdrawLeadForm(BaseForm):
    """Ending it that somebody gets a sector's figures."""

    reason = reason_field()
    submit = SubmitField(_l("Stop sending them the figures"))
