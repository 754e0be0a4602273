"""Forms for exemptions: record one, withdraw one, filter the list."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SubmitField

from lms.compliance.requirements.exemptions.queries import STATES, ExemptionFilter
from lms.compliance.requirements.queries import ListedRequirement
from lms.people.models import Organisation
from lms.web.forms import BaseForm, PlainForm, choices_of, day_field, offer, reason_field, text_field

KIND_LABELS = {
    "parental": _l("Parental leave"),
    "sick": _l("Sick leave"),
    "leave": _l("Other leave"),
    "equivalence": _l("Equivalence"),
}
STATE_LABELS = {
    "": _l("All"),
    "current": _l("Now"),
    "future": _l("Starting later"),
    "over": _l("Over"),
    "withdrawn": _l("Withdrawn"),
}


class ExemptionForm(BaseForm):
    """Exempting a person."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    staff_number = text_field(_l("Staff number"), 40, required=_l("Write the staff number."))
    requirement = SelectField(_l("Requirement"), coerce=int)
    kind = SelectField(
        _l("Kind"),
        choices=choices_of(
            (KIND_LABELS | {"equivalence": _l("Equivalence: already qualified in another way")}).items()
        ),
    )
    from_on = day_field(_l("From"), required=_l("Choose the first day."))
    until_on = day_field(_l("Until"), description=_l("The last day, included. Leave it empty if it is not known."))
    reason = reason_field()
    evidence = text_field(
        _l("Where the evidence is filed"),
        200,
        description=_l("A reference, such as a file number. No diagnosis, no document, no case."),
    )
    submit = SubmitField(_l("Record this exemption"))

    def offer_choices(self, organisations: Iterable[Organisation], requirements: Iterable[ListedRequirement]) -> None:
        """Offers the actor's organisations and the requirements that they may see."""
        offer(self.organisation, ((each.id, each.name) for each in organisations))
        self.requirement.choices = choices_of(
            (each.id, f"{each.course} ({each.organisation or _l('all organisations')})") for each in requirements
        )


class WithdrawForm(BaseForm):
    """Withdrawing an exemption."""

    reason = reason_field()
    submit = SubmitField(_l("Withdraw this exemption"))


class ExemptionFilterForm(PlainForm):
    """Which exemptions a list shows: part of an address, so it has no token."""

    kind = SelectField(
        _l("Kind"), choices=choices_of([("", _l("All kinds")), *KIND_LABELS.items()]), validate_choice=False
    )
    state = SelectField(_l("When"), choices=choices_of(STATE_LABELS.items()), validate_choice=False)

    def chosen(self) -> ExemptionFilter:
        """Returns the filter; a value that is not known is ignored."""
        return ExemptionFilter(
            kind=self.kind.data if self.kind.data in KIND_LABELS else "",
            state=self.state.data if self.state.data in STATES else "",
        )

    def parameters(self) -> dict[str, str]:
        """Returns the address parameters of the filter, for links to other pages of the list."""
        chosen = self.chosen()
        return {name: value for name, value in (("kind", chosen.kind), ("state", chosen.state)) if value}
