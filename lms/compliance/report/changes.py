"""What changed between two days: who joined, left, moved, lapsed, renewed or became compliant. Pure, but for names."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.compliance.report.counts import PostStatus
from lms.compliance.report.query import ReportQuery
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import LoadedFacts
from lms.compliance.source_data.names import NamedPerson, name_people
from lms.compliance.source_data.person_status import load_population
from lms.compliance.source_data.population import Population, Post
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.api import ExplainedStatus, Id, PlacementFact, StatusGroup, TrainingStatus, sentence
from lms.kernel import clock
from lms.kernel.pagination import PER_PAGE, Pagination, paginate_list


class Change(StrEnum):
    """What happened to a post between two days; several may have."""

    JOINED = "joined"
    LEFT = "left"
    MOVED = "moved"
    LAPSED = "lapsed"
    RENEWED = "renewed"
    COMPLIANT = "compliant"


@dataclass(frozen=True, slots=True)
class Changed:
    """A post that changed: its status on the first and on the second day, None where it did not count."""

    post: Post
    changes: frozenset[Change]
    before: PostStatus | None
    after: PostStatus | None

    @property
    def placement(self) -> PlacementFact:
        """Returns where the post counts: on the second day, or on the first if it left."""
        post_status = self.after or self.before
        assert post_status is not None  # noqa: S101 - a post that counts on neither day has not changed
        return post_status.placement


def changes_between(population: Population, first: date, second: date, filters: Filters) -> list[Changed]:
    """Returns the posts that changed, in the order of their numbers; `first` is the earlier day.

    A post counts on a day on which it has a placement that fits the filters. Joining and leaving are about having any
    placement in the organisation at all; coming from or going to one that does not fit is moving.
    """
    found = []
    for post in population.posts:
        placements = post.placement_on(first), post.placement_on(second)
        before, after = (
            PostStatus(post, placement, tuple(post.required_on(day, filters.courses)))
            if placement is not None and filters.match(placement)
            else None
            for placement, day in zip(placements, (first, second), strict=True)
        )
        if before is None and after is None:
            continue
        changes = frozenset(_changes(placements, before, after))
        if changes:
            found.append(Changed(post, changes, before, after))
    return sorted(found, key=lambda each: (str(each.placement.sector), int(each.post.person)))


def _changes(
    placements: tuple[PlacementFact | None, PlacementFact | None], before: PostStatus | None, after: PostStatus | None
) -> Iterator[Change]:
    was, now = placements
    if was is None:
        yield Change.JOINED
    elif now is None:
        yield Change.LEFT
    elif (was.sector, was.station) != (now.sector, now.station):
        yield Change.MOVED
    if before is None or after is None:
        return
    complied, complies = (before.overall.group is StatusGroup.COMPLIANT, after.overall.group is StatusGroup.COMPLIANT)
    if complied and not complies and after.overall is not TrainingStatus.NOT_REQUIRED:
        yield Change.LAPSED
    if complies and not complied and before.overall is not TrainingStatus.NOT_REQUIRED:
        yield Change.COMPLIANT
    if complied and complies and _renewed(before, after):
        yield Change.RENEWED


def _renewed(before: PostStatus, after: PostStatus) -> bool:
    """Says whether another award that ends later explains any requirement."""
    earlier = {applied.requirement.id: explained for applied, explained in before.required}
    return any(
        _later(earlier[applied.requirement.id], explained)
        for applied, explained in after.required
        if applied.requirement.id in earlier
    )


def _later(before: ExplainedStatus, after: ExplainedStatus) -> bool:
    if before.award is None or after.award is None or before.award == after.award:
        return False
    ends, ended = after.valid_through, before.valid_through
    return ends is not None and (ended is None or ends > ended)


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A post that changed, as a line of the page; statuses are None where the post did not count on that day."""

    named: NamedPerson
    organisation: str
    sector: str
    sector_name: str
    was_in: str
    now_in: str
    changes: tuple[Change, ...]
    before: TrainingStatus | None
    after: TrainingStatus | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPage(Pagination[ChangedLine]):
    """One page of posts that changed; `counts` are those of all pages."""

    counts: Mapping[Change, int]
    first: date
    second: date
    query: ReportQuery


def build_changes(
    query: ReportQuery, other: date, kinds: Collection[Change] | None, page: int | None = 1
) -> ChangesPage:
    """Lists what changed between the day of the report and another one; all of it where `page` is None."""
    loaded, population = load_population(Scope(query.organisation_ids), query.known_as_of)
    first, second = sorted((query.as_of, other))
    found = changes_between(population, first, second, query.filters)
    counts = Counter(change for each in found for change in each.changes)
    chosen = [each for each in found if kinds is None or each.changes & set(kinds)]
    shown = paginate_list(chosen, page or 1, PER_PAGE if page else max(1, len(chosen)))
    return ChangesPage(
        items=_lines(query, loaded, shown.items),
        total=shown.total,
        page=shown.page,
        per_page=shown.per_page,
        counts=counts,
        first=first,
        second=second,
        query=query,
    )


def _lines(query: ReportQuery, loaded: LoadedFacts, changed: Sequence[Changed]) -> list[ChangedLine]:
    persons = {int(each.post.person) for each in changed} if len(changed) <= PER_PAGE else None
    names: dict[tuple[Id, Id], NamedPerson] = {
        (each.person_id, each.organisation_id): each for each in name_people(query.organisation_ids, persons)
    }
    labels = query.labels

    def place(post_status: PostStatus | None) -> str:
        if post_status is None:
            return ""
        sector, station = str(post_status.placement.sector), int(post_status.placement.station)
        return f"{labels.sectors.get(sector, sector)}, {labels.stations.get(station, station)}"

    return [
        ChangedLine(
            named=names[each.post.person, each.post.organisation],
            organisation=labels.organisations[int(each.post.organisation)],
            sector=str(each.placement.sector),
            sector_name=labels.sectors.get(str(each.placement.sector), str(each.placement.sector)),
            was_in=place(each.before),
            now_in=place(each.after),
            changes=tuple(change for change in Change if change in each.changes),
            before=each.before.overall if each.before else None,
            after=each.after.overall if each.after else None,
            reason=_reason(each, loaded),
        )
        for each in changed
    ]


def _reason(changed: Changed, loaded: LoadedFacts) -> str:
    """Returns the reason of the post's status on the second day, of what was renewed or else of the worst."""
    after = changed.after
    if after is None or not after.required:
        return ""
    applied, explained = after.worst
    if Change.RENEWED in changed.changes and changed.before is not None:
        earlier = {one.requirement.id: how for one, how in changed.before.required}
        applied, explained = next(
            (one, how)
            for one, how in after.required
            if one.requirement.id in earlier and _later(earlier[one.requirement.id], how)
        )
    return f"{loaded.courses[int(applied.requirement.course)].title}: {sentence(explained.reason)}"


CHANGES_HEAD = (
    "first_day", "second_day", "known_as_of", "organisation", "staff_number", "name", "sector", "was_in", "now_in",
    "changes", "status_before", "status_after", "reason",
)  # fmt: skip


def changes_rows(page: ChangesPage) -> Iterator[Sequence[str | date | None]]:
    """Returns what changed as rows of `CHANGES_HEAD`."""
    known_at = page.query.known_as_of or clock.now()
    for line in page.items:
        yield (
            page.first, page.second, known_at.isoformat(timespec="seconds"), line.organisation,
            line.named.staff_number, line.named.name, line.sector_name, line.was_in, line.now_in,
            " ".join(line.changes), line.before.value if line.before else None,
            line.after.value if line.after else None, line.reason,
        )  # fmt: skip
