"""What was told to coordinators, whose counts they may see, and how posts stand on a day."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, select

from lms.compliance import policy
from lms.compliance.coverage_models import CoverageMonth, CoveragePost, CoverageSeries
from lms.compliance.holding import Held, State
from lms.compliance.projection.models import PostInterval
from lms.compliance.projection.rows import STANDINGS, read_courses
from lms.compliance.status.api import Group, Standing
from lms.kernel.bulk import add_rows
from lms.kernel.db import session
from lms.people.models import Organisation

ALL = "all"
_AT_ONCE = 10_000


def reach_of(organisations: Collection[int] | None) -> str:
    """Writes whose counts may be seen (None: everybody's) as a series names it."""
    return ALL if organisations is None else written(organisations)


def written(organisations: Iterable[int]) -> str:
    """Writes numbers of organisations as the tables hold them."""
    return " ".join(map(str, sorted(organisations)))


def find_series(organisations: Collection[int] | None) -> CoverageSeries | None:
    """Finds what is told to coordinators of some organisations, None for those of the house."""
    return session.scalar(select(CoverageSeries).where(CoverageSeries.reach == reach_of(organisations)))


def find_month(series_id: int, day: date) -> CoverageMonth | None:
    """Finds what was told of a month's end."""
    return session.get(CoverageMonth, (series_id, day))


def list_told_days(series_id: int) -> Sequence[date]:
    """Lists the ends of the months that were told, the earliest first."""
    return session.scalars(
        select(CoverageMonth.on_day)
        .where(CoverageMonth.series_id == series_id)
        .order_by(CoverageMonth.on_day)
    ).all()


def list_figures(series_id: int, days: Collection[date], *, both: bool) -> dict[date, list[Any]]:
    """Lists what was told of months: of sectors at stations, or of everything else."""
    column = CoverageMonth.figures_of_both if both else CoverageMonth.figures
    rows = session.execute(
        select(CoverageMonth.on_day, column).where(
            CoverageMonth.series_id == series_id, CoverageMonth.on_day.in_(sorted(days))
        )
    )
    return {row[0]: row[1] for row in rows}


def find_last_month(series_id: int) -> CoverageMonth | None:
    """Finds the month that was told last."""
    return session.scalar(
        select(CoverageMonth)
        .where(CoverageMonth.series_id == series_id)
        .order_by(CoverageMonth.on_day.desc())
        .limit(1)
    )


def sharing_now(reach: Collection[int] | None) -> list[int]:
    """Lists the organisations that share their counts, of some (None: of all)."""
    return list(session.scalars(select(Organisation.id).where(policy.sharing_organisations(reach))))


def states_on(organisations: Collection[int], day: date) -> dict[Hashable, State]:
    """Returns how every post of whom something is required stands on a day, from what is prepared."""
    rows = session.execute(
        select(
            PostInterval.person_id,
            PostInterval.organisation_id,
            PostInterval.sector,
            PostInterval.station_id,
            PostInterval.overall,
            PostInterval.courses,
        )
        .where(
            PostInterval.from_on <= day,
            PostInterval.through_on >= day,
            PostInterval.overall != STANDINGS.index(Standing.NOT_REQUIRED),
            PostInterval.organisation_id.in_(sorted(organisations)),
        )
        .execution_options(yield_per=_AT_ONCE)
    )
    return {(row[0], row[1]): _state(*row[2:]) for row in rows}


@lru_cache(maxsize=50_000)
def _state(sector: str, station: int, overall: int, courses: str) -> State:
    return State(
        sector,
        station,
        STANDINGS[overall].group is Group.COMPLIANT,
        frozenset((course, how.group is Group.COMPLIANT) for course, how in read_courses(courses)),
    )


def load_posts(series_id: int) -> dict[Hashable, State]:
    """Loads how posts were counted when they were told of last."""
    rows = session.execute(
        select(
            CoveragePost.person_id,
            CoveragePost.organisation_id,
            CoveragePost.sector,
            CoveragePost.station_id,
            CoveragePost.compliant,
            CoveragePost.courses,
        )
        .where(CoveragePost.series_id == series_id)
        .execution_options(yield_per=_AT_ONCE)
    )
    return {(row[0], row[1]): _kept_state(*row[2:]) for row in rows}


@lru_cache(maxsize=50_000)
def _kept_state(sector: str, station: int, compliant: bool, courses: str) -> State:
    marked = ((int(word[1:]), word[0] == "+") for word in courses.split())
    return State(sector, station, compliant, frozenset(marked))


def replace_posts(series_id: int, posts: Held) -> None:
    """Notes how posts are counted now."""
    session.execute(delete(CoveragePost).where(CoveragePost.series_id == series_id))
    words: Mapping[State, str] = {state: _marked(state) for state in set(posts.values())}
    rows = [
        (series_id, *post, state.sector, state.station, state.compliant, words[state])
        for post, state in posts.items()
        if isinstance(post, tuple)
    ]
    columns = ("series_id", "person_id", "organisation_id", "sector", "station_id", "compliant", "courses")
    add_rows(CoveragePost, columns, rows)


def _marked(state: State) -> str:
    return " ".join(
        f"{'+' if compliant else '-'}{course}" for course, compliant in sorted(state.courses, key=str)
    )


def remove_series(series: CoverageSeries) -> None:
    """Removes everything that was told to coordinators of a reach."""
    for table in (CoveragePost, CoverageMonth):
        session.execute(delete(table).where(table.series_id == series.id))
    session.delete(series)
    session.flush()
