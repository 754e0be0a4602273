"""Rows of the projection: the intervals of a person as table rows, and the counts they add.

Rows are plain tuples in the order of `POST_COLUMNS` and `STATUS_COLUMNS`, so that many can be compared, written and
counted quickly.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from lms.compliance.status import api as rules
from lms.compliance.status.api import SEVERITY, TrainingStatus
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

    @property
    def station(self) -> int:
        """Returns the station under the name that filters use."""
        return self.station_id


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
def written_courses(courses: tuple[tuple[rules.Id, TrainingStatus], ...]) -> str:
    """Writes the statuses by course as a row stores them, each between spaces: " 3:7 5:0 "."""
    words = " ".join(f"{course}:{SEVERITY[status]}" for course, status in courses)
    return f" {words} " if words else ""


@lru_cache(maxsize=10_000)
def read_courses(text: str) -> tuple[tuple[int, TrainingStatus], ...]:
    """Reads what `written_courses` wrote."""
    pairs = (word.split(":") for word in text.split())
    return tuple((int(course), STATUSES[int(place)]) for course, place in pairs)


def interval_rows(facts: rules.Facts, *, requirements: bool = True) -> tuple[list[PostRow], list[ObligationRow]]:
    """Returns the rows that known facts give: of every post, and of every requirement in it if asked for."""
    posts: list[PostRow] = []
    statuses: list[ObligationRow] = []
    for person, known in rules.by_person(facts).items():
        for organisation in dict.fromkeys(placement.organisation for placement in known.placements):
            required = []
            for requirement in facts.requirements:
                if requirement.applies_in(organisation):
                    obligation = rules.Obligation(known, organisation, requirement, facts.settings)
                    intervals = rules.intervals_of(obligation)
                    required.append((requirement.course, intervals))
                    if requirements:
                        head = (int(person), int(organisation), int(requirement.id))
                        statuses += [_status_row(head, interval) for interval in intervals]
            placements = [each for each in known.placements if each.organisation == organisation]
            head_of_post = (int(person), int(organisation))
            posts += [_post_row(head_of_post, each) for each in rules.overall_intervals(placements, required)]
    return posts, statuses


def _status_row(head: tuple[int, int, int], interval: rules.ObligationInterval) -> ObligationRow:
    award = interval.award
    return ObligationRow(
        *head,
        interval.from_on,
        interval.through_on,
        SEVERITY[interval.status],
        interval.due_on,
        interval.valid_through,
        None if award is None else int(award),
    )


def _post_row(head: tuple[int, int], interval: rules.OverallInterval) -> PostRow:
    placement = interval.placement
    return PostRow(
        *head,
        interval.from_on,
        interval.through_on,
        int(placement.station),
        str(placement.sector),
        str(placement.role),
        str(placement.contract),
        placement.works_with_children,
        SEVERITY[interval.overall],
        written_courses(interval.courses),
        interval.urgent_on or FOREVER,
        interval.lapses_on,
    )


def add_deltas(deltas: CountDeltas, rows: Iterable[PostRow], sign: int = 1) -> None:
    """Adds to deltas what rows of posts count for, or with -1 takes it away.

    Of rows of one post that follow one another only the differences are entered: most of a post stays the same.
    """
    before: PostRow | None = None
    for row in rows:
        follows = (
            before is not None
            and before.through_on != FOREVER
            and before[:2] == row[:2]
            and before.through_on + ONE_DAY == row.from_on
        )
        old = _counted_as(before) if before is not None else _NOTHING
        new = _counted_as(row)
        if before is not None and not follows:
            _close(deltas, before, old, sign)
            old = _NOTHING
        for subject, sector, status, people in _moved(old, new):
            deltas[row.from_on, row.organisation_id, subject, sector, status] += people * sign
        if row.lapses_on is not None:
            _add_lapses(deltas, row, sign)
        before = row
    if before is not None:
        _close(deltas, before, _counted_as(before), sign)


_Counted: TypeAlias = frozenset[tuple[str, str, str]]
_NOTHING: _Counted = frozenset()


def _counted_as(row: PostRow) -> _Counted:
    return _counts_of(row.overall, row.courses, row.sector)


@lru_cache(maxsize=10_000)
def _counts_of(overall: int, courses: str, sector: str) -> _Counted:
    by_course = [(str(course), sector, status.value) for course, status in read_courses(courses)]
    return frozenset([(OVERALL, sector, STATUSES[overall].value), *by_course])


@lru_cache(maxsize=10_000)
def _moved(old: _Counted, new: _Counted) -> tuple[tuple[str, str, str, int], ...]:
    """Returns what a post counts for that it did not before, and the reverse."""
    return (*((*key, 1) for key in new - old), *((*key, -1) for key in old - new))


def _close(deltas: CountDeltas, row: PostRow, counted: _Counted, sign: int) -> None:
    if row.through_on != FOREVER:
        after = row.through_on + ONE_DAY
        for subject, sector, status in counted:
            deltas[after, row.organisation_id, subject, sector, status] -= sign


def _add_lapses(deltas: CountDeltas, row: PostRow, sign: int) -> None:
    lapses_on = row.lapses_on
    for days, lapse in LAPSES.items():
        since = row.from_on if lapses_on is None else max(row.from_on, add_days(lapses_on, -days))
        if since <= row.through_on:
            deltas[since, row.organisation_id, OVERALL, row.sector, lapse] += sign
            # A post that lapses does so by then: the interval ends.
            deltas[row.through_on + ONE_DAY, row.organisation_id, OVERALL, row.sector, lapse] -= sign
