"""Builds the per-sector report of a query, verifies the report of an id, and compares two reports."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lms.compliance.report import count_backends as sources
from lms.compliance.report.counts import CountBackend, StatusCounts
from lms.compliance.report.later_facts import LaterFact, count_recorded_since, list_recorded_since
from lms.compliance.report.query import ReportQuery
from lms.compliance.report.report import (
    ReportPage,
    digest_of,
    make_report,
    points_between,
    report_of_document,
    sorted_lines,
)
from lms.compliance.report.report_id import ReportId
from lms.compliance.source_data.filters import CourseTitle
from lms.compliance.source_data.load import required_courses
from lms.kernel import clock


def takes_long(query: ReportQuery) -> bool:
    """Says whether a report is computed by a job: from the facts, for many people."""
    return query.known_as_of is not None and sources.too_many_to_compute_inline(query.organisation_ids)


def build_report(query: ReportQuery, sort: str = "rate", stored: Mapping[str, Any] | None = None) -> ReportPage:
    """Builds a report from what a job has stored, from the projection, or for a past moment from the facts.

    Raises StillUpdating.
    """
    courses = required_courses(query.organisation_ids)
    held_since = None if query.known_as_of or stored else sources.held_since(query.organisation_ids)
    if stored:
        report, known_at = report_of_document(stored["report"]), datetime.fromisoformat(stored["known_at"])
    else:
        report = make_report(
            _backend(query, courses),
            query.as_of,
            sectors=list(query.labels.sectors),
            courses=[each.course_id for each in sorted(courses.values(), key=lambda each: each.title)],
        )
        known_at = query.known_as_of or held_since or clock.now()
    return ReportPage(
        report=report,
        lines=sorted_lines(report.lines, sort),
        courses=[courses[int(course)] for course in report.courses],
        known_at=known_at,
        query=query,
        held_since=held_since,
    )


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
