"""The forms of people."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, SubmitField
from wtforms.validators import DataRequired, Regexp

from lms.kernel.text import normalise
from lms.people.labels import CONTRACT_LABELS
from lms.people.models import DutyStation, Sector
from lms.people.rules import SLUG, AssignmentDetails
from lms.web.forms import (
    BaseForm,
    FilterForm,
    checkboxes_field,
    choices_of,
    day_field,
    email_field,
    reason_field,
    text_field,
    time_zone_field,
)

NOT_CHOSEN = 0


class PersonForm(BaseForm):
    """Who somebody is, and at which organisation; a page asks for this first."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    name = text_field(
        _l("Name"),
        200,
        required=_l("Write the name."),
        description=_l("As the person writes it. Certificates show this name."),
    )
    staff_number = text_field(_l("Staff number"), 40, required=_l("Write the staff number."))
    email = email_field(_l("Leave empty if there is none: you can print a code for the first sign-in."))


class AssignmentForm(BaseForm):
    """Where somebody works and as what."""

    station = SelectField(
        _l("Duty station"),
        coerce=lambda value: int(value or NOT_CHOSEN),
        validators=[DataRequired(_l("Choose the duty station."))],
    )
    sector = SelectField(
        _l("Main sector"),
        description=_l("Where this person counts in the report."),
        validators=[DataRequired(_l("Choose the main sector."))],
    )
    also_sectors = checkboxes_field(_l("Also works in"), description=_l("The requirements of these sectors apply too."))
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
        places = [(station.id, f"{station.name}, {station.country}") for station in stations]
        # The first of many would often be stored without anybody having chosen it.
        self.station.choices = choices_of([(NOT_CHOSEN, _l("Choose")), *places] if len(places) > 1 else places)
        self.sector.choices = choices_of([("", _l("Choose")), *names] if len(names) > 1 else names)
        self.also_sectors.choices = choices_of(names)

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


class NewPersonForm(PersonForm, AssignmentForm):
    """Adding somebody to an organisation."""

    from_on = day_field(_l("First day"), required=_l("Choose the first day."))
    through_on = day_field(_l("Last day"), description=_l("Leave empty if not known yet."))
    is_new = BooleanField(_l("This is none of them: add a new person"))
    submit = SubmitField(_l("Add this person"))


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


class OrganisationForm(BaseForm):
    """An organisation's names, time zone, and what it agreed to."""

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

    quiz_without_modules = BooleanField(
        _l("Its staff may take a quiz without reading the modules"),
        description=_l(
            "For staff who know the subject: whoever passes gets the certificate at once. The red lines are part of "
            "every quiz, and the modules stay open. Who holds a certificate may do so anyway when renewing it."
        ),
    )

    def values(self) -> dict[str, Any]:
        """Returns what was typed of an organisation."""
        names = ("name", "initials", "time_zone", "shares_coverage", "quiz_without_modules")
        return {name: self[name].data for name in names}


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


STATES = [("", _l("Everyone")), ("now", _l("Working now")), ("future", _l("Starting later")), ("left", _l("Left"))]


class DirectoryForm(FilterForm):
    """The filters of the directory."""

    q = StringField(_l("Name, staff number or e-mail"), filters=[normalise])
    station = SelectField(_l("Duty station"), validate_choice=False)
    sector = SelectField(_l("Main sector"), validate_choice=False)
    state = SelectField(_l("When"), choices=choices_of(STATES), validate_choice=False)

    def offer(self, stations: Iterable[DutyStation], sectors: Iterable[Sector], language: str) -> None:
        """Fills the choices."""
        self.station.choices = choices_of([("", _l("All stations")), *((each.slug, each.name) for each in stations)])
        names = ((each.slug, each.name(language)) for each in sectors)
        self.sector.choices = choices_of([("", _l("All sectors")), *names])

    def filters(self) -> dict[str, str]:
        """Returns the filters; unknown values find nobody."""
        typed = {"text": self.q.data, **{name: self[name].data for name in ("station", "sector", "state")}}
        return {name: normalise(value)[:200] for name, value in typed.items()}
