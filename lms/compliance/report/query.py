"""Which report is asked for: read from an address or from the id of a report, and said in words again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from lms.catalogue.api import course_by_id
from lms.compliance.report.report_id import Malformed, ReportId, read_id
from lms.compliance.source_data import names
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.names import FilterChoices
from lms.compliance.status.facts import Id
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.days import a_year_before, end_of_last_quarter
from lms.kernel.errors import NotThere, require_found
from lms.people.api import CONTRACT_LABELS, list_organisations, list_organisations_of, list_sectors
from lms.people.models import Organisation, Sector


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
    def known_on(self) -> date:
        """Returns the day up to which the data tell what happened; figures of later days are projected."""
        return self.today if self.known_as_of is None else min(self.today, self.known_as_of.date())

    @property
    def of_posts(self) -> bool:
        """Returns whether people are counted as posts, because there are several organisations."""
        return len(self.organisations) > 1


def list_verified_organisations(actor: Actor) -> Sequence[Organisation]:
    """Lists by name the organisations whose reports the actor may verify and sign off: figures, no people."""
    return list_organisations() if actor.has(Role.ADMIN) else list_organisations_of(actor, Role.HR)


def load_report_for(actor: Actor, text: str, language: str) -> tuple[ReportId, ReportQuery]:
    """Reads an id and returns its query, with the data of then.

    Raises NotThere where it is no id, or where a report of one of its organisations is not the actor's to verify.
    """
    try:
        read = read_id(text)
    except Malformed:
        raise NotThere from None
    organisations = [each for each in list_verified_organisations(actor) if each.id in read.organisations]
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
        "course": "" if filters.course is None else require_found(course_by_id(int(filters.course))).slug,
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
        yield _("Course"), require_found(course_by_id(int(filters.course))).title
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
