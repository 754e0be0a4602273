"""Which report is asked for: read from an address or from the id of a report, and said in words again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from typing import TypeVar

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from lms.compliance.report.filters import PeopleForm, ReportForm
from lms.compliance.report.report_id import Malformed, ReportId, read_id
from lms.compliance.source_data import names
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.names import FilterChoices
from lms.compliance.status.facts import Id
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.caching import application_cache
from lms.kernel.days import a_year_before, end_of_last_quarter
from lms.kernel.errors import NotThere
from lms.people.api import CONTRACT_LABELS, list_sectors
from lms.people.models import Organisation, Sector

FormType = TypeVar("FormType", bound=ReportForm)


@dataclass(frozen=True, slots=True)
class ReportLabels:
    """The names that a page of compliance writes, in one language; `short` are those of sectors in a sentence."""

    sectors: Mapping[str, str]
    short: Mapping[str, str]
    stations: Mapping[int, str]
    organisations: Mapping[int, str]

    @classmethod
    def of(
        cls, sectors: Sequence[Sector], choices: FilterChoices, organisations: Sequence[Organisation], language: str
    ) -> "ReportLabels":
        """Collects the names."""
        return cls(
            sectors={each.slug: each.name(language) for each in sectors},
            short={each.slug: each.short_name(language) for each in sectors},
            stations={number: name for number, _slug, name in choices.stations},
            organisations={each.id: each.name for each in organisations},
        )

    def sector(self, slug: Id) -> str:
        """Returns the name of a sector, or its slug where it has none."""
        return self.sectors.get(str(slug), str(slug))


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """A report query: which organisations, which people, on which day, with data as of when.

    `known_as_of` None means everything known now; `today` is the actor's own day. With `lapses_before` only people are
    listed who comply on the day and will not any more before that other day if nothing is done.
    """

    organisations: tuple[Organisation, ...]
    filters: Filters
    as_of: date
    known_as_of: datetime | None
    today: date
    labels: ReportLabels
    lapses_before: date | None = None

    @property
    def organisation_ids(self) -> frozenset[int]:
        """Returns the row numbers of the organisations."""
        return frozenset(each.id for each in self.organisations)

    @property
    def of_posts(self) -> bool:
        """Returns whether people are counted as posts, because there are several organisations."""
        return len(self.organisations) > 1


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


def parse_query(
    actor: Actor, address: MultiDict[str, str], language: str, form_type: type[FormType]
) -> tuple[FormType, ReportQuery | None]:
    """Reads an address; without a query where the form says what is wrong with it.

    Raises NotThere for an organisation whose report is not the actor's to see.
    """
    mine = names.list_reported_organisations(actor)
    selected = [each for each in mine if address.get("organisation") in ("", None, each.slug)]
    if not selected:
        raise NotThere
    choices = cached_choices(frozenset(each.id for each in selected))
    courses, sectors = names.list_courses(), list_sectors()
    today = clock.today(actor.time_zone)
    form = form_type(address, as_of=today)
    form.offer(mine, choices, courses, [(each.slug, each.name(language)) for each in sectors])
    if not form.validate():
        return form, None
    query = ReportQuery(
        organisations=tuple(selected),
        filters=form.filters(choices, courses),
        as_of=form.as_of.data or today,
        known_as_of=form.moment,
        today=today,
        labels=ReportLabels.of(sectors, choices, selected, language),
        lapses_before=form.lapses_before.data if isinstance(form, PeopleForm) else None,
    )
    return form, query


def load_report_for(actor: Actor, text: str, language: str) -> tuple[ReportId, ReportQuery]:
    """Reads an id and returns its query, with the data of then.

    Raises NotThere where it is no id, or where a report of one of its organisations is not the actor's to see.
    """
    try:
        read = read_id(text)
    except Malformed:
        raise NotThere from None
    organisations = [each for each in names.list_reported_organisations(actor) if each.id in read.organisations]
    if len(organisations) < len(read.organisations):
        raise NotThere
    query = ReportQuery(
        organisations=tuple(organisations),
        filters=read.filters,
        as_of=read.as_of,
        known_as_of=read.known_at,
        today=clock.today(actor.time_zone),
        labels=ReportLabels.of(list_sectors(), names.find_choices(read.organisations), organisations, language),
    )
    return read, query


def parameters_of(query: ReportQuery) -> dict[str, str]:
    """Returns the parameters of the address of a report."""
    filters = query.filters
    stations = names.find_choices(query.organisation_ids).stations if filters.station is not None else ()
    found = {
        "organisation": "" if query.of_posts else query.organisations[0].slug,
        "as_of": query.as_of.isoformat(),
        "station": next((slug for number, slug, _name in stations if number == filters.station), ""),
        "course": "" if filters.course is None else names.find_course(int(filters.course)).slug,
        "role": filters.role,
        "contract": filters.contract,
        "sector": filters.sector,
        "works_with_children": {True: "yes", False: "no", None: ""}[filters.works_with_children],
    }
    return {name: str(word) for name, word in found.items() if word}


def query_labels(query: ReportQuery) -> Iterable[tuple[str, str]]:
    """Yields the chosen filters, each with the label of its value."""
    filters, labels = query.filters, query.labels
    if filters.station is not None:
        yield _("Station"), labels.stations.get(int(filters.station), str(filters.station))
    if filters.sector is not None:
        yield _("Sector"), labels.sector(filters.sector)
    if filters.course is not None:
        yield _("Course"), names.find_course(int(filters.course)).title
    if filters.role is not None:
        yield _("Role"), str(filters.role)
    if filters.contract is not None:
        yield _("Contract"), str(CONTRACT_LABELS.get(str(filters.contract), filters.contract))
    if filters.works_with_children is not None:
        yield _("Works with children"), _("yes") if filters.works_with_children else _("no")


def shortcuts(today: date) -> list[tuple[str, date]]:
    """Returns the ready-made days of a report by name."""
    return [
        ("a_year_ago", a_year_before(today)),
        ("last_quarter", end_of_last_quarter(today)),
        ("today", today),
        ("in_90_days", today + timedelta(days=90)),
    ]
