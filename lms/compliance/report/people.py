"""The people of a report: selected by their prepared statuses, explained from their facts, page by page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.compliance.projection import read as intervals
from lms.compliance.report.count_backends import SnapshotCounts, require_up_to_date, snapshots_can_answer
from lms.compliance.report.counts import PostStatus, most_urgent_first, statuses_on
from lms.compliance.report.query import ReportQuery
from lms.compliance.source_data.load import LoadedFacts
from lms.compliance.source_data.names import NamedPerson, name_people
from lms.compliance.source_data.person_status import StatusRow, load_population, status_row
from lms.compliance.source_data.scope import Scope
from lms.compliance.status import api as rules
from lms.compliance.status.api import Id, TrainingStatus
from lms.kernel import clock
from lms.kernel.batches import batched
from lms.kernel.pagination import PER_PAGE, Pagination, clamp_page, paginate_list
from lms.kernel.tabular import Cell

BATCH = 500


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of the report: who and where, the most urgent requirement, and how many more are not met."""

    named: NamedPerson
    organisation: str
    sector: str
    sector_name: str
    station: str
    role: str
    overall: rules.TrainingStatus
    worst: StatusRow
    also: int
    rows: tuple[StatusRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(Pagination[PersonLine]):
    """One page of people of a report."""

    known_at: datetime
    query: ReportQuery


def build_people(
    query: ReportQuery, statuses: Iterable[rules.TrainingStatus] | None, page: int | None = 1
) -> PeoplePage:
    """Lists the people of a report, worst first: one page of fifty, or all of them where `page` is None.

    Raises StillUpdating.
    """
    known_at = query.known_as_of or clock.now()
    if page is None:
        lines = list(all_lines(query, statuses))
        return PeoplePage(items=lines, total=len(lines), per_page=max(1, len(lines)), known_at=known_at, query=query)
    selected, loaded = select_page(query, statuses, page)
    return PeoplePage(
        items=_lines(query, loaded, selected.items),
        total=selected.total,
        page=selected.page,
        known_at=known_at,
        query=query,
    )


def all_lines(query: ReportQuery, statuses: Iterable[rules.TrainingStatus] | None) -> Iterator[PersonLine]:
    """Yields everybody, worst first, read some hundred at a time. Raises StillUpdating."""
    for loaded, post_statuses in select_all(query, statuses):
        yield from _lines(query, loaded, post_statuses)


def _lines(query: ReportQuery, loaded: LoadedFacts, post_statuses: Sequence[PostStatus]) -> list[PersonLine]:
    names = _names(query, post_statuses)
    return [_person_line(query, loaded, each, names) for each in post_statuses]


def _names(query: ReportQuery, post_statuses: Sequence[PostStatus]) -> Mapping[tuple[rules.Id, rules.Id], NamedPerson]:
    persons = {int(each.post.person) for each in post_statuses} if len(post_statuses) <= BATCH else None
    named = name_people(query.organisation_ids, persons)
    return {(each.person_id, each.organisation_id): each for each in named}


def _person_line(
    query: ReportQuery,
    loaded: LoadedFacts,
    post_statuses: PostStatus,
    names: Mapping[tuple[rules.Id, rules.Id], NamedPerson],
) -> PersonLine:
    labels, post, placement = query.labels, post_statuses.post, post_statuses.placement
    organisation = int(post.organisation)
    worst = post_statuses.worst
    rows = {
        applied.requirement.id: status_row(applied, explained, organisation, loaded.courses, loaded.serials)
        for applied, explained in post_statuses.required
    }
    not_in_order = [
        explained
        for _applied, explained in post_statuses.required
        if explained.status.group is not rules.StatusGroup.COMPLIANT
    ]
    return PersonLine(
        named=names[post.person, post.organisation],
        organisation=labels.organisations[organisation],
        sector=str(placement.sector),
        sector_name=labels.sectors.get(str(placement.sector), str(placement.sector)),
        station=labels.stations.get(int(placement.station), ""),
        role=str(placement.role),
        overall=post_statuses.overall,
        worst=rows[worst[0].requirement.id],
        also=max(0, len(not_in_order) - 1),
        rows=tuple(sorted(rows.values(), key=lambda row: row.urgency)),
    )


def select_page(
    query: ReportQuery, statuses: Iterable[TrainingStatus] | None, number: int
) -> tuple[Pagination[PostStatus], LoadedFacts]:
    """Selects one page of fifty posts, worst and most urgent first, with the facts they rest on.

    A page past the end is the last one. Raises StillUpdating.
    """
    selected = None if statuses is None else frozenset(statuses)
    if query.known_as_of is not None or not require_up_to_date(query.organisation_ids):
        loaded, found = _select_from_facts(query, selected)
        return paginate_list(found, number), loaded
    selection = (query.organisation_ids, query.filters, query.as_of, selected, query.lapses_before)
    total = _count_from_snapshots(query, selected)
    if total is None:
        total = intervals.count_listed(*selection)
    page = clamp_page(number, total)
    posts = intervals.list_page(*selection, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    loaded, post_statuses = _explain(query, posts)
    return Pagination(items=post_statuses, total=total, page=page), loaded


def select_all(
    query: ReportQuery, statuses: Iterable[TrainingStatus] | None
) -> Iterator[tuple[LoadedFacts, Sequence[PostStatus]]]:
    """Selects all posts in the same order, some hundred at a time. Raises StillUpdating."""
    selected = None if statuses is None else frozenset(statuses)
    if query.known_as_of is not None or not require_up_to_date(query.organisation_ids):
        yield _select_from_facts(query, selected)
        return
    selection = (query.organisation_ids, query.filters, query.as_of, selected, query.lapses_before)
    for batch in batched(intervals.list_page(*selection, limit=None), BATCH):
        yield _explain(query, batch)


def _count_from_snapshots(query: ReportQuery, statuses: frozenset[TrainingStatus] | None) -> int | None:
    """Counts the selected posts from the count tables where they can answer; else returns None."""
    if query.lapses_before is not None or not snapshots_can_answer(query.filters):
        return None
    counts = SnapshotCounts(query.organisation_ids, query.filters, ())
    return counts.totals_on([query.as_of])[query.as_of].of_statuses(statuses)


def _select_from_facts(
    query: ReportQuery, statuses: frozenset[TrainingStatus] | None
) -> tuple[LoadedFacts, Sequence[PostStatus]]:
    loaded, population = load_population(Scope(query.organisation_ids), query.known_as_of)
    found = most_urgent_first(statuses_on(population, query.as_of, query.filters), statuses=statuses)
    if query.lapses_before is not None:
        lapsing = [(lapse, each) for each in found if (lapse := each.post.lapses_on(query.as_of)) is not None]
        lapsing.sort(key=lambda pair: pair[0])
        found = [each for lapse, each in lapsing if lapse < query.lapses_before]
    return loaded, found


def _explain(query: ReportQuery, posts: Sequence[tuple[int, int]]) -> tuple[LoadedFacts, Sequence[PostStatus]]:
    """Evaluates the facts of some posts, in their order."""
    persons = frozenset(person for person, _organisation in posts)
    loaded, population = load_population(Scope(query.organisation_ids, persons))
    post_statuses = statuses_on(population, query.as_of, query.filters)
    by_post: dict[tuple[Id, Id], PostStatus] = {
        (each.post.person, each.post.organisation): each for each in post_statuses
    }
    return loaded, [by_post[post] for post in posts if post in by_post]


PEOPLE_HEAD = (
    "as_of", "known_as_of", "definitions", "organisation", "staff_number", "name", "sector", "station", "role",
    "overall", "course", "status", "due_on", "valid_through", "certificate", "reason",
)  # fmt: skip


def people_rows(page: PeoplePage) -> Iterable[Sequence[Cell]]:
    """Returns people as rows of `PEOPLE_HEAD`: one for each requirement, people and requirements worst first."""
    for line in page.items:
        for row in line.rows:
            yield (
                page.query.as_of,
                page.known_at.isoformat(timespec="seconds"),
                rules.DEFINITIONS_VERSION,
                line.organisation,
                line.named.staff_number,
                line.named.name,
                line.sector_name,
                line.station,
                line.role,
                line.overall.value,
                row.course_slug,
                row.status.value,
                row.due_on,
                row.valid_through,
                row.award,
                row.sentence,
            )
