"""The forms of people."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, SubmitField
from wtforms.validators import Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from lms.people.labels import CONTRACT_LABELS
from lms.people.models import DutyStation, Placement, Sector
from lms.people.operations import NewHire
from lms.people.rules import SLUG, AssignmentDetails
from lms.web.forms import BaseForm, check_email, check_time_zone, choices_of, day_field, reason_field, text_field


class AssignmentForm(BaseForm):
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
        description=_l("A short job title, such as driver."),
    )
    contract = SelectField(_l("Contract"), choices=choices_of(CONTRACT_LABELS.items()))
    works_with_children = BooleanField(_l("This work brings regular contact with children"))

    def offer(self, stations: Iterable[DutyStation], sectors: Iterable[Sector], language: str) -> None:
        """Fills the choices."""
        names = [(sector.slug, sector.name(language)) for sector in sectors]
        self.station.choices = choices_of([(station.id, f"{station.name}, {station.country}") for station in stations])
        self.sector.choices = choices_of(names)
        self.also_sectors.choices = choices_of(names)

    def begin_with(self, placement: Placement) -> None:
        """Fills in a placement's values; what was typed stays."""
        if self.is_submitted():
            return
        for name in ("sector", "also_sectors", "role", "contract", "works_with_children"):
            self[name].data = getattr(placement, name)
        self.station.data = placement.station_id

    def details(self) -> AssignmentDetails:
        """Returns what was typed; the main sector is not repeated among the others."""
        return AssignmentDetails(
            station_id=self.station.data,
            sector=self.sector.data,
            role=self.role.data.lower(),
            contract=self.contract.data,
            works_with_children=self.works_with_children.data,
            also_sectors=tuple(slug for slug in self.also_sectors.data or [] if slug != self.sector.data),
        )


class NewPersonForm(AssignmentForm):
    """Adding somebody to an organisation."""

    name = text_field(
        _l("Name"),
        200,
        required=_l("Write the name."),
        description=_l("As the person writes it. Certificates show this name."),
    )
    staff_number = text_field(_l("Staff number"), 40, required=_l("Write the staff number."))
    email = text_field(
        _l("E-mail"),
        254,
        description=_l("Leave empty if there is none: you can print a code for the first sign-in."),
        render_kw={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"},
    )
    organisation = SelectField(_l("Organisation"), coerce=int)
    from_on = day_field(_l("First day"), required=_l("Choose the first day."))
    through_on = day_field(_l("Last day"), description=_l("Leave empty if not known yet."))
    submit = SubmitField(_l("Add this person"))

    validate_email = staticmethod(check_email)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page asks who before it asks what; the summary of errors follows the order of the fields.
        who = ("organisation", "name", "staff_number", "email")
        fields = getattr(self, "_fields")  # noqa: B009 - WTForms has no public name for it
        self._fields = {name: fields[name] for name in (*who, *fields)}

    def new_hire(self) -> NewHire:
        """Returns what was typed."""
        return NewHire(
            name=self.name.data,
            staff_number=self.staff_number.data,
            email=self.email.data or None,
            details=self.details(),
            from_on=self.from_on.data,
            through_on=self.through_on.data,
        )


class NewPlacementForm(AssignmentForm):
    """Recording another placement, after a gap or from a future day."""

    from_on = day_field(_l("First day"), required=_l("Choose the first day."))
    through_on = day_field(_l("Last day"), description=_l("Leave empty if not known yet."))
    reason = reason_field()
    submit = SubmitField(_l("Record the placement"))


class MoveForm(AssignmentForm):
    """Another assignment from a day on."""

    from_on = day_field(
        _l("First day of the new assignment"), required=_l("Choose the first day of the new assignment.")
    )
    reason = reason_field()
    submit = SubmitField(_l("Save the move"))


class EndForm(BaseForm):
    """The last day of a placement."""

    through_on = day_field(_l("Last day"), required=_l("Choose the last day."), description=_l("The last working day."))
    reason = reason_field()
    submit = SubmitField(_l("Save the last day"))


class WithdrawPlacementForm(BaseForm):
    """Withdrawing a placement that should not have been recorded."""

    reason = reason_field()
    submit = SubmitField(_l("Withdraw this placement"))


def short_name_field() -> Any:
    """Returns the field for a short name, which addresses and files use."""
    pattern = Regexp(f"^{SLUG}$", message=_l("Use lower-case letters a to z, digits and hyphens, such as north-river."))
    return text_field(
        _l("Short name"),
        60,
        pattern,
        required=_l("Write a short name."),
        description=_l("Used in addresses and files. It cannot be changed later."),
    )


def time_zone_field(description: Any) -> Any:
    """Returns the field for a time zone."""
    return text_field(
        _l("Time zone"),
        60,
        check_time_zone,
        required=_l("Write the time zone."),
        default="UTC",
        description=description,
    )


class OrganisationForm(BaseForm):
    """An organisation's names, time zone and agreement to share figures."""

    name = text_field(_l("Name"), 120, required=_l("Write the name."), description=_l("As printed on certificates."))
    initials = text_field(
        _l("Initials"), 6, required=_l("Write two or three letters."), description=_l("Two or three letters.")
    )
    time_zone = time_zone_field(_l("Such as Africa/Nairobi."))
    shares_coverage = BooleanField(
        _l("Coordinators may see its figures"),
        description=_l(
            "Figures only, never names; small numbers are not shown. Tick this when the organisation has agreed."
        ),
    )

    def values(self) -> dict[str, Any]:
        """Returns what was typed of an organisation."""
        return {name: self[name].data for name in ("name", "initials", "time_zone", "shares_coverage")}


class NewOrganisationForm(OrganisationForm):
    """Adding an organisation."""

    slug = short_name_field()
    submit = SubmitField(_l("Add the organisation"))


class ChangeOrganisationForm(OrganisationForm):
    """Changing an organisation."""

    reason = reason_field()
    submit = SubmitField(_l("Save"))


class NewStationForm(BaseForm):
    """Adding a duty station."""

    name = text_field(_l("Name"), 120, required=_l("Write the name."))
    country = text_field(_l("Country"), 80, required=_l("Write the country."))
    slug = short_name_field()
    time_zone = time_zone_field(_l("Such as Africa/Nairobi. Courses count as passed on the date in this zone."))
    submit = SubmitField(_l("Add the station"))
