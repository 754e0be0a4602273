"""Reads the projection: rows of some people, counts under any filter, and the people behind a count."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, func, or_, select

from lms.compliance.projection.counts.snapshots import StatusTotals, StatusTotalsBySector
from lms.compliance.projection.models import PostInterval, StatusInterval
from lms.compliance.projection.rows import OVERALL, STATUSES, ObligationRow, PostRow, read_courses
from lms.compliance.requirements.models import Requirement
from lms.compliance.source_data.filters import Filters
from lms.compliance.status.api import StatusGroup, TrainingStatus
from lms.kernel.batches import batched
from lms.kernel.db import has_one_writer, locked, session
from lms.kernel.transaction_memo import clear_memo
from lms.people.models import Employment, Person, Placement

POST_COLUMNS = [getattr(PostInterval, name) for name in PostRow._fields]
STATUS_COLUMNS = [getattr(StatusInterval, name) for name in ObligationRow._fields]
TOGETHER = 500
"""How many values one query asks for: well below what either database takes."""
COMPLIANT = [place for place, each in enumerate(STATUSES) if each.group is StatusGroup.COMPLIANT]
# Run with every write about a person, so built once.
_PERSONS: BindParameter[int] = bindparam("persons", expanding=True)
_LOCK = locked(select(Person.id).where(Person.id.in_(_PERSONS)).order_by(Person.id))
_POST_ROWS = select(PostInterval.id, *POST_COLUMNS).where(PostInterval.person_id.in_(_PERSONS))
_STATUS_ROWS = select(StatusInterval.id, *STATUS_COLUMNS).where(StatusInterval.person_id.in_(_PERSONS))


def lock_persons(persons: Collection[int]) -> None:
    """Locks persons, so that two transactions update the statuses of one person one after the other."""
    if has_one_writer():
        return
    # What was read before the lock may have changed meanwhile.
    clear_memo()
    session.execute(_LOCK, {"persons": sorted(persons)})


def list_post_rows(persons: Collection[int]) -> list[tuple[int, PostRow]]:
    """Lists the rows of posts of some persons, each with its number."""
    rows = session.execute(_POST_ROWS, {"persons": sorted(persons)})
    return [(row[0], PostRow(*row[1:])) for row in rows]


def list_status_rows(persons: Collection[int]) -> list[tuple[int, ObligationRow]]:
    """Lists the rows of requirements of some persons, each with its number."""
    rows = session.execute(_STATUS_ROWS, {"persons": sorted(persons)})
    return [(row[0], ObligationRow(*row[1:])) for row in rows]


def list_persons(organisations: Collection[int] | None) -> Sequence[int]:
    """Lists everybody with an employment in some organisations (None: in any), in the order of their numbers."""
    return next_persons(organisations, 0, None)


def next_persons(organisations: Collection[int] | None, after: int, limit: int | None) -> Sequence[int]:
    """Lists the next persons of `list_persons` after a number."""
    statement = select(Employment.person_id).where(Employment.person_id > after)
    if organisations is not None:
        statement = statement.where(Employment.organisation_id.in_(sorted(organisations)))
    return session.scalars(statement.distinct().order_by(Employment.person_id).limit(limit)).all()


def count_persons(organisation_id: int | None) -> int:
    """Counts the persons with an employment in an organisation (None: in any)."""
    statement = select(func.count(Employment.person_id.distinct()))
    if organisation_id is not None:
        statement = statement.where(Employment.organisation_id == organisation_id)
    return session.scalar(statement) or 0


def sample_of(organisations: Collection[int] | None, most: int, size: int) -> tuple[frozenset[int] | None, int]:
    """Returns persons of some organisations (None: of all), spread evenly by number, and how many there are in all.

    None instead of persons where there are no more than `most`: then all are meant.
    """
    within: list[ColumnElement[bool]] = []
    if organisations is not None:
        within.append(Employment.organisation_id.in_(sorted(organisations)))
    total = session.scalar(select(func.count(Employment.person_id.distinct())).where(*within)) or 0
    if total <= most:
        return None, total
    # Every so many-th number: numbers are given in the order people are recorded, which says nothing of status.
    step = total // size
    found = session.scalars(select(Employment.person_id).where(Employment.person_id % step == 0, *within))
    return frozenset(found), total


def count_required_on(organisations: Collection[int] | None, day: date) -> Counter[int]:
    """Counts, by requirement, the posts of whom it is required on a day, in some organisations (None: all)."""
    statement = (
        select(StatusInterval.requirement_id, func.count())
        .where(StatusInterval.from_on <= day, StatusInterval.through_on >= day)
        .group_by(StatusInterval.requirement_id)
    )
    if organisations is not None:
        statement = statement.where(StatusInterval.organisation_id.in_(sorted(organisations)))
    counts: Counter[int] = Counter()
    for requirement, posts in session.execute(statement):
        counts[requirement] = posts
    return counts


def has_posts_of_others(persons: Collection[int]) -> bool:
    """Says whether anybody else was ever placed."""
    statement = (
        select(Placement.id)
        .join(Employment, Employment.id == Placement.employment_id)
        .where(Employment.person_id.not_in(sorted(persons)))
        .limit(1)
    )
    return session.scalar(statement) is not None


def filter_conditions(organisations: Collection[int], filters: Filters) -> list[ColumnElement[bool]]:
    """Returns `Filters.match` in SQL, within some organisations."""
    conditions: list[ColumnElement[bool]] = [PostInterval.organisation_id.in_(sorted(organisations))]
    if filters.station is not None:
        conditions.append(PostInterval.station_id == int(filters.station))
    if filters.sector is not None:
        conditions.append(PostInterval.sector == str(filters.sector))
    if filters.role is not None:
        conditions.append(PostInterval.role == str(filters.role))
    if filters.contract is not None:
        conditions.append(PostInterval.contract == str(filters.contract))
    if filters.works_with_children is not None:
        conditions.append(PostInterval.works_with_children.is_(filters.works_with_children))
    return conditions


def _on(day: date) -> ColumnElement[bool]:
    return and_(PostInterval.from_on <= day, PostInterval.through_on >= day)


def count_on(organisations: Collection[int], filters: Filters, day: date) -> StatusTotalsBySector:
    """Counts the posts of a day by sector, subject (`OVERALL` or the number of a course) and status."""
    rows = session.execute(
        select(PostInterval.sector, PostInterval.overall, PostInterval.courses, func.count())
        .where(_on(day), *filter_conditions(organisations, filters))
        .group_by(PostInterval.sector, PostInterval.overall, PostInterval.courses)
    )
    counts: StatusTotalsBySector = Counter()
    for sector, overall, courses, posts in rows:
        counts[sector, OVERALL, STATUSES[overall].value] += posts
        for course, status in read_courses(courses):
            counts[sector, str(course), status.value] += posts
    return counts


def count_totals_on(
    organisations: Collection[int], filters: Filters, days: Collection[date]
) -> dict[date, StatusTotals]:
    """Counts the posts of several days by status: overall, or of the course that is filtered by.

    The rows are read once, as what begins and what ends on each day.
    """
    course = None if filters.course is None else int(filters.course)
    what: Any = PostInterval.overall if course is None else PostInterval.courses
    changes: defaultdict[date, StatusTotals] = defaultdict(Counter)
    for at, sign in ((PostInterval.from_on, 1), (PostInterval.through_on, -1)):
        rows: Iterable[Any] = session.execute(
            select(at, what, func.count())
            .where(
                PostInterval.from_on <= max(days),
                PostInterval.through_on >= min(days),
                *filter_conditions(organisations, filters),
            )
            .group_by(at, what)
        )
        for day, value, posts in rows:
            if sign < 0 and day == date.max:
                continue
            counted_from = day if sign > 0 else date.fromordinal(day.toordinal() + 1)
            for status in _statuses_in(value, course):
                changes[counted_from][status] += sign * posts
    return cumulated(changes, days)


def _statuses_in(value: Any, course: int | None) -> list[str]:
    """Reads the overall status, or the one of a course, from the column that holds it."""
    if course is None:
        return [STATUSES[value].value]
    return [each.value for number, each in read_courses(value) if number == course]


def cumulated(changes: Mapping[date, StatusTotals], days: Collection[date]) -> dict[date, StatusTotals]:
    """Adds changes by day up to each of several days."""
    found: dict[date, StatusTotals] = {}
    so_far: StatusTotals = Counter()
    waiting = sorted(changes, reverse=True)
    for day in sorted(set(days)):
        while waiting and waiting[-1] <= day:
            so_far.update(changes[waiting.pop()])
        found[day] = +so_far
    return found


def _course_on(course: int, statuses: Collection[TrainingStatus]) -> ColumnElement[bool]:
    return or_(*(PostInterval.courses.like(f"% {course}:{STATUSES.index(each)} %") for each in statuses))


Listed: TypeAlias = Select[Any]


def _listed(
    organisations: Collection[int],
    filters: Filters,
    day: date,
    statuses: Collection[TrainingStatus] | None,
    lapses_before: date | None,
) -> list[ColumnElement[bool]]:
    required = [each for each in STATUSES if each is not TrainingStatus.NOT_REQUIRED]
    conditions = [_on(day), *filter_conditions(organisations, filters)]
    if filters.course is None:
        places = [STATUSES.index(each) for each in (required if statuses is None else statuses)]
        conditions.append(PostInterval.overall.in_(places))
    else:
        conditions.append(_course_on(int(filters.course), required if statuses is None else statuses))
    if lapses_before is not None:
        conditions += [PostInterval.overall.in_(COMPLIANT), PostInterval.lapses_on < lapses_before]
    return conditions


def list_page(
    organisations: Collection[int],
    filters: Filters,
    day: date,
    statuses: Collection[TrainingStatus] | None,
    lapses_before: date | None,
    *,
    limit: int | None,
    offset: int = 0,
) -> Sequence[tuple[int, int]]:
    """Lists posts (person, organisation) of whom something is required, worst and most urgent first."""
    # What is gone through in this order and read only as far as the page goes, on both databases.
    order: tuple[Any, ...] = (PostInterval.overall, PostInterval.urgent_on)
    if filters.course is not None:
        course = int(filters.course)
        worst = case(*((_course_on(course, [each]), place) for place, each in enumerate(STATUSES)), else_=len(STATUSES))
        order = (worst, _pressing(course, day))
    if lapses_before is not None:
        order = (PostInterval.lapses_on,)
    statement = (
        select(PostInterval.person_id, PostInterval.organisation_id)
        .where(*_listed(organisations, filters, day, statuses, lapses_before))
        .order_by(*order, PostInterval.person_id, PostInterval.organisation_id)
        .offset(offset)
    )
    if limit is not None:
        statement = statement.limit(limit)
    return [(row[0], row[1]) for row in session.execute(statement)]


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
            StatusInterval.from_on <= day,
            StatusInterval.through_on >= day,
        )
        .order_by(StatusInterval.status, pressing)
        .limit(1)
        .correlate(PostInterval)
        .scalar_subquery()
    )


def count_listed(
    organisations: Collection[int],
    filters: Filters,
    day: date,
    statuses: Collection[TrainingStatus] | None,
    lapses_before: date | None,
) -> int:
    """Counts the posts that `list_page` would list in all."""
    statement = select(func.count()).select_from(PostInterval)
    conditions = _listed(organisations, filters, day, statuses, lapses_before)
    return session.scalar(statement.where(*conditions)) or 0


def count_lapsing(organisations: Collection[int], filters: Filters, day: date, through: Sequence[date]) -> list[int]:
    """Counts the posts that comply on a day and do not any more by each of several later days."""
    sums = [func.sum(case((PostInterval.lapses_on <= later, 1), else_=0)) for later in through]
    row = session.execute(
        select(*sums).where(
            PostInterval.lapses_on <= max(through),
            PostInterval.overall.in_(COMPLIANT),
            _on(day),
            *filter_conditions(organisations, filters),
        )
    ).one()
    return [each or 0 for each in row]


def list_current_statuses(
    persons: Collection[int], organisations: Collection[int], day: date
) -> list[tuple[int, int, int, date | None]]:
    """Lists the projected statuses of some persons on a day: person, organisation, index of the overall status.

    And the earliest last valid day among compliant requirements, None where there is none.
    """
    here = sorted(organisations)
    found: list[tuple[int, int, int, date | None]] = []
    numbers = sorted(persons)
    for chunk in batched(numbers, TOGETHER):
        ends = session.execute(
            select(StatusInterval.person_id, StatusInterval.organisation_id, func.min(StatusInterval.valid_through))
            .where(
                StatusInterval.person_id.in_(chunk),
                StatusInterval.organisation_id.in_(here),
                StatusInterval.from_on <= day,
                StatusInterval.through_on >= day,
                StatusInterval.status.in_(COMPLIANT),
            )
            .group_by(StatusInterval.person_id, StatusInterval.organisation_id)
        )
        through = {(person, organisation): end for person, organisation, end in ends}
        posts = session.execute(
            select(PostInterval.person_id, PostInterval.organisation_id, PostInterval.overall).where(
                PostInterval.person_id.in_(chunk),
                PostInterval.organisation_id.in_(here),
                PostInterval.from_on <= day,
                PostInterval.through_on >= day,
            )
        )
        found += [
            (person, organisation, place, through.get((person, organisation))) for person, organisation, place in posts
        ]
    return found
