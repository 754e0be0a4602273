"""Reads the projection: rows of some people, and counts under any filter."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, func, select, true

from lms.compliance.projection.models import PostInterval, StatusInterval
from lms.compliance.projection.rows import (
    OVERALL,
    STATUSES,
    ObligationRow,
    PostRow,
    StatusTotals,
    StatusTotalsBySector,
    read_courses,
)
from lms.compliance.source_data.filters import Filters
from lms.compliance.status.definitions import StatusGroup, TrainingStatus
from lms.kernel.batches import batched, execute_in_batches
from lms.kernel.days import add_days
from lms.kernel.db import has_one_writer, locked, read_rows, session
from lms.kernel.transaction_memo import clear_memo
from lms.people.api import load_canonical_ids, merged_ids
from lms.people.models import Employment, Person, Placement

PostId = tuple[int, int]
"""A person in an organisation, by their row numbers."""
Row = TypeVar("Row", PostRow, ObligationRow)
TABLES: Mapping[type[PostRow] | type[ObligationRow], type[PostInterval] | type[StatusInterval]] = {
    PostRow: PostInterval,
    ObligationRow: StatusInterval,
}
"""The table of each kind of row."""
TOGETHER = 500
"""How many values one query asks for: well below what either database takes."""
COMPLIANT = [place for place, each in enumerate(STATUSES) if each.group is StatusGroup.COMPLIANT]
# Run with every write about a person, so built once.
_PERSONS: BindParameter[int] = bindparam("persons", expanding=True)
_LOCK = locked(select(Person.id).where(Person.id.in_(_PERSONS)).order_by(Person.id))
_ROWS = {
    kind: select(table.id, *(getattr(table, name) for name in kind._fields)).where(table.person_id.in_(_PERSONS))
    for kind, table in TABLES.items()
}


def lock_persons(persons: Collection[int]) -> None:
    """Locks persons, so that two transactions update the statuses of one person one after the other."""
    if has_one_writer():
        return
    # What was read before the lock may have changed meanwhile.
    clear_memo()
    session.execute(_LOCK, {"persons": sorted(persons)})


def list_rows(kind: type[Row], persons: Collection[int]) -> list[tuple[int, Row]]:
    """Lists the rows of posts or of requirements of some persons, each with its number."""
    return [(row[0], kind(*row[1:])) for row in read_rows(_ROWS[kind], {"persons": sorted(persons)})]


def _employed(organisations: Collection[int] | None) -> ColumnElement[bool]:
    return true() if organisations is None else Employment.organisation_id.in_(sorted(organisations))


def _statuses_in(organisations: Collection[int] | None) -> ColumnElement[bool]:
    return true() if organisations is None else StatusInterval.organisation_id.in_(sorted(organisations))


def next_persons(organisations: Collection[int] | None, after: int = 0, limit: int | None = None) -> Sequence[int]:
    """Lists the persons employed in some organisations (None: in any) after a number, in the order of their numbers."""
    statement = select(Employment.person_id).where(Employment.person_id > after, _employed(organisations))
    return session.scalars(statement.distinct().order_by(Employment.person_id).limit(limit)).all()


def list_employed(persons: Collection[int]) -> dict[int, set[int]]:
    """Lists some persons, and the records merged with them, by the organisations that employ or employed them."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    statement = select(Employment.organisation_id, Employment.person_id).order_by(Employment.organisation_id)
    everybody = sorted(merged_ids(persons, load_canonical_ids()))
    for organisation_id, person_id in execute_in_batches(statement, Employment.person_id, everybody):
        found[organisation_id].add(person_id)
    return found


def count_persons(organisations: Collection[int] | None) -> int:
    """Counts the persons with an employment in some organisations (None: in any)."""
    return session.scalar(select(func.count(Employment.person_id.distinct())).where(_employed(organisations))) or 0


def sample_of(organisations: Collection[int] | None, most: int, size: int) -> tuple[frozenset[int] | None, int]:
    """Returns persons of some organisations (None: of all), spread evenly by number, and how many there are in all.

    None instead of persons where there are no more than `most`: then all are meant.
    """
    total = count_persons(organisations)
    if total <= most:
        return None, total
    # Every so many-th number: numbers are given in the order people are recorded, which says nothing of status.
    spread = Employment.person_id % (total // size) == 0
    return frozenset(session.scalars(select(Employment.person_id).where(spread, _employed(organisations)))), total


def count_required_on(organisations: Collection[int] | None, day: date) -> Counter[int]:
    """Counts, by requirement, the posts of whom it is required on a day, in some organisations (None: all)."""
    here = StatusInterval.covers(day), _statuses_in(organisations)
    statement = select(StatusInterval.requirement_id, func.count()).where(*here)
    return Counter(dict(session.execute(statement.group_by(StatusInterval.requirement_id)).all()))


def list_statuses_on(
    organisations: Collection[int] | None, persons: Collection[int] | None, day: date
) -> list[tuple[int, int, int, TrainingStatus]]:
    """Lists person, organisation, requirement and status on a day, of some persons in organisations (None: all)."""
    statement = select(
        StatusInterval.person_id, StatusInterval.organisation_id, StatusInterval.requirement_id, StatusInterval.status
    ).where(StatusInterval.covers(day), _statuses_in(organisations))
    rows: Iterable[Any] = (
        session.execute(statement)
        if persons is None
        else execute_in_batches(statement, StatusInterval.person_id, sorted(persons))
    )
    return [(*row[:3], STATUSES[row[3]]) for row in rows]


def has_posts_of_others(persons: Collection[int]) -> bool:
    """Says whether anybody else was ever placed."""
    placements = select(Placement.id).join(Employment, Employment.id == Placement.employment_id)
    return session.scalar(placements.where(Employment.person_id.not_in(sorted(persons))).limit(1)) is not None


def filter_conditions(organisations: Collection[int], filters: Filters) -> list[ColumnElement[bool]]:
    """Returns `Filters.match` in SQL, within some organisations."""
    chosen: dict[Any, Any] = {
        PostInterval.station_id: filters.station,
        PostInterval.sector: filters.sector,
        PostInterval.role: filters.role,
        PostInterval.contract: filters.contract,
        PostInterval.works_with_children: filters.works_with_children,
    }
    within = PostInterval.organisation_id.in_(sorted(organisations))
    return [within, *(column == value for column, value in chosen.items() if value is not None)]


def count_on(organisations: Collection[int], filters: Filters, day: date) -> StatusTotalsBySector:
    """Counts the posts of a day by sector, subject (`OVERALL` or the number of a course) and status."""
    rows = session.execute(
        select(PostInterval.sector, PostInterval.overall, PostInterval.courses, func.count())
        .where(PostInterval.covers(day), *filter_conditions(organisations, filters))
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
            counted_from = day if sign > 0 else add_days(day, 1)
            statuses: Iterable[tuple[int | None, TrainingStatus]] = (
                [(None, STATUSES[value])] if course is None else read_courses(value)
            )
            for number, status in statuses:
                if number == course:
                    changes[counted_from][status.value] += sign * posts
    return cumulated(changes, days)


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


def count_lapsing(organisations: Collection[int], filters: Filters, day: date, through: Sequence[date]) -> list[int]:
    """Counts the posts that comply on a day and do not any more by each of several later days."""
    sums = [func.sum(case((PostInterval.lapses_on <= later, 1), else_=0)) for later in through]
    row = session.execute(
        select(*sums).where(
            PostInterval.lapses_on <= max(through),
            PostInterval.overall.in_(COMPLIANT),
            PostInterval.covers(day),
            *filter_conditions(organisations, filters),
        )
    ).one()
    return [each or 0 for each in row]


class StatusOnDate(NamedTuple):
    """The status of a post on a day on which it has a placement.

    `overall` is the worst status, not_required where nothing is required. `valid_through` is the first of the
    last days of what is held, None where nothing held has one. `is_exempt` says whether an exemption stands for
    anything that is required.
    """

    overall: TrainingStatus
    valid_through: date | None
    is_exempt: bool


def list_current_statuses(
    persons: Collection[int], organisations: Collection[int], day: date
) -> dict[PostId, StatusOnDate]:
    """Returns the projected statuses of some persons in some organisations on a day."""
    here = sorted(organisations)
    found: dict[PostId, StatusOnDate] = {}
    for chunk in batched(sorted(persons), TOGETHER):
        person_id, organisation_id = StatusInterval.person_id, StatusInterval.organisation_id
        complies = and_(StatusInterval.covers(day), StatusInterval.status.in_(COMPLIANT))
        exempt = func.max(case((StatusInterval.status == STATUSES.index(TrainingStatus.EXEMPT), 1), else_=0))
        ends = session.execute(
            select(person_id, organisation_id, func.min(StatusInterval.valid_through), exempt)
            .where(person_id.in_(chunk), organisation_id.in_(here), complies)
            .group_by(person_id, organisation_id)
        )
        compliant = {(person, organisation): (end, bool(is_exempt)) for person, organisation, end, is_exempt in ends}
        posts = session.execute(
            select(PostInterval.person_id, PostInterval.organisation_id, PostInterval.overall).where(
                PostInterval.person_id.in_(chunk), PostInterval.organisation_id.in_(here), PostInterval.covers(day)
            )
        )
        for person, organisation, place in posts:
            one = person, organisation
            found[one] = StatusOnDate(STATUSES[place], *compliant.get(one, (None, False)))
    return found
