"""The statuses of many people on any day: known facts, prepared once and evaluated often.

One page asks for a day, the day a month before, a forecast and twelve month ends. A status is constant
between the days on which it can change, so each interval is evaluated once, however many of the days fall in it.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from flask import current_app

from lms.compliance.source_data.load import LoadedFacts, read_facts
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import TrainingStatus
from lms.compliance.status.evaluate import ExplainedStatus, Obligation
from lms.compliance.status.facts import Facts, Id, PersonFacts, PlacementFact, RequirementFact, by_person
from lms.compliance.status.intervals import overall_intervals
from lms.compliance.status.obligation import ObligationInterval, main_placement
from lms.kernel.config import Settings


class AppliedRequirement:
    """One requirement applied to one person in one organisation, on any day."""

    def __init__(self, person: PersonFacts, organisation: Id, requirement: RequirementFact, gap_days: int) -> None:
        """Takes what the obligation follows from; it is prepared when the first day is evaluated."""
        self.requirement = requirement
        self._follows_from = person, organisation, requirement, gap_days
        self._by_day: dict[date, ExplainedStatus] = {}

    @cached_property
    def _obligation(self) -> Obligation:
        return Obligation(*self._follows_from)

    @cached_property
    def _change_days(self) -> list[date]:
        return self._obligation.change_days()

    @cached_property
    def _by_interval(self) -> dict[int, ExplainedStatus]:
        return {bisect_right(self._change_days, day): explained for day, explained in self._by_day.items()}

    def on(self, day: date) -> ExplainedStatus:
        """Returns the status on a day and why."""
        explained = self._by_day.get(day)
        if explained is None:
            # For a single day, finding the days of change would cost more than it saves.
            explained = self._in_interval(day) if self._by_day else self._obligation.on(day)
            self._by_day[day] = explained
        return explained

    def _in_interval(self, day: date) -> ExplainedStatus:
        interval = bisect_right(self._change_days, day)
        if interval not in self._by_interval:
            self._by_interval[interval] = self._obligation.on(day)
        return self._by_interval[interval]

    def intervals(self) -> list[ObligationInterval]:
        """Returns the statuses over time."""
        return self._obligation.intervals()


@dataclass(frozen=True, slots=True)
class Post:
    """A person in an organisation: what a report counts. `applied` has every requirement of that organisation."""

    person: Id
    organisation: Id
    placements: tuple[PlacementFact, ...]
    applied: tuple[AppliedRequirement, ...]

    def placement_on(self, day: date) -> PlacementFact | None:
        """Returns the placement that the post counts under on a day, or None where there is none."""
        return main_placement(self.placements, day)

    def required_on(
        self, day: date, courses: Collection[Id] | None = None
    ) -> list[tuple[AppliedRequirement, ExplainedStatus]]:
        """Returns what is required on a day, of some courses or (None) of all, each with its status."""
        concerned = [each for each in self.applied if courses is None or each.requirement.course in courses]
        evaluated = ((applied, applied.on(day)) for applied in concerned)
        return [each for each in evaluated if each[1].status is not TrainingStatus.NOT_REQUIRED]

    def lapses_on(self, day: date) -> date | None:
        """Returns the first day on which a post that complies on `day` would not any more if nothing is done."""
        required = [(applied.requirement.course, applied.intervals()) for applied in self.applied]
        for interval in overall_intervals(self.placements, required):
            if interval.from_on <= day <= interval.through_on:
                return interval.lapses_on
        return None


class Population:
    """The posts in known facts."""

    def __init__(self, facts: Facts, organisations: Collection[Id] | None = None) -> None:
        """Takes facts as `rules.known` gives them; with `organisations` only the posts there are made."""
        self.posts: list[Post] = []
        for person, known in by_person(facts).items():
            by_organisation: defaultdict[Id, list[PlacementFact]] = defaultdict(list)
            for placement in known.placements:
                by_organisation[placement.organisation].append(placement)
            for organisation, placements in by_organisation.items():
                if organisations is None or organisation in organisations:
                    applied = [
                        AppliedRequirement(known, organisation, requirement, facts.gap_days)
                        for requirement in facts.requirements
                        if requirement.applies_in(organisation)
                    ]
                    self.posts.append(Post(person, organisation, tuple(placements), tuple(applied)))


def load_facts(scope: Scope, known_as_of: datetime | None = None, *, progress: bool = True) -> LoadedFacts:
    """Loads the facts in scope under the installation's settings, with or without progress."""
    settings: Settings = current_app.extensions["settings"]
    return read_facts(
        scope,
        known_as_of=known_as_of,
        gap_days=settings.gap_days,
        installation_zone=settings.time_zone,
        progress=progress,
    )


def load_population(scope: Scope, known_as_of: datetime | None = None) -> tuple[LoadedFacts, Population]:
    """Loads the facts in scope, as known at a moment, and their posts."""
    loaded = load_facts(scope, known_as_of)
    return loaded, Population(loaded.facts)
