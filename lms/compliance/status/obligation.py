"""What a requirement demands of a person in one organisation, as intervals of days; awards come later.

The definitions are those of docs/handbook/status.md, "The obligation".
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import zip_longest
from typing import NamedTuple

from lms.compliance.status.definitions import TrainingStatus
from lms.compliance.status.facts import ExemptionFact, Id, PlacementFact, RequirementFact, RequirementVersionFact
from lms.kernel.days import ONE_DAY, add_days


def main_placement(placements: Iterable[PlacementFact], day: date) -> PlacementFact | None:
    """Returns the placement a person counts under on a day: of several, the one that began last.

    Placements of one employment never overlap; the order matters only for two employments in one
    organisation.
    """
    covering = [placement for placement in placements if placement.covers(day)]
    if len(covering) <= 1:
        return covering[0] if covering else None
    return max(covering, key=lambda each: (each.from_on, each.recorded_at, str(each.sector), str(each.station)))


def day_after(day: date | None) -> date:
    """Returns the day after a last day; where that is open, the last of the calendar."""
    return date.max if day is None else add_days(day, 1)


class ObligationSegment(NamedTuple):
    """An interval of days with the same version in force, placement that it matches, and exemption, or none.

    `has_placement` says whether the person has any placement in the organisation.
    """

    from_on: date
    through_on: date
    has_placement: bool
    version: RequirementVersionFact | None
    placement: PlacementFact | None
    exemption: ExemptionFact | None


class ObligationRun(NamedTuple):
    """Consecutive days of obligation, and whether the gap before them may be bridged to the run before."""

    from_on: date
    through_on: date
    bridges: bool


class ObligationInterval(NamedTuple):
    """Days, first and last included, on which one requirement gives one status with the same dates beside it."""

    from_on: date
    through_on: date
    status: TrainingStatus
    due_on: date | None
    valid_through: date | None
    award: Id | None


def segments_of(
    requirement: RequirementFact, placements: Sequence[PlacementFact], exemptions: Sequence[ExemptionFact]
) -> list[ObligationSegment]:
    """Returns the whole calendar in segments, in order, for one person in one organisation."""
    starts = {date.min}
    for placement in placements:
        starts.update((placement.from_on, day_after(placement.through_on)))
    for version in requirement.versions:
        starts.update((version.effective_from, day_after(version.effective_through)))
    for exemption in exemptions:
        starts.update((exemption.from_on, day_after(exemption.until_on)))
    first_days = sorted(starts - {date.max})
    segments = []
    for first, next_first in zip_longest(first_days, first_days[1:]):
        in_force = requirement.version_on(first)
        covering = [placement for placement in placements if placement.covers(first)]
        matching = [each for each in covering if in_force is not None and in_force.match.holds(each)]
        holding = [exemption for exemption in exemptions if exemption.covers(first)]
        exempt = max(holding, key=lambda each: (each.until_on or date.max, each.from_on), default=None)
        last = date.max if next_first is None else next_first - ONE_DAY
        segments.append(
            ObligationSegment(first, last, bool(covering), in_force, main_placement(matching, first), exempt)
        )
    return segments


def runs_of(segments: Iterable[ObligationSegment], sector: Id | None, gap_days: int) -> list[ObligationRun]:
    """Returns the runs of days on which the version in force matches a placement and no exemption holds.

    With a sector, only days in that main sector count. A gap may be bridged if it is at most `gap_days` long
    and no exemption holds in it.
    """
    runs: list[ObligationRun] = []
    exempt_since_run = False
    for segment in segments:
        if segment.exemption is not None:
            exempt_since_run = True
        elif segment.placement is not None and sector in (None, segment.placement.sector):
            before = runs[-1] if runs else None
            if before is not None and before.through_on + ONE_DAY == segment.from_on:
                runs[-1] = ObligationRun(before.from_on, segment.through_on, before.bridges)
            else:
                short = before is not None and (segment.from_on - before.through_on).days - 1 <= gap_days
                runs.append(ObligationRun(segment.from_on, segment.through_on, short and not exempt_since_run))
            exempt_since_run = False
    return runs


def obliged_from(runs: Sequence[ObligationRun], day: date, last_award_ended_on: date | None) -> date:
    """Returns S, the first day of the unbroken run around `day`, across the gaps that do not break it.

    A gap inside which the last award ended breaks the run. Some run must hold `day`.
    """
    place = bisect_right(runs, day, key=lambda run: run.from_on) - 1
    while runs[place].bridges:
        gap_from, gap_through = runs[place - 1].through_on + ONE_DAY, runs[place].from_on - ONE_DAY
        if last_award_ended_on is not None and gap_from <= last_award_ended_on <= gap_through:
            break
        place -= 1
    return runs[place].from_on
