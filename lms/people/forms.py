"""The forms of people."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, SelectField, SelectMultipleField, StringField, SubmitField
from wtforms.validators import Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from lms.kernel.text import normalise
from lms.people.directory.queries import Wanted
from lms.people.models import DutyStation, Organisation, Placement, Sector
from lms.people.operations import Newcomer, Work
from lms.people.rules import SLUG
from lms.web.forms import (
    BaseForm,
    check_email,
    check_time_zone,
    choices_of,
    day_field,
    offer,
    reason_field,
    text_field,
)

CONTRACTS = (
    ("staff", _l("Staff")),
    ("volunteer", _l("Volunteer or incentive worker")),
    ("daily", _l("Daily worker")),
    ("consultant", _l("Consultant")),
    ("partner", _l("Staff of a partner or contractor")),
    ("intern", _l("Intern")),
)
STATES = (
    ("", _l("Everybody")),
    ("now", _l("Working now")),
    ("future", _l("Starting later")),
    ("left", _l("Left")),
)


class DirectoryForm(Form):
    """What to look for in the directory: an address, not a change, so it carries no token."""

    q = StringField(_l("Name, staff number or e-mail"), filters=[normalise])
    station = SelectField(_l("Duty station"), validate_choice=False)
    sector = SelectField(_l("Main sector"), validate_choice=False)
    state = SelectField(_l("When"), choices=choices_of(STATES), validate_choice=False)

    def offer(self, stations: Iterable[DutyStation], sectors: Iterable[Sector], language: str) -> None:
        """Fills the choices."""
        self.station.choices = choices_of(
            [("", _l("All stations")), *((each.slug, each.name) for each in stations)]
        )
        self.sector.choices = choices_of(
            [("", _l("All sectors")), *((each.slug, each.name(language)) for each in sectors)]
        )

    def wanted(self) -> Wanted:
        """Returns what is looked for; unknown words of an address look for nothing."""
        return Wanted(
            text=(self.q.data or "")[:200],
            station=normalise(self.station.data),
            sector=normalise(self.sector.data),
            state=normalise(self.state.data),
        )

    def chosen(self) -> dict[str, str]:
        """Returns the address's words again, for the links to other pages of the list."""
        return {name: value for name, value in self.data.items() if value}


class WorkForm(BaseForm):
    """Where somebody works and as what."""

    station = SelectField(_l("Duty station"), coerce=int)
    sector = SelectField(_l("Main sector"), description=_l("Where this person counts in the report."))
    also_sectors = SelectMultipleField(
        _l("Also works in"),
        description=_l("The requirements of these sectors apply too."),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validators=[Optional()],
    )
    role = text_field(
        _l("Role"),
        60,
        required=_l("Write what this person does."),
        description=_l("One word or two, such as driver."),
    )
    contract = SelectField(_l("Contract"), choices=choices_of(CONTRACTS))
    works_with_children = BooleanField(_l("This work brings regular contact with children"))

    def offer(self, stations: Iterable[DutyStation], sectors: Iterable[Sector], language: str) -> None:
        """Fills the choices."""
        names = [(sector.slug, sector.name(language)) for sector in sectors]
        self.station.choices = choices_of(
            [(station.id, f"{station.name}, {station.country}") for station in stations]
        )
        self.sector.choices = choices_of(names)
        self.also_sectors.choices = choices_of(names)

    def begin_with(self, placement: Placement) -> None:
        """Shows the words of a placement as a start; what was typed stays."""
        if self.is_submitted():
            return
        for name in ("sector", "also_sectors", "role", "contract", "works_with_children"):
            self[name].data = getattr(placement, name)
        self.station.data = placement.station_id

    def work(self) -> Work:
        """Returns what was typed; the main sector is not repeated among the others."""
        return Work(
            station_id=self.station.data,
            sector=self.sector.data,
            role=self.role.data.lower(),
            contract=self.contract.data,
            works_with_children=self.works_with_children.data,
            also_sectors=[slug for slug in self.also_sectors.data or [] if slug != self.sector.data],
        )


class NewPersonForm(WorkForm):
    """Adding somebody to an organisation."""

    name = text_field(
        _l("Name"),
        200,
        required=_l("Write the name."),
        description=_l("As the person writes it: certificates print it like this."),
    )
    staff_number = text_field(_l("Staff number"), 40, required=_l("Write the staff number."))
    email = text_field(
        _l("E-mail"),
        254,
        description=_l("Leave it empty where there is none: you can print a code for the first sign-in."),
        render_kw={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"},
    )
    organisation = SelectField(_l("Organisation"), coerce=int)
    from_on = day_field(_l("First day"), required=_l("Choose the first day."))
    through_on = day_field(_l("Last day"), description=_l("Leave it empty while it is open."))
    submit = SubmitField(_l("Add this person"))

    validate_email = staticmethod(check_email)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page asks who before it asks what; the summary of errors follows the order of the fields.
        who = ("organisation", "name", "staff_number", "email")
        fields = getattr(self, "_fields")  # noqa: B009 - WTForms has no public name for it
        self._fields = {name: fields[name] for name in (*who, *fields)}

    def choose_organisation(self, organisations: Iterable[Organisation]) -> None:
        """Offers the organisations that the actor adds people to; the only one needs no choice."""
        offer(self.organisation, ((each.id, each.name) for each in organisations))

    def newcomer(self) -> Newcomer:
        """Returns what was typed."""
        return Newcomer(
            name=self.name.data,
            staff_number=self.staff_number.data,
            email=self.email.data or None,
            work=self.work(),
            from_on=self.from_on.data,
            through_on=self.through_on.data,
        )


class NewPlacementForm(WorkForm):
    """Placing somebody again, after a gap or with a date to come."""

    from_on = day_field(_l("First day"), required=_l("Choose the first day."))
    through_on = day_field(_l("Last day"), description=_l("Leave it empty while it is open."))
    reason = reason_field()
    submit = SubmitField(_l("Record the placement"))


class MoveForm(WorkForm):
    """Other work from a day on."""

    from_on = day_field(_l("First day of the new work"), required=_l("Choose the first day of the new work."))
    reason = reason_field()
    submit = SubmitField(_l("Move from this day on"))


class EndForm(BaseForm):
    """The last day of a placement."""

    through_on = day_field(
        _l("Last day"), required=_l("Choose the last day."), description=_l("The last day that is worked.")
    )
    reason = reason_field()
    submit = SubmitField(_l("Save the last day"))


class WithdrawForm(BaseForm):
    """Withdrawing a placement that should not have been recorded."""

    reason = reason_field()
    submit = SubmitField(_l("Withdraw this placement"))


SHORT_NAME = Regexp(
    f"^{SLUG}$", message=_l("Use small letters a to z, figures and hyphens, such as north-river.")
)


class OrganisationForm(BaseForm):
    """An organisation's names and what it agreed to."""

    name = text_field(
        _l("Name"), 120, required=_l("Write the name."), description=_l("As certificates print it.")
    )
    initials = text_field(
        _l("Initials"), 6, required=_l("Write two or three letters."), description=_l("Two or three letters.")
    )
    time_zone = text_field(
        _l("Time zone"),
        60,
        required=_l("Write the time zone."),
        default="UTC",
        description=_l("Such as Africa/Nairobi."),
    )
    shares_coverage = BooleanField(
        _l("Coordinators may see its counts"),
        description=_l(
            "Counts only, never names; small numbers are hidden. Tick it when the organisation has agreed."
        ),
    )
    validate_time_zone = staticmethod(check_time_zone)


class NewOrganisationForm(OrganisationForm):
    """Adding an organisation."""

    slug = text_field(
        _l("Short name"),
        60,
        required=_l("Write a short name."),
        description=_l("For addresses and files; it stays."),
    )
    submit = SubmitField(_l("Add the organisation"))

    def validate_slug(self, field: StringField) -> None:
        """Refuses what does not fit into an address."""
        SHORT_NAME(self, field)


class ChangeOrganisationForm(OrganisationForm):
    """Changing an organisation."""

    reason = reason_field()
    submit = SubmitField(_l("Save"))


class NewStationForm(BaseForm):
    """Adding a duty station."""

    name = text_field(_l("Name"), 120, required=_l("Write the name."))
    country = text_field(_l("Country"), 80, required=_l("Write the country."))
    slug = text_field(
        _l("Short name"),
        60,
        required=_l("Write a short name."),
        description=_l("For addresses and files; it stays."),
    )
    time_zone = text_field(
        _l("Time zone"),
        60,
        required=_l("Write the time zone."),
        default="UTC",
        description=_l("Such as Africa/Nairobi: the day a course is passed is the day here."),
    )
    submit = SubmitField(_l("Add the station"))
    validate_time_zone = staticmethod(check_time_zone)

    def validate_slug(self, field: StringField) -> None:
        """Refuses what does not fit into an address."""
        SHORT_NAME(self, field)
