"""The filters of the report's addresses, as forms: they change nothing, so they carry no token; and saving them."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import monotonic
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Field, HiddenField, SelectField, StringField, SubmitField, ValidationError
from wtforms.validators import DataRequired, Length

from lms.compliance.calculator.file_format import read_known_as_of
from lms.compliance.report.query import ReportLabels, ReportQuery
from lms.compliance.report.report_id import EPOCH
from lms.compliance.source_data import names
from lms.compliance.source_data.filters import CourseTitle, Filters
from lms.compliance.source_data.names import FilterChoices
from lms.compliance.status.definitions import StatusGroup, TrainingStatus
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.caching import application_cache
from lms.kernel.errors import NotThere
from lms.people.api import CONTRACT_LABELS, list_organisations_of, list_sectors
from lms.people.models import Organisation, Sector
from lms.web.forms import BaseForm, PlainForm, choices_of, offer

CHILDREN = (("", _l("Everybody")), ("yes", _l("Works with children")), ("no", _l("Does not work with children")))
STATUS_LABELS = {
    TrainingStatus.OVERDUE: _l("Overdue"),
    TrainingStatus.EXPIRED: _l("Expired"),
    TrainingStatus.REVOKED: _l("Revoked"),
    TrainingStatus.GRACE: _l("In grace"),
    TrainingStatus.NOT_STARTED: _l("Not started"),
    TrainingStatus.IN_PROGRESS: _l("In progress"),
    TrainingStatus.EXPIRING: _l("Due for renewal"),
    TrainingStatus.VALID: _l("Valid"),
    TrainingStatus.EXEMPT: _l("Exempt"),
}
"""The label of each status that something required can have."""


class DayField(DateField):
    """A day that a report can be about; left empty, the field keeps its default."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads the day."""
        super().process_formdata([text for text in valuelist if text])

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the library's signature
        """Refuses days that no report is about."""
        if self.data and not date(2000, 1, 1) <= self.data <= date(2100, 12, 31):
            raise ValidationError(_l("Choose a day from 2000 to 2100."))


class AsOfForm(PlainForm):
    """Chooses another day."""

    as_of = DayField(_l("On this day"))


class ReportForm(AsOfForm):
    """The filters of a report; `moment` is the one of knowledge, None for now."""

    organisation = SelectField(_l("Organisation"), default="")
    station = SelectField(_l("Station"), default="")
    course = SelectField(_l("Course"), default="")
    sector = SelectField(_l("Sector"), default="")
    role = SelectField(_l("Role"), default="")
    contract = SelectField(_l("Contract"), default="")
    works_with_children = SelectField(_l("Works with children"), choices=choices_of(CHILDREN), default="")
    known_as_of = StringField(
        _l("Data as of"),
        description=_l("A past day: the report with the data recorded by then."),
        validators=[Length(max=40, message=_l("Write a day such as 2026-11-22."))],
    )
    compare_with = DayField(_l("Compare with"))
    moment: datetime | None = None

    def offer(
        self,
        organisations: Iterable[Organisation],
        choices: FilterChoices,
        courses: Iterable[CourseTitle],
        sectors: Iterable[tuple[str, str]],
    ) -> None:
        """Fills the choices."""
        offer(self.organisation, ((each.slug, each.name) for each in organisations), _l("All of mine"))
        offer(self.station, ((slug, name) for _id, slug, name in choices.stations), _l("All stations"))
        offer(self.course, ((each.slug, each.title) for each in courses), _l("Every required course"))
        offer(self.sector, sectors, _l("All sectors"))
        offer(self.role, ((word, word) for word in choices.roles), _l("All roles"))
        contracts = ((word, CONTRACT_LABELS.get(word, word)) for word in choices.contracts)
        offer(self.contract, contracts, _l("All contracts"))

    def validate_known_as_of(self, field: Field) -> None:
        """Refuses what is no moment, and moments that have not come yet."""
        try:
            self.moment = read_known_as_of(field.data.strip()) if field.data else None
        except ValueError:
            raise ValidationError(
                _l("Write a day such as 2026-11-22, or a moment such as 2026-11-22T09:14:00Z.")
            ) from None
        if self.moment is None:
            return
        now = clock.now()
        # Where it is tomorrow already, that is today for whoever reads the report.
        if self.moment.astimezone(UTC).date() > max(now.date(), self.as_of.object_data or now.date()):
            raise ValidationError(_l("Choose a day that is not in the future."))
        if self.moment < EPOCH:
            raise ValidationError(_l("Choose a day from 2000 on."))
        # Today is not over: a report names the moment up to which its data are known, and never a later one.
        self.moment = min(self.moment, now)

    def filters(self, choices: FilterChoices, courses: Iterable[CourseTitle]) -> Filters:
        """Returns the filters chosen, by row number where the address has a slug."""
        stations = {slug: number for number, slug, _name in choices.stations}
        numbers = {each.slug: each.course_id for each in courses}
        return Filters(
            station=stations.get(self.station.data or ""),
            course=numbers.get(self.course.data or ""),
            role=self.role.data or None,
            contract=self.contract.data or None,
            works_with_children={"yes": True, "no": False}.get(self.works_with_children.data or ""),
            sector=self.sector.data or None,
        )

    def chosen(self) -> dict[str, str]:
        """Returns the address's parameters, for links that keep them; an unusable day as it was typed."""
        typed = {
            name: (field.raw_data or [""])[0] if isinstance(field, DayField) else field.data
            for name, field in self._fields.items()
        }
        return {name: value for name, value in typed.items() if value}


class PeopleForm(ReportForm):
    """Which people of a report are listed."""

    status = SelectField(
        _l("Status"),
        default="",
        choices=choices_of(
            [
                ("", _l("Any status")),
                ("late", _l("Overdue, expired or revoked")),
                ("in_time", _l("Not yet due")),
                ("compliant", _l("Compliant")),
                *((status.value, label) for status, label in STATUS_LABELS.items()),
            ]
        ),
    )
    lapses_before = DayField(_l("Lapses before"), description=_l("Compliant now, but no longer by then."))

    def validate_lapses_before(self, field: Field) -> None:
        """Rejects a day that is not after the day of the report."""
        if field.data and self.as_of.data and field.data <= self.as_of.data:
            raise ValidationError(_l("Choose a day after the day of the report."))
        statuses = self.statuses()
        if field.data and statuses and not any(each.group is StatusGroup.COMPLIANT for each in statuses):
            raise ValidationError(
                _l(
                    "These two exclude each other: “Lapses before” lists people who are compliant, and the status you "
                    "chose is not. Empty this field, or choose “Any status”."
                )
            )

    def statuses(self) -> frozenset[TrainingStatus] | None:
        """Returns the statuses chosen, one or a whole group; None for all."""
        word = self.status.data
        return frozenset(each for each in TrainingStatus if word in (each, each.group)) if word else None


class ChangesForm(PeopleForm):
    """Which changes between two days are listed."""

    def validate_compare_with(self, field: Field) -> None:
        """Refuses the day of the report: nothing changes in no time."""
        if field.data and field.data == self.as_of.data:
            raise ValidationError(_l("Choose two different days: nothing changes between a day and itself."))


SAVED_PARAMETERS = (
    "organisation", "station", "course", "sector", "role", "contract", "works_with_children", "as_of", "known_as_of",
    "compare_with", "status", "lapses_before", "sort", "what",
)  # fmt: skip
"""The parameters of an address that are saved with a view or a file."""


def saved_filters(address: MultiDict[str, str]) -> dict[str, str]:
    """Returns the parameters of an address that may be saved, without values longer than 200 characters."""
    return {name: address[name] for name in SAVED_PARAMETERS if address.get(name) and len(address[name]) <= 200}


class SaveViewForm(BaseForm):
    """Saves the filters of a page under a name."""

    name = StringField(
        _l("Name of this view"),
        description=_l("Only you see it. For example “WASH in the north, overdue”. No names of people, no cases."),
        validators=[DataRequired(_l("Write a name.")), Length(max=60, message=_l("Use at most 60 characters."))],
        render_kw={"autocomplete": "off"},
    )
    page = HiddenField()
    submit = SubmitField(_l("Save this view"))


FormType = TypeVar("FormType", bound=ReportForm)
CHOICES_SECONDS = 600
"""How long choices that took long to find are cached: in large organisations a new station appears a little later."""

SLOW_SECONDS = 0.1


def cached_choices(organisations: frozenset[int]) -> FilterChoices:
    """Returns the values that filters can choose from; in a large organisation those of a few minutes ago."""
    cache = application_cache("compliance_choices", 256, CHOICES_SECONDS)
    found: FilterChoices | None = cache.get(organisations)
    if found is not None:
        return found
    began = monotonic()
    choices = names.find_choices(organisations)
    if monotonic() - began > SLOW_SECONDS:
        cache.put(organisations, choices)
    return choices


@dataclass(frozen=True, slots=True)
class QuerySources:
    """What a query is read with: the actor's organisations, those selected, and what the filters choose from."""

    mine: Sequence[Organisation]
    selected: Sequence[Organisation]
    choices: FilterChoices
    courses: Sequence[CourseTitle]
    sectors: Sequence[Sector]
    today: date

    def offered(self, language: str) -> Hashable:
        """Returns all that the filters offer as one value."""
        organisations = tuple((each.slug, each.name) for each in self.mine)
        sectors = tuple((each.slug, each.name(language)) for each in self.sectors)
        return organisations, self.choices, tuple(self.courses), sectors

    def form(self, form_type: type[FormType], address: MultiDict[str, str], language: str) -> FormType:
        """Returns the filters of an address."""
        form = form_type(address, as_of=self.today)
        form.offer(self.mine, self.choices, self.courses, [(each.slug, each.name(language)) for each in self.sectors])
        return form

    def query(self, language: str, form: ReportForm | None = None) -> ReportQuery:
        """Returns the query of a valid form, or of an address without filters: today, with all that is known."""
        return ReportQuery(
            organisations=tuple(self.selected),
            filters=form.filters(self.choices, self.courses) if form else Filters(),
            as_of=form.as_of.data or self.today if form else self.today,
            known_as_of=form.moment if form else None,
            today=self.today,
            labels=ReportLabels.of(self.sectors, self.choices, self.selected, language),
            lapses_before=form.lapses_before.data if isinstance(form, PeopleForm) else None,
        )


def read_sources(actor: Actor, address: MultiDict[str, str]) -> QuerySources:
    """Reads what the query of an address is read with, in four statements.

    Raises NotThere for an organisation whose report is not the actor's to see.
    """
    mine = list_organisations_of(actor, Role.HR)
    selected = [each for each in mine if address.get("organisation") in ("", None, each.slug)]
    if not selected:
        raise NotThere
    choices = cached_choices(frozenset(each.id for each in selected))
    return QuerySources(mine, selected, choices, names.list_courses(), list_sectors(), clock.today(actor.time_zone))


def parse_query(
    actor: Actor, address: MultiDict[str, str], language: str, form_type: type[FormType]
) -> tuple[FormType, ReportQuery | None]:
    """Reads an address; without a query where the form says what is wrong with it.

    Raises NotThere for an organisation whose report is not the actor's to see.
    """
    sources = read_sources(actor, address)
    form = sources.form(form_type, address, language)
    return form, sources.query(language, form) if form.validate() else None
