"""Prepared standings as rows: what the pure stretches of a person become in the tables, and what they count for.

Rows are plain tuples in the order of `POST_COLUMNS` and `STANDING_COLUMNS`, so that many can be compared, written and
counted quickly.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from lms.compliance import rules
from lms.compliance.rules import SEVERITY, Standing
from lms.compliance.rules.timeline import ONE_DAY, plus

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


def written_courses(courses: Iterable[tuple[rules.Id, Standing]]) -> str:
    """Writes the standings by course as a row holds them, each between spaces: " 3:7 5:0 "."""
    words = " ".join(f"{course}:{SEVERITY[standing]}" for course, standing in courses)
    return f" {words} " if words else ""


def read_courses(text: str) -> list[tuple[int, Standing]]:
    """Reads what `written_courses` wrote."""
    pairs = (word.split(":") for word in text.split())
    return [(int(course), STANDINGS[int(place)]) for course, place in pairs]


def rows_of(facts: rules.Facts) -> tuple[list[PostRow], list[ObligationRow]]:
    """Returns the rows that known facts give: of every post, and of every requirement in it."""
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


def enter(ledger: Ledger, rows: Sequence[PostRow], sign: int = 1) -> None:
    """Adds to a ledger what rows of posts count for, or with -1 takes it away."""
    for row in rows:
        counted = [(OVERALL, row.overall, row.from_on)]
        counted += [(course, SEVERITY[each], row.from_on) for course, each in read_courses(row.courses)]
        if row.lapses_on is not None:
            for days, place in LAPSES.items():
                since = max(row.from_on, plus(row.lapses_on, -days))
                if since <= row.through_on:
                    counted.append((OVERALL, place, since))
        for course, place, since in counted:
            ledger[since, row.organisation_id, course, row.sector, place] += sign
            if row.through_on != FOREVER:
                after = row.through_on + ONE_DAY
                ledger[after, row.organisation_id, course, row.sector, place] -= sign
