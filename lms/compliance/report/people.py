"""The people of a report: selected by their prepared statuses, explained from their facts, page by page.

By course they are the rows of a matrix, and all of them together its totals.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.compliance.projection import post_lists
from lms.compliance.report.count_backends import SnapshotCounts, held_since, require_up_to_date, snapshots_can_answer
from lms.compliance.report.counts import MatrixColumn, StatusCounts
from lms.compliance.report.query import ReportQuery
from lms.compliance.report.report import PersonLine
from lms.compliance.source_data.load import LoadedFacts, required_courses
from lms.compliance.source_data.names import NamedPerson, name_people
from lms.compliance.source_data.population import PostStatus, load_population, status_row, statuses_on, urgency_of
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import StatusGroup, TrainingStatus, overall
from lms.compliance.status.facts import Id
from lms.kernel import clock
from lms.kernel.batches import batched
from lms.kernel.pagination import PER_PAGE, Pagination, clamp_page, paginate_list

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(Pagination[PersonLine]):
    """One page of people of a report."""

    known_at: datetime
    query: ReportQuery
    # Since when a list of people is being imported, so that more are to come.
    importing_since: datetime | None


def build_people(query: ReportQuery, statuses: Iterable[TrainingStatus] | None, page: int = 1) -> PeoplePage:
    """Lists fifty people of the report, worst first; a page past the end is the last. Raises StillUpdating."""
    chosen = None if statuses is None else frozenset(statuses)
    if _needs_facts(query, while_importing=True):
        loaded, found = _select_from_facts(query, chosen)
        return _people_page(query, loaded, paginate_list(found, page))
    selection = _selection(query, chosen)
    total = _count_from_snapshots(query, chosen)
    if total is None:
        total = post_lists.count_listed(selection)
    page = clamp_page(page, total)
    posts = post_lists.list_page(selection, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    loaded, explained = _explain(query, posts)
    return _people_page(query, loaded, Pagination(items=explained, total=total, page=page))


def _people_page(query: ReportQuery, loaded: LoadedFacts, selected: Pagination[PostStatus]) -> PeoplePage:
    return PeoplePage(
        items=_lines(query, loaded, selected.items),
        total=selected.total,
        page=selected.page,
        known_at=query.known_as_of or clock.now(),
        query=query,
        importing_since=None if query.known_as_of else held_since(query.organisation_ids),
    )


def all_lines(query: ReportQuery, statuses: Iterable[TrainingStatus] | None) -> Iterator[PersonLine]:
    """Yields everybody, worst first, read some hundred at a time. Raises StillUpdating."""
    chosen = None if statuses is None else frozenset(statuses)
    if _needs_facts(query):
        yield from _lines(query, *_select_from_facts(query, chosen))
        return
    for batch in batched(post_lists.list_page(_selection(query, chosen), limit=None), BATCH):
        yield from _lines(query, *_explain(query, batch))


def build_matrix(
    query: ReportQuery, statuses: Iterable[TrainingStatus] | None, page: int = 1
) -> tuple[list[MatrixColumn], PeoplePage]:
    """Returns the columns and fifty people, those that `build_people` lists. Raises StillUpdating."""
    chosen = None if statuses is None else frozenset(statuses)
    if _needs_facts(query, while_importing=True):
        loaded, found = _select_from_facts(query, chosen)
        return _columns(query, _count(found)), _people_page(query, loaded, paginate_list(found, page))
    return _columns(query, _count_prepared(query, chosen)), build_people(query, chosen, page)


def whole_matrix(
    query: ReportQuery, statuses: Iterable[TrainingStatus] | None
) -> tuple[list[MatrixColumn], Iterator[PersonLine]]:
    """Returns the columns and everybody, read some hundred at a time. Raises StillUpdating."""
    chosen = None if statuses is None else frozenset(statuses)
    if _needs_facts(query):
        loaded, found = _select_from_facts(query, chosen)
        return _columns(query, _count(found)), iter(_lines(query, loaded, found))
    return _columns(query, _count_prepared(query, chosen)), all_lines(query, chosen)


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


def _explain(query: ReportQuery, posts: Sequence[tuple[int, int]]) -> tuple[LoadedFacts, list[PostStatus]]:
    """Evaluates the facts of some posts, in their order."""
    persons = frozenset(person for person, _organisation in posts)
    loaded, population = load_population(Scope(query.organisation_ids, persons))
    by_post: dict[tuple[Id, Id], PostStatus] = {
        (each.post.person, each.post.organisation): each for each in statuses_on(population, query.as_of, query.filters)
    }
    return loaded, [by_post[post] for post in posts if post in by_post]


def _selection(query: ReportQuery, statuses: frozenset[TrainingStatus] | None) -> post_lists.PostSelection:
    return post_lists.PostSelection(query.organisation_ids, query.filters, query.as_of, statuses, query.lapses_before)


def _lines(query: ReportQuery, loaded: LoadedFacts, post_statuses: Sequence[PostStatus]) -> list[PersonLine]:
    persons = {int(each.post.person) for each in post_statuses} if len(post_statuses) <= BATCH else None
    names = name_people(query.organisation_ids, persons)
    return [
        _person_line(query, loaded, each, names[each.post.person, each.post.organisation]) for each in post_statuses
    ]


def _person_line(query: ReportQuery, loaded: LoadedFacts, each: PostStatus, named: NamedPerson) -> PersonLine:
    labels, sector = query.labels, str(each.placement.sector)
    rows = [status_row(applied, explained, named.organisation_id, loaded) for applied, explained in each.required]
    not_met = sum(row.status.group is not StatusGroup.COMPLIANT for row in rows)
    return PersonLine(
        named=named,
        organisation=labels.organisations[named.organisation_id],
        sector=sector,
        sector_name=labels.sector(sector),
        station=labels.stations.get(int(each.placement.station), ""),
        role=str(each.placement.role),
        overall=each.overall,
        also=max(0, not_met - 1),
        rows=sorted(rows, key=lambda row: row.urgency),
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
