"""Builds the per-sector report of a query, verifies the report of an id, and compares two reports."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from lms.compliance.report import count_backends as sources
from lms.compliance.report.counts import CountBackend, StatusCounts
from lms.compliance.report.later_facts import LaterFact, count_recorded_since, list_recorded_since
from lms.compliance.report.query import ReportQuery
from lms.compliance.report.report import (
    Report,
    ReportPage,
    digest_of,
    make_report,
    points_between,
    read_for_report,
    report_of_document,
)
from lms.compliance.report.report_id import ReportId
from lms.compliance.source_data.filters import CourseTitle
from lms.compliance.source_data.load import required_courses
from lms.kernel import clock
from lms.kernel.caching import application_cache

CACHED_REPORTS = 64
CACHED_SECONDS = 600
"""After so long the moment of the data is a new one, though the figures be the same."""

_numbers = count(1)


def takes_long(query: ReportQuery) -> bool:
    """Says whether a report is computed by a job: from the facts, for many people."""
    return query.known_as_of is not None and sources.too_many_to_compute_inline(query.organisation_ids)


@dataclass(frozen=True, slots=True)
class CachedReport:
    """A report whose figures are still those of its moment; the number is given once."""

    report: Report
    known_at: datetime
    number: int


def build_report(
    query: ReportQuery, sort: str = "rate", stored: Mapping[str, Any] | None = None, *, may_be_cached: bool = False
) -> ReportPage:
    """Builds a report from what a job has stored, from the projection, or for a past moment from the facts.

    One that may be cached has the moment of some minutes ago where every count it is made of was the same then. Raises
    StillUpdating.
    """
    courses = required_courses(query.organisation_ids)
    held_since = None if query.known_as_of or stored else sources.held_since(query.organisation_ids)
    ordered = [each.course_id for each in sorted(courses.values(), key=lambda each: each.title)]
    number = None
    if stored:
        report, known_at = report_of_document(stored["report"]), datetime.fromisoformat(stored["known_at"])
    else:
        backend = _backend(query, courses)
        known_at = query.known_as_of or held_since or clock.now()

        def make(counts: CountBackend) -> Report:
            return make_report(counts, query.as_of, sectors=list(query.labels.sectors), courses=ordered)

        if may_be_cached and query.known_as_of is None and held_since is None:
            cached = _cached_report(query, backend, known_at, make, tuple(courses.values()))
            report, known_at, number = cached.report, cached.known_at, cached.number
        else:
            report = make(read_for_report(backend, query.as_of))
    return ReportPage(
        report=report,
        sort=sort,
        courses=[courses[int(course)] for course in report.courses],
        known_at=known_at,
        query=query,
        held_since=held_since,
        cached_number=number,
    )


def _cached_report(
    query: ReportQuery, backend: CountBackend, now: datetime, make: Callable[[CountBackend], Report], *shown: Hashable
) -> CachedReport:
    """Returns the report that was made of the same counts, where there is one, else one made now.

    The counts are read only where their version is another than any whose counts are known.
    """
    reports = application_cache("compliance_reports", CACHED_REPORTS)
    digests = application_cache("compliance_counts", CACHED_REPORTS)
    version = backend.read_version()
    known = version and (query.organisation_ids, query.filters, query.as_of, *shown, version)
    minutes = int(now.timestamp()) // CACHED_SECONDS
    about = (_named(query), query.as_of, query.today, query.filters, *shown, minutes)
    digest = digests.get(known) if known else None
    found: CachedReport | None = reports.get((*about, digest)) if digest else None
    if found is None:
        counts = read_for_report(backend, query.as_of)
        if known:
            digests.put(known, counts.digest)
        found = reports.get_or_load((*about, counts.digest), lambda: CachedReport(make(counts), now, next(_numbers)))
    return found


def _named(query: ReportQuery) -> Hashable:
    """Returns all that a page of the report names."""
    labels = query.labels
    names = (labels.sectors, labels.short, labels.stations, labels.organisations)
    organisations = tuple((each.id, each.slug, each.name) for each in query.organisations)
    return organisations, tuple(tuple(each.items()) for each in names)


def _backend(query: ReportQuery, courses: Mapping[int, CourseTitle]) -> CountBackend:
    organisations, filters = query.organisation_ids, query.filters
    whole = sources.snapshots_can_answer(filters)
    if query.known_as_of is not None or not sources.require_up_to_date(organisations, while_importing=whole):
        return sources.FactsCounts(organisations, filters, query.known_as_of)
    if whole:
        return sources.SnapshotCounts(organisations, filters, courses)
    return sources.IntervalCounts(organisations, filters)


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


def compare_reports(now: ReportPage, then: ReportPage) -> list[SectorPair]:
    """Puts two reports beside each other: all sectors first, then each with people, in the order of the first."""
    nobody, labels = StatusCounts({}), now.query.labels
    before = {line.sector: line.figures for line in then.lines}
    after = {line.sector: line.figures for line in now.lines}
    pairs = [
        SectorPair(each, labels.sector(each), before.get(each, nobody), after.get(each, nobody))
        for each in dict.fromkeys([*after, *before])
    ]
    total = SectorPair("", "", then.report.total, now.report.total)
    return [total, *(each for each in pairs if each.then.people or each.now.people)]


@dataclass(frozen=True, slots=True)
class VerifiedReport:
    """A report that was verified.

    `same` says whether the figures are those of the id, `changed` whether later knowledge changes any figure of the
    day, `compared` has both beside each other, `since` how many facts were recorded or withdrawn since, by kind, and
    `facts` those that bear on the day, the latest first.
    """

    read: ReportId
    same: bool
    changed: bool
    compared: list[SectorPair]
    since: dict[str, int]
    facts: list[LaterFact]
    checked_at: datetime


def verify_report(read: ReportId, query: ReportQuery, stored: Mapping[str, Any] | None = None) -> VerifiedReport:
    """Works a report out again; `stored` is given where a job has done the long part. Raises StillUpdating."""
    then = build_report(query, "sector", stored)
    compared = compare_reports(build_report(replace(query, known_as_of=None), "sector"), then)
    return VerifiedReport(
        read=read,
        same=digest_of(then.report) == read.digest,
        changed=any(each.then != each.now for each in compared),
        compared=compared,
        since=count_recorded_since(query.organisation_ids, read.known_at),
        facts=list_recorded_since(query.organisation_ids, read.known_at, query.as_of),
        checked_at=clock.now(),
    )
