"""Parses the address of a report into a query that the actor may make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from lms.compliance.report.forms import ReportForm
from lms.compliance.source_data import names
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.names import FilterChoices
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.caching import application_cache
from lms.kernel.days import a_year_before, end_of_last_quarter
from lms.kernel.errors import NotThere
from lms.people.api import list_sectors
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
    chosen: Mapping[str, str]
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
    actor: Actor,
    address: MultiDict[str, str],
    language: str,
    form_type: type[FormType] = ReportForm,  # type: ignore[assignment]
) -> tuple[FormType, ReportQuery | None]:
    """Reads an address; without a question where the form says what is wrong with it.

    Raises NotThere for an organisation whose report is not the actor's to see.
    """
    mine = names.list_reported_organisations(actor)
    selected = [each for each in mine if address.get("organisation") in ("", None, each.slug)]
    if not selected:
        raise NotThere
    choices = cached_choices(frozenset(each.id for each in selected))
    courses, sectors = names.list_courses(), list_sectors()
    form = form_type(address)
    form.offer(mine, choices, courses, [(each.slug, each.name(language)) for each in sectors])
    form.today = today = clock.today(actor.time_zone)
    if not form.validate():
        return form, None
    chosen = form.chosen()
    form.as_of.data = form.day(today)
    query = ReportQuery(
        organisations=tuple(selected),
        filters=form.filters(choices, courses),
        as_of=form.as_of.data,
        known_as_of=form.moment,
        today=today,
        labels=ReportLabels.of(sectors, choices, selected, language),
        chosen=chosen,
        lapses_before=form.lapse_day(),
    )
    return form, query


def shortcuts(today: date) -> list[tuple[str, date]]:
    """Returns the ready-made days of a report by name."""
    return [
        ("a_year_ago", a_year_before(today)),
        ("last_quarter", end_of_last_quarter(today)),
        ("today", today),
        ("in_90_days", today + timedelta(days=90)),
    ]
