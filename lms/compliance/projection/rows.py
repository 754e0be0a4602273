"""Rows of the projection: the intervals of a person as table rows, and the counts they add.

Rows are plain tuples in the order of `POST_COLUMNS` and `STATUS_COLUMNS`, so that many can be compared, written and
counted quickly.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from lms.compliance.status.definitions import SEVERITY, TrainingStatus
from lms.compliance.status.facts import Id
from lms.kernel.days import ONE_DAY, add_days

FOREVER = date.max
STATUSES = tuple(TrainingStatus)
"""The statuses in order of severity; the interval tables store the index."""
LAPSES = {days: f"lapses_within_{days}_days" for days in (30, 60, 90)}
"""What is counted beside the statuses, of the overall status: posts that comply and lapse within so many days."""
ALL_SECTORS = "(all)"
"""The sector of a snapshot that holds the sum of all sectors."""
OVERALL = "overall"
"""The subject of a count that is about the overall status, where others name a course by its number."""

CountKey: TypeAlias = tuple[date, int, str, str, str]
"""A day, an organisation, a subject (`OVERALL` or the number of a course), a sector, and a status or lapse."""
CountDeltas: TypeAlias = Counter[CountKey]
"""By how many posts each status changes on each day."""
StatusTotalsBySector: TypeAlias = Counter[tuple[str, str, str]]
"""By sector, subject (`OVERALL` or the number of a course) and status or lapse: how many posts."""
StatusTotals: TypeAlias = Counter[str]
"""By status or lapse: how many posts."""


class PostRow(NamedTuple):
    """A row of `post_interval` without its number."""

    person_id: int
    organisation_id: int
    from_on: date
    through_on: date
    station_id: int
    sector: str
    role: str
    contract: str
    works_with_children: bool
    overall: int
    courses: str
    urgent_on: date
    lapses_on: date | None


class ObligationRow(NamedTuple):
    """A row of `status_interval` without its number."""

    person_id: int
    organisation_id: int
    requirement_id: int
    from_on: date
    through_on: date
    status: int
    due_on: date | None
    valid_through: date | None
    award_id: int | None


@lru_cache(maxsize=10_000)
def written_courses(courses: tuple[tuple[Id, TrainingStatus], ...]) -> str:
    """Writes the statuses by course as a row stores them, each between spaces: " 3:7 5:0 "."""
    words = " ".join(f"{course}:{SEVERITY[status]}" for course, status in courses)
    return f" {words} " if words else ""


@lru_cache(maxsize=10_000)
def read_courses(text: str) -> tuple[tuple[int, TrainingStatus], ...]:
    """Reads what `written_courses` wrote."""
    pairs = (word.split(":") for word in text.split())
    return tuple((int(course), STATUSES[int(place)]) for course, place in pairs)


def add_deltas(deltas: CountDeltas, rows: Iterable[PostRow], sign: int = 1) -> None:
    """Adds to deltas what rows of posts count for, or with -1 takes it away.

    Of rows of one post that follow one another only the differences are entered: most of a post stays the same.
    """
    before: PostRow | None = None
    for row in rows:
        old = _NOTHING
        if before is not None:
            follows = before[:2] == row[:2] and add_days(before.through_on, 1) == row.from_on
            old = _counted_as(before.overall, before.courses, before.sector)
            if not follows:
                _close(deltas, before, old, sign)
                old = _NOTHING
        for subject, sector, status, people in _moved(old, _counted_as(row.overall, row.courses, row.sector)):
            deltas[row.from_on, row.organisation_id, subject, sector, status] += people * sign
        if row.lapses_on is not None:
            for days, lapse in LAPSES.items():
                since = max(row.from_on, add_days(row.lapses_on, -days))
                if since <= row.through_on:
                    deltas[since, row.organisation_id, OVERALL, row.sector, lapse] += sign
                    # A post that lapses does so by then: the interval ends.
                    deltas[row.through_on + ONE_DAY, row.organisation_id, OVERALL, row.sector, lapse] -= sign
        before = row
    if before is not None:
        _close(deltas, before, _counted_as(before.overall, before.courses, before.sector), sign)


_Counted: TypeAlias = frozenset[tuple[str, str, str]]
_NOTHING: _Counted = frozenset()


@lru_cache(maxsize=10_000)
def _counted_as(overall: int, courses: str, sector: str) -> _Counted:
    by_course = [(str(course), sector, status.value) for course, status in read_courses(courses)]
    return frozenset([(OVERALL, sector, STATUSES[overall].value), *by_course])


@lru_cache(maxsize=10_000)
def _moved(old: _Counted, new: _Counted) -> tuple[tuple[str, str, str, int], ...]:
    """Returns what a post counts for that it did not before, and the reverse."""
    return (*((*key, 1) for key in new - old), *((*key, -1) for key in old - new))


def _close(deltas: CountDeltas, row: PostRow, counted: _Counted, sign: int) -> None:
    if row.through_on != FOREVER:
        for subject, sector, status in counted:
            deltas[row.through_on + ONE_DAY, row.organisation_id, subject, sector, status] -= sign
