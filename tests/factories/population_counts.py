"""Counts by judging each post on each day with the pure rules: slow, and the measure of every faster path."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from lms.compliance.projection.rows import LAPSES
from lms.compliance.report.counts import DayCounts, StatusCounts
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.population import Post, PostStatus, statuses_on
from lms.compliance.status.definitions import SEVERITY, TrainingStatus
from lms.compliance.status.facts import Id


def worst_by_course(post_status: PostStatus) -> dict[Id, TrainingStatus]:
    """Returns the worst status for each course that is required of a post."""
    worst: dict[Id, TrainingStatus] = {}
    for applied, explained in post_status.required:
        course = applied.requirement.course
        worst[course] = min(worst.get(course, explained.status), explained.status, key=SEVERITY.__getitem__)
    return worst


class PopulationCounts:
    """Counts from the facts themselves, post by post: the exact path, for any moment of knowledge."""

    def __init__(self, population: Iterable[Post], filters: Filters) -> None:
        """Takes the posts and which of them are looked at."""
        self._population = list(population)
        self.filters = filters

    def on(self, day: date, *, cells: bool = True) -> DayCounts:
        """Returns the counts of a day, without cells and lapses if they are not wanted."""
        by_course: defaultdict[tuple[str, Id], Counter[TrainingStatus]] = defaultdict(Counter)
        overall: defaultdict[str, Counter[TrainingStatus]] = defaultdict(Counter)
        lapses: list[int] = []
        for each in statuses_on(self._population, day, self.filters):
            overall[str(each.placement.sector)][each.overall] += 1
            if not cells:
                continue
            for course, status in worst_by_course(each).items():
                by_course[str(each.placement.sector), course][status] += 1
            if (lapse := each.post.lapses_on(day)) is not None:
                lapses.append((lapse - day).days)
        return DayCounts(overall, by_course, {each: sum(lapse <= each for lapse in lapses) for each in LAPSES})

    def totals_on(self, days: Collection[date]) -> Mapping[date, StatusCounts]:
        """Returns the figures of all sectors on several days."""
        return {
            day: StatusCounts.added(Counter(each.overall for each in statuses_on(self._population, day, self.filters)))
            for day in days
        }
