"""What is due when for a batch of people, and the weekly counts of their organisations, from loaded facts. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from lms.compliance.api import (
    AppliedRequirement,
    ExplainedStatus,
    Population,
    Post,
    StatusGroup,
    TrainingStatus,
    overall,
)
from lms.kernel.days import ONE_DAY
from lms.reminders.rules import HORIZON_DAYS, SPACING_DAYS, Due, deadline_of

LOOK_AHEAD = timedelta(days=HORIZON_DAYS + SPACING_DAYS)
"""Deadlines further away are neither listed nor postpone another reminder."""

WEEK = timedelta(days=7)
LAPSED = (StatusGroup.LATE, StatusGroup.IN_TIME)


@dataclass(slots=True)
class WeeklyCounts:
    """Counts by organisation, sector and name; stored with the run, so that the next batch adds to them.

    Names are people, compliant, in_time, late, newly_late (late now and not a week ago), without_email
    (something due and no e-mail), and ``ending:<course>`` for certificates that end within 30 days.
    """

    counts: dict[int, dict[str, Counter[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Mapping[str, Mapping[str, Mapping[str, int]]]) -> "WeeklyCounts":
        """Returns the counts that a run has stored."""
        return cls(
            {
                int(organisation): {sector: Counter(counts) for sector, counts in sectors.items()}
                for organisation, sectors in document.items()
            }
        )

    def document(self) -> dict[str, Any]:
        """Returns the counts as a run stores them."""
        return {
            str(organisation): {sector: dict(counts) for sector, counts in sectors.items()}
            for organisation, sectors in self.counts.items()
        }

    def at(self, organisation_id: int, sector: str) -> Counter[str]:
        """Returns the counts of a sector in an organisation, which may be changed."""
        return self.counts.setdefault(organisation_id, {}).setdefault(sector, Counter())

    def add(self, other: "WeeklyCounts") -> None:
        """Adds the counts of further people."""
        for organisation_id, sectors in other.counts.items():
            for sector, counts in sectors.items():
                self.at(organisation_id, sector).update(counts)

    def of_organisation(self, organisation_id: int) -> Counter[str]:
        """Returns the counts of all sectors of an organisation together."""
        whole: Counter[str] = Counter()
        for counts in self.counts.get(organisation_id, {}).values():
            whole.update(counts)
        return whole


@dataclass(frozen=True, slots=True)
class DueDates:
    """What is due when, by person, and the weekly counts of the organisations."""

    dues: Mapping[int, list[Due]]
    counts: WeeklyCounts


def compute_due_dates(population: Population, day: date, without_email: Collection[int] = ()) -> DueDates:
    """Returns what is due when on a day, and the counts of organisations, in one pass over the staff positions."""
    dues: defaultdict[int, list[Due]] = defaultdict(list)
    weekly = WeeklyCounts()
    for post in population.posts:
        placement = post.placement_on(day)
        if placement is None:
            continue
        required = post.required_on(day)
        mine = list(_dues(post, required, day))
        dues[int(post.person)] += mine
        if required:
            counts = weekly.at(int(post.organisation), str(placement.sector))
            _count(counts, post, required, day)
            unreachable = post.person in without_email
            counts["without_email"] += unreachable and any(due.stage(day) is not None for due in mine)
    return DueDates(dues, weekly)


def _dues(post: Post, required: Iterable[tuple[AppliedRequirement, ExplainedStatus]], day: date) -> Iterable[Due]:
    for requirement, explained in required:
        deadline = deadline_of(
            explained.status, due_on=explained.due_on, valid_through=explained.valid_through, day=day
        )
        if deadline is None or deadline > day + LOOK_AHEAD:
            continue
        # Nothing is due for staff who will have left, be on leave, or no longer be required to have it.
        if deadline >= day and requirement.on(deadline + ONE_DAY).status.group not in LAPSED:
            continue
        yield Due(
            organisation_id=int(post.organisation),
            requirement_id=int(requirement.requirement.id),
            course_id=int(requirement.requirement.course),
            deadline=deadline,
            status=explained.status,
        )


def _count(
    counts: Counter[str], post: Post, required: Iterable[tuple[AppliedRequirement, ExplainedStatus]], day: date
) -> None:
    statuses = [explained.status for _requirement, explained in required]
    group = overall(statuses).group
    counts["people"] += 1
    counts[str(group)] += 1
    if group is StatusGroup.LATE:
        before = overall(explained.status for _requirement, explained in post.required_on(day - WEEK))
        counts["newly_late"] += before.group is not StatusGroup.LATE
    for requirement, explained in required:
        held = explained.status in (TrainingStatus.VALID, TrainingStatus.EXPIRING)
        if held and explained.valid_through and (explained.valid_through - day).days <= HORIZON_DAYS:
            counts[f"ending:{requirement.requirement.course}"] += 1
