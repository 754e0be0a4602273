"""Forms for requirements (record one, change its terms, end it) and exemptions (record, withdraw, filter the list)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, IntegerField, SelectField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from lms.compliance.report.filters import CHILDREN
from lms.compliance.requirements.models import RequirementVersion
from lms.compliance.requirements.operations import MATCH_LISTS, MAX_DAYS, Terms
from lms.compliance.requirements.queries import ListedRequirement
from lms.compliance.source_data.filters import CourseTitle
from lms.compliance.source_data.names import FilterChoices
from lms.people.api import CONTRACT_LABELS
from lms.people.models import Organisation
from lms.web.forms import BaseForm, FilterForm, checkboxes_field, choices_of, day_field, offer, reason_field, text_field

AGES = (
    ("", _l("No limit other than the certificate's own dates")),
    ("P6M", _l("6 months")),
    ("P1Y", _l("1 year")),
    ("P18M", _l("18 months")),
    ("P2Y", _l("2 years")),
    ("P3Y", _l("3 years")),
)


COPIED_TERMS = ("due_days", "window_days", "grace_days", "min_edition", "renew_by")
"""The terms whose fields hold what a version does."""


def _days(label: Any, description: Any, default: int) -> Any:
    return IntegerField(
        label,
        description=description,
        default=default,
        validators=[
            InputRequired(_l("Write a number of days, 0 for none.")),
            NumberRange(0, MAX_DAYS, _l("Write a number of days from 0 to 3650.")),
        ],
        render_kw={"inputmode": "numeric", "class": "short"},
    )


class TermsForm(BaseForm):
    """The terms of a version: whom it applies to, from when, and in how many days."""

    effective_from = day_field(_l("In force from"), required=_l("Choose the first day."))
    sectors = checkboxes_field(
        _l("Sectors"), description=_l("Tick none for all. People who also work in a sector are included.")
    )
    stations = checkboxes_field(_l("Stations"), description=_l("Tick none for all."), coerce=int)
    roles = checkboxes_field(_l("Roles"), description=_l("Tick none for all."))
    contracts = checkboxes_field(_l("Contracts"), description=_l("Tick none for all."))
    works_with_children = SelectField(_l("Contact with children"), choices=choices_of(CHILDREN))
    due_days = _days(_l("Days to complete"), _l("Counted from the first day the requirement applies to a person."), 30)
    window_days = _days(
        _l("Renewal window, in days"),
        _l("Staff can renew up to this many days before the end without losing any validity."),
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

    def offer_choices(
        self, sectors: Mapping[str, str], choices: FilterChoices, current: RequirementVersion | None
    ) -> None:
        """Fills the choices; those of the `current` version stay even where nobody is placed as such now."""
        match: Mapping[str, Any] = current.match if current else {}
        self.sectors.choices = choices_of(sectors.items())
        self.stations.choices = choices_of((number, name) for number, _slug, name in choices.stations)
        roles = sorted({*choices.roles, *(match.get("roles") or ())})
        self.roles.choices = choices_of((role, role) for role in roles)
        contracts = sorted({*choices.contracts, *(match.get("contracts") or ())})
        self.contracts.choices = choices_of((each, CONTRACT_LABELS.get(each, each)) for each in contracts)
        if current and current.max_age and current.max_age not in dict(AGES):
            self.max_age.choices = choices_of([*AGES, (current.max_age, current.max_age)])

    def fill_from(self, version: RequirementVersion, day: date) -> None:
        """Fills the fields with the terms of a version, to be in force from a day."""
        self.effective_from.data = day
        for name in MATCH_LISTS:
            self[name].data = list(version.match.get(name) or ())
        children = version.match.get("works_with_children")
        self.works_with_children.data = "" if children is None else ("yes" if children else "no")
        for name in COPIED_TERMS:
            self[name].data = getattr(version, name)
        self.max_age.data = version.max_age or ""

    def validate_renew_by(self, field: Field) -> None:
        """Refuses a minimum edition without this day, and the other way round."""
        if (field.data is None) != (self.min_edition.data is None):
            raise ValidationError(_l("Give the edition and this day together, or neither."))

    def terms(self) -> Terms:
        """Returns the terms."""
        match = {name: self[name].data or [] for name in MATCH_LISTS}
        match["works_with_children"] = {"yes": True, "no": False}.get(self.works_with_children.data)
        terms = {name: self[name].data for name in COPIED_TERMS}
        return Terms(match=match, max_age=self.max_age.data or None, **terms)


class RequirementForm(TermsForm):
    """Recording a requirement."""

    organisation = SelectField(_l("Required by"))
    course = SelectField(_l("Course"), coerce=int)
    past_accepted = BooleanField(
        _l("Yes, it starts in the past. People may become overdue at once, also in reports of earlier days.")
    )
    starts_in_past = False

    def offer_owners(
        self, organisations: Iterable[Organisation], *, all_organisations: bool, courses: Iterable[CourseTitle]
    ) -> None:
        """Offers some organisations, before them all organisations where the actor may choose that, and the courses."""
        first = [("", _l("All organisations"))] if all_organisations else []
        self.organisation.choices = choices_of([*first, *((str(each.id), each.name) for each in organisations)])
        self.course.choices = choices_of([(each.course_id, each.title) for each in courses])

    def organisation_id(self) -> int | None:
        """Returns the organisation that requires the course, None for all organisations."""
        return int(self.organisation.data) if self.organisation.data else None


class EndRequirementForm(BaseForm):
    """Ending a requirement."""

    effective_through = day_field(_l("Last day of the requirement"), required=_l("Choose the last day."))
    reason = reason_field()


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


MOST_EXEMPTED = 500
"""Staff numbers exempted at a time."""


class ExemptionForm(BaseForm):
    """Exempting one person or many, from one requirement or from everything required."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    staff_number = TextAreaField(
        _l("Staff numbers"),
        description=_l("One on each line, at most 500. The same exemption is recorded for all of them, or for none."),
        validators=[DataRequired(_l("Write at least one staff number."))],
        render_kw={"rows": 3, "autocomplete": "off", "spellcheck": "false", "dir": "auto"},
    )
    requirement = SelectField(
        _l("Requirement"),
        coerce=lambda value: int(value) if value else None,
        description=_l("A leave is from everything required, also from what is required later."),
    )
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
    staff_numbers: Sequence[str] = ()

    def offer_choices(self, organisations: Iterable[Organisation], requirements: Iterable[ListedRequirement]) -> None:
        """Offers the actor's organisations and the requirements that they may see."""
        offer(self.organisation, ((each.id, each.name) for each in organisations))
        each_one = (
            (each.requirement.id, f"{each.course} ({each.organisation or _l('all organisations')})")
            for each in requirements
        )
        offer(self.requirement, each_one, _l("Everything required"))

    def validate_staff_number(self, field: Field) -> None:
        """Reads the staff numbers, each once."""
        parts = (part.strip() for part in re.split(r"[\n,;\t]+", field.data or ""))
        self.staff_numbers = list(dict.fromkeys(filter(None, parts)))
        if len(self.staff_numbers) > MOST_EXEMPTED:
            raise ValidationError(
                _l("Write at most %(most)s staff numbers at a time, and the others after them.", most=MOST_EXEMPTED)
            )


def _filter(label: Any, labels: dict[str, Any]) -> Any:
    """Returns a field in which a value that is not offered means all."""
    return SelectField(
        label,
        choices=choices_of(labels.items()),
        validate_choice=False,
        filters=[lambda value: value if value in labels else ""],
    )


class ExemptionFilterForm(FilterForm):
    """Which exemptions a list shows."""

    kind = _filter(_l("Kind"), {"": _l("All kinds")} | KIND_LABELS)
    state = _filter(_l("When"), STATE_LABELS)
