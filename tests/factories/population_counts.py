"""Counts by judging each post on each day with the pure rules: slow, and the measure of every faster path."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from lms.compliance.report.counts import AHEAD_DAYS, DayCounts, StatusCounts, statuses_on
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.population import Population
from lms.compliance.status.api import Id, TrainingStatus


class PopulationCounts:
    """Counts from the facts themselves, post by post: the exact path, for any moment of knowledge."""

    def __init__(self, population: Population, filters: Filters) -> None:
        """Takes the posts and which of them are looked at."""
        self._population = population
        self._filters = filters

    def on(self, day: date, *, cells: bool = True) -> DayCounts:
        """Returns the counts of a day, without cells and lapses if they are not wanted."""
        by_course: defaultdict[tuple[str, Id], Counter[TrainingStatus]] = defaultdict(Counter)
        overall: defaultdict[str, Counter[TrainingStatus]] = defaultdict(Counter)
        lapses: list[int] = []
        for each in statuses_on(self._population, day, self._filters):
            overall[str(each.placement.sector)][each.overall] += 1
            if not cells:
                continue
            for course, status in each.by_course().items():
                by_course[str(each.placement.sector), course][status] += 1
            if (lapse := each.post.lapses_on(day)) is not None:
                lapses.append((lapse - day).days)
        return DayCounts(overall, by_course, {each: sum(lapse <= each for lapse in lapses) for each in AHEAD_DAYS})

    def totals_on(self, days: Collection[date]) -> Mapping[date, StatusCounts]:
        """Returns the figures of all sectors on several days."""
        return {
            day: StatusCounts.of(each.overall for each in statuses_on(self._population, day, self._filters))
            for day in days
        }
