"""The people of a report: selected by their prepared statuses, with the reason of each, page by page.

By course they are the rows of a matrix, and all of them together its totals.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from lms.compliance.projection import post_lists
from lms.compliance.projection.post_lists import ListedPost, RequiredOfPost
from lms.compliance.report.count_backends import SnapshotCounts, held_since, require_up_to_date, snapshots_can_answer
from lms.compliance.report.counts import MatrixColumn, StatusCounts
from lms.compliance.report.query import ReportQuery
from lms.compliance.report.reasons import list_reasoned
from lms.compliance.report.report import ExplainedLine, PersonLine
from lms.compliance.source_data.filters import CourseTitle
from lms.compliance.source_data.load import LoadedFacts, required_courses
from lms.compliance.source_data.names import NamedPerson, name_people
from lms.compliance.source_data.population import (
    PostStatus,
    RequirementStatus,
    load_population,
    reasons_on,
    status_row,
    statuses_on,
    urgency_of,
)
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import StatusGroup, TrainingStatus, overall
from lms.compliance.status.facts import Id
from lms.kernel import clock
from lms.kernel.batches import batched
from lms.kernel.pagination import PER_PAGE, Pagination, clamp_page, paginate_list

BATCH = 500
Line = TypeVar("Line", bound=PersonLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(Pagination[PersonLine]):
    """One page of people of a report."""

    known_at: datetime
    query: ReportQuery
    # Since when a list of people is being imported, so that more are to come.
    importing_since: datetime | None


def build_people(
    query: ReportQuery, statuses: Iterable[TrainingStatus] | None, page: int = 1, *, reasons: bool = True
) -> PeoplePage:
    """Lists fifty people of the report, worst first, with or without the reason of each one's worst status.

    A page past the end is the last. Raises StillUpdating.
    """
    chosen = None if statuses is None else frozenset(statuses)
    if _needs_facts(query, while_importing=True):
        loaded, found = _select_from_facts(query, chosen)
        return _people_page(query, _explained_page(query, loaded, found, page))
    selection = _selection(query, chosen)
    total = _count_from_snapshots(query, chosen)
    if total is None:
        total = post_lists.count_listed(selection)
    page = clamp_page(page, total)
    posts = post_lists.list_page(selection, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    return _people_page(query, Pagination(items=_prepared_lines(query, posts, reasons=reasons), total=total, page=page))


def _explained_page(
    query: ReportQuery, loaded: LoadedFacts, found: Sequence[PostStatus], page: int
) -> Pagination[PersonLine]:
    selected = paginate_list(found, page)
    return selected.with_items(
        [replace(line, reason=line.rows[0].sentence) for line in _lines(query, loaded, selected.items)]
    )


def _people_page(query: ReportQuery, lines: Pagination[PersonLine]) -> PeoplePage:
    return PeoplePage(
        items=lines.items,
        total=lines.total,
        page=lines.page,
        known_at=query.known_as_of or clock.now(),
        query=query,
        importing_since=None if query.known_as_of else held_since(query.organisation_ids),
    )


def all_lines(query: ReportQuery, statuses: Iterable[TrainingStatus] | None) -> Iterator[ExplainedLine]:
    """Yields everybody, worst first, read some hundred at a time. Raises StillUpdating."""
    chosen = None if statuses is None else frozenset(statuses)
    if _needs_facts(query):
        yield from _lines(query, *_select_from_facts(query, chosen))
        return
    for batch in batched(post_lists.list_page(_selection(query, chosen), limit=None), BATCH):
        yield from _reasoned_lines(query, batch)


def build_matrix(
    query: ReportQuery, statuses: Iterable[TrainingStatus] | None, page: int = 1
) -> tuple[list[MatrixColumn], PeoplePage]:
    """Returns the columns and fifty people, those that `build_people` lists. Raises StillUpdating."""
    chosen = None if statuses is None else frozenset(statuses)
    if _needs_facts(query, while_importing=True):
        loaded, found = _select_from_facts(query, chosen)
        return _columns(query, _count(found)), _people_page(query, _explained_page(query, loaded, found, page))
    return _columns(query, _count_prepared(query, chosen)), build_people(query, chosen, page, reasons=False)


def whole_matrix(
    query: ReportQuery, statuses: Iterable[TrainingStatus] | None
) -> tuple[list[MatrixColumn], Iterator[PersonLine]]:
    """Returns the columns and everybody, read some hundred at a time. Raises StillUpdating."""
    chosen = None if statuses is None else frozenset(statuses)
    if _needs_facts(query):
        loaded, found = _select_from_facts(query, chosen)
        return _columns(query, _count(found)), iter(_lines(query, loaded, found))
    posts = post_lists.list_page(_selection(query, chosen), limit=None)
    lines = (line for batch in batched(posts, BATCH) for line in _prepared_lines(query, batch, reasons=False))
    return _columns(query, _count_prepared(query, chosen)), lines


def _needs_facts(query: ReportQuery, *, while_importing: bool = False) -> bool:
    return query.known_as_of is not None or not require_up_to_date(
        query.organisation_ids, while_importing=while_importing
    )


def _counts_are_snapshots(query: ReportQuery) -> bool:
    """Says whether the count tables know how many people are listed; they are held while a list is imported."""
    whole = query.lapses_before is None and snapshots_can_answer(query.filters)
    return whole and held_since(query.organisation_ids) is None


def _count_from_snapshots(query: ReportQuery, statuses: frozenset[TrainingStatus] | None) -> int | None:
    """Counts the selected posts from the count tables where they can answer; else returns None."""
    if not _counts_are_snapshots(query):
        return None
    totals = SnapshotCounts(query.organisation_ids, query.filters, ()).totals_on([query.as_of])
    by_status = totals[query.as_of].by_status
    return sum(people for each, people in by_status.items() if statuses is None or each in statuses)


def _select_from_facts(
    query: ReportQuery, statuses: frozenset[TrainingStatus] | None
) -> tuple[LoadedFacts, list[PostStatus]]:
    loaded, population = load_population(Scope(query.organisation_ids), query.known_as_of)
    listed = statuses_on(population, query.as_of, query.filters)
    found = [each for each in listed if each.required and (statuses is None or each.overall in statuses)]
    found.sort(key=lambda each: (urgency_of(each.worst)[:2], each.post.person))
    if query.lapses_before is not None:
        lapsing = [(lapse, each) for each in found if (lapse := each.post.lapses_on(query.as_of)) is not None]
        lapsing.sort(key=lambda pair: pair[0])
        found = [each for lapse, each in lapsing if lapse < query.lapses_before]
    return loaded, found


def _prepared_lines(query: ReportQuery, posts: Sequence[ListedPost], *, reasons: bool) -> list[PersonLine]:
    """Returns posts with their prepared statuses; with reasons, the facts are read for each one's worst status."""
    here = query.organisation_ids
    required = post_lists.list_required([post[:2] for post in posts], query.as_of, query.filters.courses)
    courses = required_courses(here)
    rows = {
        post: [_prepared_status(each, courses[each.course_id]) for each in of_post]
        for post, of_post in required.items()
        if of_post
    }
    explained: Mapping[tuple[int, int], str] = {}
    if reasons:
        worst = {post: min(of_post, key=lambda row: row.urgency) for post, of_post in rows.items()}
        in_progress = any(row.status is TrainingStatus.IN_PROGRESS for row in worst.values())
        numbers = {post: row.requirement_id for post, row in worst.items()}
        explained = reasons_on(query.as_of, numbers, here, progress=in_progress)
    names = name_people(here, {post.person_id for post in posts})
    return [
        _line(
            PersonLine,
            query,
            named=names[post[:2]],
            placed=post[2:],
            rows=rows[post[:2]],
            reason=explained.get(post[:2], ""),
        )
        for post in posts
        if post[:2] in rows
    ]


def _prepared_status(each: RequiredOfPost, course: CourseTitle) -> RequirementStatus:
    return RequirementStatus(
        each.requirement_id, each.organisation_id, course.course_id, course.slug, course.title,
        each.status, each.due_on, each.valid_through,
    )  # fmt: skip


def _reasoned_lines(query: ReportQuery, posts: Sequence[ListedPost]) -> list[ExplainedLine]:
    """Returns posts with their prepared statuses and the reason of each."""
    here = query.organisation_ids
    rows = list_reasoned([post[:2] for post in posts], query.as_of, here, query.filters.courses)
    names = name_people(here, {post.person_id for post in posts})
    return [
        _line(ExplainedLine, query, named=names[post[:2]], placed=post[2:], rows=list(rows[post[:2]]))
        for post in posts
        if rows[post[:2]]
    ]


def _selection(query: ReportQuery, statuses: frozenset[TrainingStatus] | None) -> post_lists.PostSelection:
    return post_lists.PostSelection(query.organisation_ids, query.filters, query.as_of, statuses, query.lapses_before)


def _lines(query: ReportQuery, loaded: LoadedFacts, post_statuses: Sequence[PostStatus]) -> list[ExplainedLine]:
    persons = {int(each.post.person) for each in post_statuses} if len(post_statuses) <= BATCH else None
    names = name_people(query.organisation_ids, persons)
    return [
        _explained_line(query, loaded, each, names[each.post.person, each.post.organisation]) for each in post_statuses
    ]


def _explained_line(query: ReportQuery, loaded: LoadedFacts, each: PostStatus, named: NamedPerson) -> ExplainedLine:
    rows = [status_row(applied, explained, named.organisation_id, loaded) for applied, explained in each.required]
    placed = int(each.placement.station), str(each.placement.sector), str(each.placement.role)
    return _line(ExplainedLine, query, named=named, placed=placed, rows=rows)


def _line(
    kind: type[Line],
    query: ReportQuery,
    *,
    named: NamedPerson,
    placed: tuple[int, str, str],
    rows: list[Any],
    reason: str = "",
) -> Line:  # fmt: skip
    labels, (station, sector, role) = query.labels, placed
    rows.sort(key=lambda row: row.urgency)
    not_met = sum(row.status.group is not StatusGroup.COMPLIANT for row in rows)
    return kind(
        named=named,
        organisation=labels.organisations[named.organisation_id],
        sector=sector,
        sector_name=labels.sector(sector),
        station=labels.stations.get(station, ""),
        role=role,
        overall=rows[0].status if rows else TrainingStatus.NOT_REQUIRED,
        also=max(0, not_met - 1),
        rows=rows,
        reason=reason,
    )


def _columns(query: ReportQuery, counts: Mapping[int, Mapping[TrainingStatus, int]]) -> list[MatrixColumn]:
    courses = required_courses(query.organisation_ids)
    columns = [MatrixColumn(courses[course], StatusCounts.added(each)) for course, each in counts.items()]
    return sorted(columns, key=lambda column: column.course.title)


def _count(found: Iterable[PostStatus]) -> Mapping[int, Mapping[TrainingStatus, int]]:
    counts: defaultdict[int, Counter[TrainingStatus]] = defaultdict(Counter)
    for each in found:
        by_course: defaultdict[Id, list[TrainingStatus]] = defaultdict(list)
        for applied, explained in each.required:
            by_course[applied.requirement.course].append(explained.status)
        for course, statuses in by_course.items():
            counts[int(course)][overall(statuses)] += 1
    return counts


def _count_prepared(
    query: ReportQuery, statuses: frozenset[TrainingStatus] | None
) -> Mapping[int, Mapping[TrainingStatus, int]]:
    if statuses is not None or not _counts_are_snapshots(query):
        return post_lists.count_courses(_selection(query, statuses))
    here = query.organisation_ids
    day = SnapshotCounts(here, query.filters, required_courses(here)).on(query.as_of)
    return {int(course): day.of_course(course).by_status for course in day.courses}
