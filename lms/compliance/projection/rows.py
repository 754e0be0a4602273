"""Prepared standings as rows: what the pure stretches of a person become in the tables, and what they count for.

Rows are plain tuples in the order of `POST_COLUMNS` and `STANDING_COLUMNS`, so that many can be compared, written and
counted quickly.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from lms.compliance.status import api as rules
from lms.compliance.status.api import SEVERITY, Standing
from lms.kernel.days import ONE_DAY, add_days

FOREVER = date.max
STANDINGS = tuple(Standing)
"""The standings by their place, as the tables hold them."""
LAPSES = {30: len(STANDINGS), 60: len(STANDINGS) + 1, 90: len(STANDINGS) + 2}
"""Places beside the standings, in the overall counts: posts that comply and lapse within so many days."""
EVERY_SECTOR = ""
"""What stands for the sum of all sectors where a checkpoint names one."""
OVERALL = 0
"""What stands for the overall standing where the ledger names a course."""

LedgerKey: TypeAlias = tuple[date, int, int, str, int]
"""A day, an organisation, a course (or `OVERALL`), a sector, and the place of a standing."""
Ledger: TypeAlias = Counter[LedgerKey]
"""By how many posts each standing changes on each day."""


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
    """A row of `standing_interval` without its number."""

    person_id: int
    organisation_id: int
    requirement_id: int
    from_on: date
    through_on: date
    standing: int
    due_on: date | None
    valid_through: date | None
    award_id: int | None


@lru_cache(maxsize=10_000)
def written_courses(courses: tuple[tuple[rules.Id, Standing], ...]) -> str:
    """Writes the standings by course as a row holds them, each between spaces: " 3:7 5:0 "."""
    words = " ".join(f"{course}:{SEVERITY[standing]}" for course, standing in courses)
    return f" {words} " if words else ""


@lru_cache(maxsize=10_000)
def read_courses(text: str) -> tuple[tuple[int, Standing], ...]:
    """Reads what `written_courses` wrote."""
    pairs = (word.split(":") for word in text.split())
    return tuple((int(course), STANDINGS[int(place)]) for course, place in pairs)


def rows_of(facts: rules.Facts, *, requirements: bool = True) -> tuple[list[PostRow], list[ObligationRow]]:
    """Returns the rows that known facts give: of every post, and of every requirement in it if they are wanted."""
    posts: list[PostRow] = []
    standings: list[ObligationRow] = []
    for person, known in rules.by_person(facts).items():
        for organisation in dict.fromkeys(placement.organisation for placement in known.placements):
            required = []
            for requirement in facts.requirements:
                if requirement.applies_in(organisation):
                    obligation = rules.Obligation(known, organisation, requirement, facts.settings)
                    stretches = rules.stretches_of(obligation)
                    required.append((requirement.course, stretches))
                    if requirements:
                        head = (int(person), int(organisation), int(requirement.id))
                        standings += [_standing_row(head, stretch) for stretch in stretches]
            placed = [each for each in known.placements if each.organisation == organisation]
            head_of_post = (int(person), int(organisation))
            posts += [_post_row(head_of_post, each) for each in rules.post_stretches(placed, required)]
    return posts, standings


def _standing_row(head: tuple[int, int, int], stretch: rules.Stretch) -> ObligationRow:
    award = stretch.award
    return ObligationRow(
        *head,
        stretch.from_on,
        stretch.through_on,
        SEVERITY[stretch.standing],
        stretch.due_on,
        stretch.valid_through,
        None if award is None else int(award),
    )


def _post_row(head: tuple[int, int], stretch: rules.PostStretch) -> PostRow:
    placement = stretch.placement
    return PostRow(
        *head,
        stretch.from_on,
        stretch.through_on,
        int(placement.station),
        str(placement.sector),
        str(placement.role),
        str(placement.contract),
        placement.works_with_children,
        SEVERITY[stretch.overall],
        written_courses(stretch.courses),
        stretch.urgent_on or FOREVER,
        stretch.lapses_on,
    )


def enter(ledger: Ledger, rows: Iterable[PostRow], sign: int = 1) -> None:
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
            _leave(ledger, before, old, sign)
            old = _NOTHING
        for course, sector, place, people in _moved(old, new):
            ledger[row.from_on, row.organisation_id, course, sector, place] += people * sign
        if row.lapses_on is not None:
            _enter_lapses(ledger, row, sign)
        before = row
    if before is not None:
        _leave(ledger, before, _held(before), sign)


_Held: TypeAlias = frozenset[tuple[int, str, int]]
_NOTHING: _Held = frozenset()


def _held(row: PostRow) -> _Held:
    return _places(row.overall, row.courses, row.sector)


@lru_cache(maxsize=10_000)
def _places(overall: int, courses: str, sector: str) -> _Held:
    counted = [(course, sector, SEVERITY[standing]) for course, standing in read_courses(courses)]
    return frozenset([(OVERALL, sector, overall), *counted])


@lru_cache(maxsize=10_000)
def _moved(old: _Held, new: _Held) -> tuple[tuple[int, str, int, int], ...]:
    """Returns what is held more or less than before."""
    return (*((*key, 1) for key in new - old), *((*key, -1) for key in old - new))


def _leave(ledger: Ledger, row: PostRow, held: _Held, sign: int) -> None:
    if row.through_on != FOREVER:
        after = row.through_on + ONE_DAY
        for course, sector, place in held:
            ledger[after, row.organisation_id, course, sector, place] -= sign


def _enter_lapses(ledger: Ledger, row: PostRow, sign: int) -> None:
    lapses_on = row.lapses_on
    for days, place in LAPSES.items():
        since = row.from_on if lapses_on is None else max(row.from_on, add_days(lapses_on, -days))
        if since <= row.through_on:
            ledger[since, row.organisation_id, OVERALL, row.sector, place] += sign
            # Somebody who lapses does so by then: the stretch ends.
            ledger[row.through_on + ONE_DAY, row.organisation_id, OVERALL, row.sector, place] -= sign
