"""What is due when for a batch of people, and the weekly counts of their organisations, from loaded facts. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from lms.compliance.api import Post, RequiredStatus, StatusGroup, TrainingStatus, overall
from lms.kernel.days import ONE_DAY
from lms.reminders.rules import HORIZON_DAYS, SPACING_DAYS, Due, deadline_of

LOOK_AHEAD = timedelta(days=HORIZON_DAYS + SPACING_DAYS)
"""Deadlines further away are neither listed nor postpone another reminder."""

WEEK = timedelta(days=7)
LAPSED = (StatusGroup.LATE, StatusGroup.IN_TIME)


WeeklyCounts = Mapping[tuple[int, str], Counter[str]]
"""The counts of each organisation and sector, by name.

Names are people, compliant, in_time, late, newly_late (late now and not a week ago), without_email
(something due and no e-mail), and ``ending:<course>`` for certificates that end within 30 days.
"""


def compute_due_dates(
    posts: Iterable[Post], day: date, without_email: Collection[int] = ()
) -> tuple[Mapping[int, list[Due]], WeeklyCounts]:
    """Returns what is due when by person, and the weekly counts, in one pass over the staff positions."""
    dues: defaultdict[int, list[Due]] = defaultdict(list)
    weekly: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for post in posts:
        placement = post.placement_on(day)
        if placement is None:
            continue
        required = post.required_on(day)
        mine = list(_dues(post, required, day))
        dues[int(post.person)] += mine
        if required:
            counts = weekly[int(post.organisation), str(placement.sector)]
            _count(counts, post, required, day)
            unreachable = post.person in without_email
            counts["without_email"] += unreachable and any(due.stage(day) is not None for due in mine)
    return dues, weekly


def add_counts(stored: Mapping[str, Mapping[str, Mapping[str, int]]], added: WeeklyCounts) -> dict[str, Any]:
    """Returns the counts that a run stores, by organisation, sector and name, with those of further people."""
    whole = {organisation: dict(sectors) for organisation, sectors in stored.items()}
    for (organisation_id, sector), counts in added.items():
        sectors = whole.setdefault(str(organisation_id), {})
        total = Counter(sectors.get(sector))
        total.update(counts)
        sectors[sector] = total
    return whole


def _dues(post: Post, required: Iterable[RequiredStatus], day: date) -> Iterable[Due]:
    for obligation, explained in required:
        deadline = deadline_of(
            explained.status, due_on=explained.due_on, valid_through=explained.valid_through, day=day
        )
        if deadline is None or deadline > day + LOOK_AHEAD:
            continue
        # Nothing is due for staff who will have left, be on leave, or no longer be required to have it.
        if deadline >= day and obligation.on(deadline + ONE_DAY).status.group not in LAPSED:
            continue
        yield Due(
            organisation_id=int(post.organisation),
            requirement_id=int(obligation.requirement.id),
            course_id=int(obligation.requirement.course),
            deadline=deadline,
            status=explained.status,
        )


def _count(counts: Counter[str], post: Post, required: Iterable[RequiredStatus], day: date) -> None:
    statuses = [explained.status for _obligation, explained in required]
    group = overall(statuses).group
    counts["people"] += 1
    counts[str(group)] += 1
    if group is StatusGroup.LATE:
        before = overall(explained.status for _obligation, explained in post.required_on(day - WEEK))
        counts["newly_late"] += before.group is not StatusGroup.LATE
    for obligation, explained in required:
        in_force = explained.status in (TrainingStatus.VALID, TrainingStatus.EXPIRING)
        if in_force and explained.valid_through and (explained.valid_through - day).days <= HORIZON_DAYS:
            counts[f"ending:{obligation.requirement.course}"] += 1
