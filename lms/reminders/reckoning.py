"""What a batch of people must do by when, and how their organisations stand: one pass over prepared facts. Pure."""

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
from lms.reminders.rules import HORIZON_DAYS, SPACING_DAYS, Due, deadline_of

LOOKED_AHEAD = timedelta(days=HORIZON_DAYS + SPACING_DAYS)
"""Deadlines further away can neither be told of nor keep another mail back."""

WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)
LAPSED = (StatusGroup.LATE, StatusGroup.IN_TIME)


@dataclass(slots=True)
class Figures:
    """Counts by organisation, sector and name; kept with the run, so that the next batch adds to them.

    Names are people, compliant, in_time, late, newly_late (late now and not a week ago), on_paper (something to be
    told and no e-mail), and ``ending:<course>`` for certificates whose last valid day comes within thirty days.
    """

    counts: dict[int, dict[str, Counter[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Mapping[str, Mapping[str, Mapping[str, int]]]) -> "Figures":
        """Reads figures as they are kept."""
        return cls(
            {
                int(organisation): {sector: Counter(counts) for sector, counts in sectors.items()}
                for organisation, sectors in document.items()
            }
        )

    def document(self) -> dict[str, Any]:
        """Returns the figures as they are kept."""
        return {
            str(organisation): {sector: dict(counts) for sector, counts in sectors.items()}
            for organisation, sectors in self.counts.items()
        }

    def at(self, organisation_id: int, sector: str) -> Counter[str]:
        """Returns the counts of a sector in an organisation, to be added to."""
        return self.counts.setdefault(organisation_id, {}).setdefault(sector, Counter())

    def add(self, other: "Figures") -> None:
        """Adds the figures of further people."""
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
class Reckoned:
    """What people must do by when, by person, and the figures of their organisations."""

    dues: Mapping[int, list[Due]]
    figures: Figures


def reckon(population: Population, day: date, without_email: Collection[int] = ()) -> Reckoned:
    """Goes through the posts once: who has what to do by when on a day, and how organisations stand."""
    dues: defaultdict[int, list[Due]] = defaultdict(list)
    figures = Figures()
    for post in population.posts:
        placement = post.placement_on(day)
        if placement is None:
            continue
        required = post.required_on(day)
        mine = list(_dues(post, required, day))
        dues[int(post.person)] += mine
        if required:
            counts = figures.at(int(post.organisation), str(placement.sector))
            _count(counts, post, required, day)
            unreachable = post.person in without_email
            counts["on_paper"] += unreachable and any(due.moment(day) is not None for due in mine)
    return Reckoned(dues, figures)


def _dues(
    post: Post, required: Iterable[tuple[AppliedRequirement, ExplainedStatus]], day: date
) -> Iterable[Due]:
    for asked, explained in required:
        deadline = deadline_of(
            explained.status, due_on=explained.due_on, valid_through=explained.valid_through, day=day
        )
        if deadline is None or deadline > day + LOOKED_AHEAD:
            continue
        # Who will have left, be on leave or be asked no more by then has nothing to hurry for.
        if deadline >= day and asked.on(deadline + ONE_DAY).status.group not in LAPSED:
            continue
        yield Due(
            organisation_id=int(post.organisation),
            requirement_id=int(asked.requirement.id),
            course_id=int(asked.requirement.course),
            deadline=deadline,
            status=explained.status,
        )


def _count(
    counts: Counter[str],
    post: Post,
    required: Iterable[tuple[AppliedRequirement, ExplainedStatus]],
    day: date,
) -> None:
    statuses = [explained.status for _asked, explained in required]
    group = overall(statuses).group
    counts["people"] += 1
    counts[str(group)] += 1
    if group is StatusGroup.LATE:
        before = overall(explained.status for _asked, explained in post.required_on(day - WEEK))
        counts["newly_late"] += before.group is not StatusGroup.LATE
    for asked, explained in required:
        held = explained.status in (TrainingStatus.VALID, TrainingStatus.EXPIRING)
        if held and explained.valid_through and (explained.valid_through - day).days <= HORIZON_DAYS:
            counts[f"ending:{asked.requirement.course}"] += 1
