"""What changed between two days: who joined, left, moved, lapsed, renewed or became compliant. Pure, but for names."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.compliance.projection.inputs import is_up_to_date
from lms.compliance.projection.post_lists import list_changed
from lms.compliance.report.query import ReportQuery
from lms.compliance.source_data.filters import CourseTitle
from lms.compliance.source_data.load import LoadedFacts
from lms.compliance.source_data.names import NamedPerson, name_people
from lms.compliance.source_data.population import Post, PostStatus, RequiredStatus, load_population
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import StatusGroup, TrainingStatus
from lms.compliance.status.explain import sentence
from lms.kernel.batches import batched
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
class PostChange:
    """A post that changed: its status on the first and on the second day, None where it did not count.

    `counted` is the one on the second day, or on the first if it left; `cause` the requirement that was renewed, or
    else the worst on the second day.
    """

    changes: Sequence[Change]
    before: PostStatus | None
    after: PostStatus | None
    counted: PostStatus
    cause: RequiredStatus | None


def _change_of(post: Post, first: date, second: date, query: ReportQuery) -> PostChange | None:
    """Returns what changed about a post, None for nothing.

    It counts on a day on which it has a placement that fits the filters. Joining and leaving are about having any
    placement in the organisation at all; coming from or going to one that does not fit is moving.
    """
    was, now = post.placement_on(first), post.placement_on(second)
    before, after = (
        PostStatus(post, placement, tuple(post.required_on(day, query.filters.courses)))
        if placement is not None and query.filters.match(placement)
        else None
        for placement, day in ((was, first), (now, second))
    )
    counted = after or before
    if counted is None:
        return None
    changes = []
    if was is None:
        changes.append(Change.JOINED)
    elif now is None:
        changes.append(Change.LEFT)
    elif (was.sector, was.station) != (now.sector, now.station):
        changes.append(Change.MOVED)
    cause = after.worst if after and after.required else None
    if before and after:
        complied, complies = (each.overall.group is StatusGroup.COMPLIANT for each in (before, after))
        if complied and complies and (renewed := _renewed(before, after)):
            changes.append(Change.RENEWED)
            cause = renewed[0]
        elif complied and not complies and after.overall is not TrainingStatus.NOT_REQUIRED:
            changes.append(Change.LAPSED)
        elif complies and not complied and before.overall is not TrainingStatus.NOT_REQUIRED:
            changes.append(Change.COMPLIANT)
    return PostChange(changes, before, after, counted, cause) if changes else None


def _renewed(before: PostStatus, after: PostStatus) -> list[RequiredStatus]:
    """Returns the requirements that another award explains, one that ends later."""
    earlier = {
        obligation.requirement.id: explained for obligation, explained in before.required if explained.award is not None
    }
    return [
        (obligation, explained)
        for obligation, explained in after.required
        if (was := earlier.get(obligation.requirement.id)) is not None
        and explained.award not in (None, was.award)
        and explained.valid_through is not None
        and (was.valid_through is None or explained.valid_through > was.valid_through)
    ]


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A post that changed, as a line of the page; statuses are None where the post did not count on that day."""

    named: NamedPerson
    organisation: str
    sector: str
    sector_name: str
    was_in: str
    now_in: str
    changes: Sequence[Change]
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
    query: ReportQuery, other: date, selected: Change | None = None, page: int | None = None
) -> ChangesPage:
    """Lists what changed between the day of the report and another one; all of it where `page` is None."""
    first, second = sorted((query.as_of, other))
    found: list[PostChange] = []
    courses: dict[int, CourseTitle] = {}
    for loaded, population in _populations(query, first, second):
        found += [each for post in population if (each := _change_of(post, first, second, query)) is not None]
        courses |= loaded.courses
    found.sort(key=lambda each: (str(each.counted.placement.sector), int(each.counted.post.person)))
    chosen = [each for each in found if selected is None or selected in each.changes]
    shown = paginate_list(chosen, page or 1, PER_PAGE if page else max(1, len(chosen)))
    return ChangesPage(
        items=list(_lines(query, courses, shown.items)),
        total=shown.total,
        page=shown.page,
        per_page=shown.per_page,
        counts=Counter(change for each in found for change in each.changes),
        first=first,
        second=second,
        query=query,
    )


def _populations(query: ReportQuery, first: date, second: date) -> Iterator[tuple[LoadedFacts, list[Post]]]:
    """Yields, some hundred at a time, those of whom anything may be another on two days, by their prepared statuses.

    Everybody at once where these cannot say.
    """
    here = query.organisation_ids
    if query.known_as_of is not None or not is_up_to_date(here):
        yield load_population(Scope(here), query.known_as_of)
        return
    for persons in batched(list_changed(here, first, second)):
        yield load_population(Scope(here, frozenset(persons)))


def _lines(
    query: ReportQuery, courses: Mapping[int, CourseTitle], changed: Sequence[PostChange]
) -> Iterator[ChangedLine]:
    persons = {int(each.counted.post.person) for each in changed} if len(changed) <= PER_PAGE else None
    names = name_people(query.organisation_ids, persons)
    labels = query.labels

    def place(post_status: PostStatus | None) -> str:
        if post_status is None:
            return ""
        station = int(post_status.placement.station)
        return f"{labels.sector(post_status.placement.sector)}, {labels.stations.get(station, station)}"

    for each in changed:
        post, sector, reason = each.counted.post, str(each.counted.placement.sector), ""
        if each.cause is not None:
            obligation, explained = each.cause
            reason = f"{courses[int(obligation.requirement.course)].title}: {sentence(explained.reason)}"
        yield ChangedLine(
            named=names[post.person, post.organisation],
            organisation=labels.organisations[int(post.organisation)],
            sector=sector,
            sector_name=labels.sector(sector),
            was_in=place(each.before),
            now_in=place(each.after),
            changes=each.changes,
            before=each.before.overall if each.before else None,
            after=each.after.overall if each.after else None,
            reason=reason,
        )
