"""The posts of a report as a list, the most urgent first: which, in what order, how many, and their courses."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, bindparam, case, func, or_, select, union

from lms.compliance.projection.models import PostInterval, StatusInterval
from lms.compliance.projection.read import COMPLIANT, filter_conditions
from lms.compliance.projection.rows import STATUSES, read_courses
from lms.compliance.requirements.models import Requirement
from lms.compliance.source_data.filters import Filters
from lms.compliance.status.definitions import TrainingStatus
from lms.compliance.status.facts import Id
from lms.kernel.db import read_rows, session


def _course_on(course: int, statuses: Collection[TrainingStatus]) -> ColumnElement[bool]:
    return or_(*(PostInterval.courses.like(f"% {course}:{STATUSES.index(each)} %") for each in statuses))


class PostSelection(NamedTuple):
    """Which posts are listed: of some organisations on a day, of some statuses (None: any), or lapsing before a day."""

    organisations: Collection[int]
    filters: Filters
    day: date
    statuses: Collection[TrainingStatus] | None
    lapses_before: date | None


def _listed(selection: PostSelection) -> list[ColumnElement[bool]]:
    conditions = [PostInterval.covers(selection.day), *filter_conditions(selection.organisations, selection.filters)]
    statuses = selection.statuses
    if statuses is None:
        statuses = [each for each in STATUSES if each is not TrainingStatus.NOT_REQUIRED]
    if selection.filters.course is None:
        conditions.append(PostInterval.overall.in_([STATUSES.index(each) for each in statuses]))
    else:
        conditions.append(_course_on(int(selection.filters.course), statuses))
    if selection.lapses_before is not None:
        conditions += [PostInterval.overall.in_(COMPLIANT), PostInterval.lapses_on < selection.lapses_before]
    return conditions


class ListedPost(NamedTuple):
    """A post on the day of a list: a person in an organisation, and the placement it counts under."""

    person_id: int
    organisation_id: int
    station_id: int
    sector: str
    role: str


def list_page(selection: PostSelection, *, limit: int | None, offset: int = 0) -> list[ListedPost]:
    """Lists posts of whom something is required, worst and most urgent first."""
    statement = _list(selection, whole=limit is None)
    return list(map(ListedPost._make, read_rows(statement, {"most": limit, "offset": offset}).all()))


@lru_cache(256)
def _list(selection: PostSelection, *, whole: bool) -> Select[*tuple[Any, ...]]:
    """Returns the statement of a list; building it takes longer than running it."""
    # What is gone through in this order and read only as far as the page goes, on both databases.
    order: tuple[Any, ...] = (PostInterval.overall, PostInterval.urgent_on)
    if selection.filters.course is not None:
        course = int(selection.filters.course)
        worst = case(*((_course_on(course, [each]), place) for place, each in enumerate(STATUSES)), else_=len(STATUSES))
        order = (worst, _pressing(course, selection.day))
    if selection.lapses_before is not None:
        order = (PostInterval.lapses_on,)
    statement = (
        select(*(getattr(PostInterval, name) for name in ListedPost._fields))
        .where(*_listed(selection))
        .order_by(*order, PostInterval.person_id, PostInterval.organisation_id)
    )
    if whole:
        return statement
    return statement.offset(bindparam("offset", type_=Integer)).limit(bindparam("most", type_=Integer))


class RequiredOfPost(NamedTuple):
    """What is required of a post on a day: the requirement, and its status with the day beside it."""

    person_id: int
    organisation_id: int
    requirement_id: int
    course_id: int
    status: TrainingStatus
    due_on: date | None
    valid_through: date | None


_REQUIRED = (
    select(
        StatusInterval.person_id,
        StatusInterval.organisation_id,
        StatusInterval.requirement_id,
        Requirement.course_id,
        StatusInterval.status,
        StatusInterval.due_on,
        StatusInterval.valid_through,
    )
    .join(Requirement, Requirement.id == StatusInterval.requirement_id)
    .where(
        StatusInterval.person_id.in_(bindparam("persons", expanding=True)),
        StatusInterval.from_on <= bindparam("day", type_=Date),
        StatusInterval.through_on >= bindparam("day", type_=Date),
    )
    .order_by(StatusInterval.requirement_id)
)


def list_required(
    posts: Collection[tuple[int, int]], day: date, courses: Collection[Id] | None
) -> Mapping[tuple[int, int], list[RequiredOfPost]]:
    """Lists what is required of some posts (person, organisation) on a day, of some courses or (None) of all."""
    found: dict[tuple[int, int], list[RequiredOfPost]] = {post: [] for post in posts}
    for row in read_rows(_REQUIRED, {"persons": sorted({person for person, _ in posts}), "day": day}).all():
        of_post = found.get((row[0], row[1]))
        if of_post is not None and (courses is None or row[3] in courses):
            of_post.append(RequiredOfPost(row[0], row[1], row[2], row[3], STATUSES[row[4]], row[5], row[6]))
    return found


def _pressing(course: int, day: date) -> ColumnElement[Any]:
    """Returns the day that presses most among a post's worst statuses for a course."""
    pressing = func.coalesce(StatusInterval.due_on, StatusInterval.valid_through, date.max)
    return (
        select(pressing)
        .join(Requirement, Requirement.id == StatusInterval.requirement_id)
        .where(
            StatusInterval.person_id == PostInterval.person_id,
            StatusInterval.organisation_id == PostInterval.organisation_id,
            Requirement.course_id == course,
            StatusInterval.covers(day),
        )
        .order_by(StatusInterval.status, pressing)
        .limit(1)
        .correlate(PostInterval)
        .scalar_subquery()
    )


def count_listed(selection: PostSelection) -> int:
    """Counts the posts that `list_page` would list in all."""
    return session.scalar(select(func.count()).select_from(PostInterval).where(*_listed(selection))) or 0


def count_courses(selection: PostSelection) -> Mapping[int, Mapping[TrainingStatus, int]]:
    """Counts, by required course, the posts that `list_page` would list in all, with the worst status of the course."""
    counts: defaultdict[int, Counter[TrainingStatus]] = defaultdict(Counter)
    rows = session.execute(
        select(PostInterval.courses, func.count()).where(*_listed(selection)).group_by(PostInterval.courses)
    )
    for courses, posts in rows:
        for course, status in read_courses(courses):
            if selection.filters.course in (None, course):
                counts[course][status] += posts
    return counts


def list_changed(organisations: Collection[int], first: date, second: date) -> Sequence[int]:
    """Lists the persons whose placement or status may be another on the second of two days: an interval begins or ends.

    In the order of their numbers.
    """
    here = sorted(organisations)
    begun_or_ended = (
        select(table.person_id).where(
            table.organisation_id.in_(here),
            or_(
                and_(table.from_on > first, table.from_on <= second),
                and_(table.through_on >= first, table.through_on < second),
            ),
        )
        for table in (StatusInterval, PostInterval)
    )
    return sorted(session.scalars(union(*begun_or_ended)))
