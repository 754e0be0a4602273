"""The forms that change something: requirements, their versions and ends, exemptions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    Form,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lms.compliance.report.forms import CHILDREN, CONTRACT_WORDS
from lms.compliance.requirements.exemption_queries import STATES, WantedExemptions
from lms.compliance.requirements.models import RequirementVersion
from lms.compliance.requirements.operations import MOST_DAYS, Terms
from lms.compliance.requirements.queries import ListedRequirement
from lms.compliance.source_data.load import CourseTitle
from lms.compliance.source_data.names import FilterChoices
from lms.people.models import Organisation, Sector
from lms.web.forms import BaseForm, choices_of, day_field, reason_field

AGES = (
    ("", _l("No limit beside the certificate's own dates")),
    ("P6M", _l("6 months")),
    ("P1Y", _l("1 year")),
    ("P18M", _l("18 months")),
    ("P2Y", _l("2 years")),
    ("P3Y", _l("3 years")),
)
KINDS = (
    ("parental", _l("Parental leave")),
    ("sick", _l("Sick leave")),
    ("leave", _l("Other leave")),
    ("equivalence", _l("Equivalence: already qualified in another way")),
)
KIND_WORDS = dict(KINDS) | {"equivalence": _l("Equivalence")}
EXEMPTION_STATES = (
    ("", _l("All")),
    ("current", _l("Now")),
    ("future", _l("Starting later")),
    ("over", _l("Over")),
    ("withdrawn", _l("Withdrawn")),
)


def _ticks(label: Any, description: Any = "", **more: Any) -> Any:
    return SelectMultipleField(
        label,
        description=description,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validators=[Optional()],
        **more,
    )


def _days(label: Any, description: Any, default: int) -> Any:
    return IntegerField(
        label,
        description=description,
        default=default,
        validators=[
            InputRequired(_l("Write a number of days, 0 for none.")),
            NumberRange(0, MOST_DAYS, _l("Write a number of days from 0 to 3650.")),
        ],
        render_kw={"inputmode": "numeric", "class": "short"},
    )


class TermsForm(BaseForm):
    """What a version of a requirement says: whom it asks, from when, and in how many days."""

    effective_from = day_field(_l("In force from"), required=_l("Choose the first day."))
    sectors = _ticks(_l("Sectors"), _l("Tick none for all. People who also work in a sector are included."))
    stations = _ticks(_l("Stations"), _l("Tick none for all."), coerce=int)
    roles = _ticks(_l("Roles"), _l("Tick none for all."))
    contracts = _ticks(_l("Contracts"), _l("Tick none for all."))
    works_with_children = SelectField(_l("Contact with children"), choices=choices_of(CHILDREN))
    due_days = _days(
        _l("Days to complete"), _l("Counted from the first day the requirement applies to a person."), 30
    )
    window_days = _days(
        _l("Renewal window, in days"),
        _l("Renewing up to this many days before the end costs no validity."),
        60,
    )
    grace_days = _days(
        _l("Days of grace"), _l("After it ends, the status is “in grace” before it becomes “expired”."), 0
    )
    max_age = SelectField(_l("Maximum age of a certificate"), choices=choices_of(AGES))
    min_edition = IntegerField(
        _l("Minimum edition"),
        description=_l("Older editions stop counting after the day below. Leave both empty for any edition."),
        validators=[Optional(), NumberRange(1, 1000, _l("Editions are counted from 1."))],
        render_kw={"inputmode": "numeric", "class": "short"},
    )
    renew_by = day_field(_l("Older editions valid until"))
    reason = reason_field()

    def offer(
        self,
        sectors: Sequence[Sector],
        choices: FilterChoices,
        language: str,
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        """Fills the choices; words of a match that is `kept` stay possible though nobody uses them now."""
        match = kept or {}
        self.sectors.choices = choices_of((each.slug, each.name(language)) for each in sectors)
        self.stations.choices = choices_of((number, name) for number, _slug, name in choices.stations)
        roles = sorted({*choices.roles, *(match.get("roles") or ())})
        self.roles.choices = choices_of((word, word) for word in roles)
        contracts = sorted({*choices.contracts, *(match.get("contracts") or ())})
        self.contracts.choices = choices_of((word, CONTRACT_WORDS.get(word, word)) for word in contracts)

    def begin_with(self, version: RequirementVersion, day: date) -> None:
        """Shows what a version says as a start; what was typed stays."""
        if self.is_submitted():
            return
        self.effective_from.data = day
        for name in ("sectors", "stations", "roles", "contracts"):
            self[name].data = list(version.match.get(name) or ())
        children = version.match.get("works_with_children")
        self.works_with_children.data = "" if children is None else ("yes" if children else "no")
        for name in ("due_days", "window_days", "grace_days", "min_edition", "renew_by"):
            self[name].data = getattr(version, name)
        self.max_age.data = version.max_age or ""

    def keep_age(self, max_age: str | None) -> None:
        """Offers an age that is not among the usual ones."""
        if max_age and max_age not in dict(AGES):
            self.max_age.choices = choices_of([*AGES, (max_age, max_age)])

    def validate_renew_by(self, field: Field) -> None:
        """Refuses half of the pair of edition and day."""
        if (field.data is None) != (self.min_edition.data is None):
            raise ValidationError(_l("Give the edition and this day together, or neither."))

    def terms(self) -> Terms:
        """Returns what was typed."""
        return Terms(
            due_days=self.due_days.data,
            window_days=self.window_days.data,
            grace_days=self.grace_days.data,
            match={
                "sectors": self.sectors.data or [],
                "stations": self.stations.data or [],
                "roles": self.roles.data or [],
                "contracts": self.contracts.data or [],
                "works_with_children": {"yes": True, "no": False}.get(self.works_with_children.data),
            },
            max_age=self.max_age.data or None,
            min_edition=self.min_edition.data,
            renew_by=self.renew_by.data,
        )


class RequirementForm(TermsForm):
    """Making a requirement."""

    organisation = SelectField(_l("Required by"))
    course = SelectField(_l("Course"), coerce=int)
    past_accepted = BooleanField(
        _l("Yes, it starts in the past. People may become overdue at once, also in reports of earlier days.")
    )
    submit = SubmitField(_l("Record this requirement"))
    starts_in_past = False

    def offer_owners(
        self, organisations: Iterable[Organisation], *, house: bool, courses: Iterable[CourseTitle]
    ) -> None:
        """Offers the organisations that the actor may ask for, the whole house first where they may."""
        whole = [("", _l("All organisations"))] if house else []
        self.organisation.choices = choices_of(
            [*whole, *((str(each.id), each.name) for each in organisations)]
        )
        self.course.choices = choices_of([(each.course_id, each.title) for each in courses])

    def look_at_start(self, today: date) -> None:
        """Notes whether the day typed lies in the past, so that the page can ask whether this is meant."""
        self.starts_in_past = bool(self.effective_from.data and self.effective_from.data < today)

    def owner(self) -> int | None:
        """Returns the organisation that asks, None for the whole house."""
        return int(self.organisation.data) if self.organisation.data else None


class VersionForm(TermsForm):
    """Changing a requirement from a day on."""

    submit = SubmitField(_l("Record this change"))


class EndRequirementForm(BaseForm):
    """Ending a requirement."""

    effective_through = day_field(_l("Last day of the requirement"), required=_l("Choose the last day."))
    reason = reason_field()
    submit = SubmitField(_l("End this requirement"))


class ExemptionForm(BaseForm):
    """Exempting a person."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    staff_number = StringField(
        _l("Staff number"),
        validators=[DataRequired(_l("Write the staff number.")), Length(max=40)],
        render_kw={"autocomplete": "off"},
    )
    requirement = SelectField(_l("Requirement"), coerce=int)
    kind = SelectField(_l("Kind"), choices=choices_of(KINDS))
    from_on = day_field(_l("From"), required=_l("Choose the first day."))
    until_on = day_field(
        _l("Until"), description=_l("The last day, included. Leave it empty if it is not known.")
    )
    reason = reason_field()
    evidence = StringField(
        _l("Where the evidence is filed"),
        description=_l("A reference, such as a file number. No diagnosis, no document, no case."),
        validators=[Optional(), Length(max=200)],
        render_kw={"autocomplete": "off"},
    )
    submit = SubmitField(_l("Record this exemption"))

    def offer(self, organisations: Iterable[Organisation], requirements: Iterable[ListedRequirement]) -> None:
        """Fills the choices; the only organisation needs no choosing."""
        names = [(each.id, each.name) for each in organisations]
        self.organisation.choices = choices_of(names)
        self.requirement.choices = choices_of(
            [
                (each.id, f"{each.course} ({each.organisation or _l('the whole house')})")
                for each in requirements
            ]
        )
        self.only_organisation = names[0][0] if len(names) == 1 else None
        if self.only_organisation is not None:
            self.organisation.data = self.only_organisation

    only_organisation: int | None = None


class WithdrawForm(BaseForm):
    """Withdrawing an exemption."""

    reason = reason_field()
    submit = SubmitField(_l("Withdraw this exemption"))


class ExemptionsFilter(Form):
    """Which exemptions a list shows: an address, not a change, so it carries no token."""

    kind = SelectField(
        _l("Kind"), choices=choices_of([("", _l("All kinds")), *KIND_WORDS.items()]), validate_choice=False
    )
    state = SelectField(_l("When"), choices=choices_of(EXEMPTION_STATES), validate_choice=False)

    def wanted(self) -> WantedExemptions:
        """Returns what is looked for; unknown words of an address look for everything."""
        return WantedExemptions(
            kind=self.kind.data if self.kind.data in KIND_WORDS else "",
            state=self.state.data if self.state.data in STATES else "",
        )

    def chosen(self) -> dict[str, str]:
        """Returns the address's words again, for links to other pages of the list."""
        wanted = self.wanted()
        return {name: word for name, word in (("kind", wanted.kind), ("state", wanted.state)) if word}
