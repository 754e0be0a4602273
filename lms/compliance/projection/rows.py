"""Prepared statuses as rows: what the pure intervals of a person become in the tables, and what they count for.

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
"""The statuses by their place, as the tables hold them."""
LAPSES = {30: len(STATUSES), 60: len(STATUSES) + 1, 90: len(STATUSES) + 2}
"""Places beside the statuses, in the overall counts: posts that comply and lapse within so many days."""
EVERY_SECTOR = ""
"""What stands for the sum of all sectors where a snapshot names one."""
OVERALL = 0
"""What stands for the overall status where the ledger names a course."""

CountKey: TypeAlias = tuple[date, int, int, str, int]
"""A day, an organisation, a course (or `OVERALL`), a sector, and the place of a status."""
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
    """Writes the statuses by course as a row holds them, each between spaces: " 3:7 5:0 "."""
    words = " ".join(f"{course}:{SEVERITY[status]}" for course, status in courses)
    return f" {words} " if words else ""


@lru_cache(maxsize=10_000)
def read_courses(text: str) -> tuple[tuple[int, TrainingStatus], ...]:
    """Reads what `written_courses` wrote."""
    pairs = (word.split(":") for word in text.split())
    return tuple((int(course), STATUSES[int(place)]) for course, place in pairs)


def interval_rows(
    facts: rules.Facts, *, requirements: bool = True
) -> tuple[list[PostRow], list[ObligationRow]]:
    """Returns the rows that known facts give: of every post, and of every requirement in it if they are wanted."""
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
            placed = [each for each in known.placements if each.organisation == organisation]
            head_of_post = (int(person), int(organisation))
            posts += [_post_row(head_of_post, each) for each in rules.overall_intervals(placed, required)]
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
    """Adds to a ledger what rows of posts count for, or with -1 takes it away.

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
        old = _held(before) if before is not None else _NOTHING
        new = _held(row)
        if before is not None and not follows:
            _leave(deltas, before, old, sign)
            old = _NOTHING
        for course, sector, place, people in _moved(old, new):
            deltas[row.from_on, row.organisation_id, course, sector, place] += people * sign
        if row.lapses_on is not None:
            _enter_lapses(deltas, row, sign)
        before = row
    if before is not None:
        _leave(deltas, before, _held(before), sign)


_Held: TypeAlias = frozenset[tuple[int, str, int]]
_NOTHING: _Held = frozenset()


def _held(row: PostRow) -> _Held:
    return _places(row.overall, row.courses, row.sector)


@lru_cache(maxsize=10_000)
def _places(overall: int, courses: str, sector: str) -> _Held:
    counted = [(course, sector, SEVERITY[status]) for course, status in read_courses(courses)]
    return frozenset([(OVERALL, sector, overall), *counted])


@lru_cache(maxsize=10_000)
def _moved(old: _Held, new: _Held) -> tuple[tuple[int, str, int, int], ...]:
    """Returns what is held more or less than before."""
    return (*((*key, 1) for key in new - old), *((*key, -1) for key in old - new))


def _leave(deltas: CountDeltas, row: PostRow, held: _Held, sign: int) -> None:
    if row.through_on != FOREVER:
        after = row.through_on + ONE_DAY
        for course, sector, place in held:
            deltas[after, row.organisation_id, course, sector, place] -= sign


def _enter_lapses(deltas: CountDeltas, row: PostRow, sign: int) -> None:
    lapses_on = row.lapses_on
    for days, place in LAPSES.items():
        since = row.from_on if lapses_on is None else max(row.from_on, add_days(lapses_on, -days))
        if since <= row.through_on:
            deltas[since, row.organisation_id, OVERALL, row.sector, place] += sign
            # Somebody who lapses does so by then: the interval ends.
            deltas[row.through_on + ONE_DAY, row.organisation_id, OVERALL, row.sector, place] -= sign
