"""The statuses of many people on any day: known facts, prepared once and evaluated often. Pure.

One page asks for a day, the day a month before, a forecast and twelve month ends. A status is constant
between the days on which it can change, so each interval is evaluated once, however many of the days fall in it.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from lms.compliance.status import api as rules
from lms.compliance.status.api import ExplainedStatus, Facts, Id, Obligation, PlacementFact, TrainingStatus

MOST_DAYS_REMEMBERED = 64
"""How many days are remembered for a requirement of one person; a report needs about sixteen."""


class AppliedRequirement:
    """One requirement applied to one person in one organisation, on any day."""

    def __init__(self, requirement: rules.RequirementFact, prepare: Callable[[], Obligation]) -> None:
        """Takes the requirement and what prepares the obligation, called when the first day is evaluated."""
        self.requirement = requirement
        self._prepare = prepare
        self._obligation: Obligation | None = None
        self._changes: list[date] | None = None
        self._by_day: dict[date, ExplainedStatus] = {}
        self._by_interval: dict[int, ExplainedStatus] = {}

    def on(self, day: date) -> ExplainedStatus:
        """Returns the status on a day and why."""
        explained = self._by_day.get(day)
        if explained is None:
            explained = self._evaluate(day)
            if len(self._by_day) >= MOST_DAYS_REMEMBERED:
                self._by_day = {}
            self._by_day[day] = explained
        return explained

    def intervals(self) -> list[rules.ObligationInterval]:
        """Returns the statuses over time."""
        if self._obligation is None:
            self._obligation = self._prepare()
        return rules.intervals_of(self._obligation)

    def _evaluate(self, day: date) -> ExplainedStatus:
        # For a single day, finding the days of change would cost more than it saves.
        if self._obligation is None:
            self._obligation = self._prepare()
            return self._obligation.on(day)
        if self._changes is None:
            self._changes = self._obligation.change_days()
            for known, explained in self._by_day.items():
                self._by_interval[bisect_right(self._changes, known)] = explained
        interval = bisect_right(self._changes, day)
        if interval not in self._by_interval:
            self._by_interval[interval] = self._obligation.on(day)
        return self._by_interval[interval]


@dataclass(frozen=True, slots=True)
class Post:
    """A person in an organisation: what a report counts. `applied` has every requirement of that organisation."""

    person: Id
    organisation: Id
    placements: tuple[PlacementFact, ...]
    applied: tuple[AppliedRequirement, ...]

    def placement_on(self, day: date) -> PlacementFact | None:
        """Returns the placement that the post counts under on a day, or None where there is none."""
        return rules.main_placement(self.placements, day)

    def required_on(
        self, day: date, courses: Collection[Id] | None = None
    ) -> list[tuple[AppliedRequirement, ExplainedStatus]]:
        """Returns what is required on a day, of some courses or (None) of all, each with its status."""
        found = []
        for applied in self.applied:
            if courses is None or applied.requirement.course in courses:
                explained = applied.on(day)
                if explained.status is not TrainingStatus.NOT_REQUIRED:
                    found.append((applied, explained))
        return found

    def lapses_on(self, day: date) -> date | None:
        """Returns the first day on which a post that complies on `day` would not any more if nothing is done."""
        required = [(applied.requirement.course, applied.intervals()) for applied in self.applied]
        for interval in rules.overall_intervals(self.placements, required):
            if interval.from_on <= day <= interval.through_on:
                return interval.lapses_on
        return None


class Population:
    """The posts in known facts."""

    def __init__(self, facts: Facts, organisations: Collection[Id] | None = None) -> None:
        """Takes facts as `rules.known` gives them; with `organisations` only the posts there are made."""
        self.posts: list[Post] = []
        self.requirements = {each.id: each for each in facts.requirements}
        for person, known in rules.by_person(facts).items():
            by_organisation: defaultdict[Id, list[PlacementFact]] = defaultdict(list)
            for placement in known.placements:
                by_organisation[placement.organisation].append(placement)
            for organisation, placements in by_organisation.items():
                if organisations is None or organisation in organisations:
                    applied = self._applied_requirements(facts, known, organisation)
                    self.posts.append(Post(person, organisation, tuple(placements), tuple(applied)))

    @staticmethod
    def _applied_requirements(facts: Facts, known: rules.PersonFacts, organisation: Id) -> Iterable[AppliedRequirement]:
        for requirement in facts.requirements:
            if requirement.applies_in(organisation):
                yield AppliedRequirement(requirement, _prepared(known, organisation, requirement, facts.settings))


def _prepared(
    known: rules.PersonFacts, organisation: Id, requirement: rules.RequirementFact, settings: rules.StatusSettings
) -> Callable[[], Obligation]:
    return lambda: Obligation(known, organisation, requirement, settings)
