"""Verifies the report of an id: recalculates it with the data of then, and with today's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import current_app

from lms.compliance.report import count_backends as sources
from lms.compliance.report.counts import StatusCounts
from lms.compliance.report.document import digest_of
from lms.compliance.report.later_facts import count_recorded_since
from lms.compliance.report.query import ReportLabels, ReportQuery
from lms.compliance.report.report import points_between
from lms.compliance.report.report_id import Malformed, ReportId, read_id
from lms.compliance.report.service import REPORT_HEAD, ReportPage, build_report, report_rows
from lms.compliance.source_data import names
from lms.compliance.status import api as rules
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.config import Settings
from lms.kernel.errors import NotThere
from lms.kernel.tabular import Cell
from lms.people.api import list_sectors

IDENTIFIED_HEAD = (*REPORT_HEAD, "report")


def id_of(page: ReportPage) -> ReportId:
    """Returns the id of a report that was made."""
    query = page.query
    return ReportId(
        definitions=int(rules.DEFINITIONS_VERSION),
        as_of=query.as_of,
        known_at=page.known_at,
        organisations=tuple(sorted(query.organisation_ids)),
        filters=query.filters,
        digest=digest_of(page.report),
    )


def identified_rows(page: ReportPage) -> Iterator[Sequence[Cell]]:
    """Returns the figures of a report as rows of `IDENTIFIED_HEAD`: each says to which report it belongs."""
    written = str(id_of(page))
    for row in report_rows(page):
        yield (*row, written)


def address_of(report_id: ReportId) -> str:
    """Returns the address that works the report out again, as it is printed."""
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.public_address}/compliance/reports/{report_id}"


def is_large(query: ReportQuery) -> bool:
    """Returns whether there are too many people to evaluate their facts while a page waits."""
    return sources.too_many_to_compute_inline(query.organisation_ids)


def takes_long(query: ReportQuery) -> bool:
    """Says whether a report is worked out by a job: from the facts, for many people."""
    return query.known_as_of is not None and is_large(query)


def load_report_for(actor: Actor, text: str, language: str) -> tuple[ReportId, ReportQuery]:
    """Reads an id and returns its query, with the data of then.

    Raises NotThere where it is no id, or where a report of one of its organisations is not the actor's to see.
    """
    try:
        read = read_id(text)
    except Malformed:
        raise NotThere from None
    mine = {each.id: each for each in names.list_reported_organisations(actor)}
    if not set(read.organisations) <= set(mine):
        raise NotThere
    organisations = tuple(sorted((mine[each] for each in read.organisations), key=lambda each: each.name))
    choices = names.find_choices(read.organisations)
    query = ReportQuery(
        organisations=organisations,
        filters=read.filters,
        as_of=read.as_of,
        known_as_of=read.known_at,
        today=clock.today(actor.time_zone),
        labels=ReportLabels.of(list_sectors(), choices, organisations, language),
        chosen=_chosen(read, organisations, len(mine), choices),
    )
    return read, query


def _chosen(read: ReportId, organisations: Sequence[object], mine: int, choices: names.FilterChoices) -> dict[str, str]:
    filters = read.filters
    stations = {number: slug for number, slug, _name in choices.stations}
    courses = {each.course_id: each.slug for each in names.list_courses()}
    labels = {
        "as_of": read.as_of.isoformat(),
        "station": stations.get(int(filters.station)) if filters.station is not None else None,
        "course": courses.get(int(filters.course)) if filters.course is not None else None,
        "role": filters.role,
        "contract": filters.contract,
        "sector": filters.sector,
        "works_with_children": {True: "yes", False: "no"}.get(filters.works_with_children)
        if filters.works_with_children is not None
        else None,
    }
    if len(organisations) == 1 and mine > 1:
        labels["organisation"] = str(getattr(organisations[0], "slug", ""))
    return {name: str(word) for name, word in labels.items() if word}


@dataclass(frozen=True, slots=True)
class SectorPair:
    """One sector twice: on two days, or on one day with two states of knowledge."""

    sector: str
    name: str
    then: StatusCounts
    now: StatusCounts

    @property
    def points(self) -> int | None:
        """Returns the difference of the rates in points."""
        return points_between(self.then.rate, self.now.rate)

    @property
    def differs(self) -> bool:
        """Says whether any figure differs."""
        return dict(self.then.by_status) != dict(self.now.by_status)


@dataclass(frozen=True, slots=True)
class ReportComparison:
    """Two reports beside each other, sector by sector and in all; `then` is the other one."""

    then: ReportPage
    now: ReportPage
    sectors: Sequence[SectorPair]
    total: SectorPair


def compare_reports(now: ReportPage, then: ReportPage) -> ReportComparison:
    """Puts two reports beside each other, in the order of sectors of the first."""
    nobody, names = StatusCounts({}), now.query.labels.sectors
    before = {line.sector: line.figures for line in then.lines}
    after = {line.sector: line.figures for line in now.lines}
    pairs = [
        SectorPair(each, names.get(each, each), before.get(each, nobody), after.get(each, nobody))
        for each in dict.fromkeys([*after, *before])
    ]
    return ReportComparison(
        then=then,
        now=now,
        sectors=[each for each in pairs if each.then.people or each.now.people],
        total=SectorPair("", "", then.report.total, now.report.total),
    )


@dataclass(frozen=True, slots=True)
class VerifiedReport:
    """A report that was worked out again: whether it is the same, and what later knowledge makes of the day."""

    read: ReportId
    compared: ReportComparison
    since: dict[str, int]
    checked_at: datetime

    @property
    def same(self) -> bool:
        """Says whether the figures are those of the id."""
        return digest_of(self.compared.then.report) == self.read.digest

    @property
    def same_definitions(self) -> bool:
        """Says whether the definitions are still those it was made under."""
        return str(self.read.definitions) == rules.DEFINITIONS_VERSION

    @property
    def changed(self) -> bool:
        """Says whether later knowledge changes any figure of the day."""
        return any(each.differs for each in self.compared.sectors)

    @property
    def facts_since(self) -> int:
        """Returns how many facts were recorded or withdrawn since."""
        return sum(self.since.values())


def verify_report(read: ReportId, query: ReportQuery, then: ReportPage | None = None) -> VerifiedReport:
    """Works a report out again; `then` is given where a job has done the long part. Raises StillUpdating."""
    then = then or build_report(query, "sector")
    now = build_report(replace(query, known_as_of=None), "sector")
    return VerifiedReport(
        read=read,
        compared=compare_reports(now, then),
        since=count_recorded_since(query.organisation_ids, read.known_at),
        checked_at=clock.now(),
    )
