"""The statuses of people on any day: known facts, prepared once and evaluated often.

One page asks for a day, the day a month before, a forecast and twelve month ends. A status is constant
between the days on which it can change, so each interval is evaluated once, however many of the days fall in it.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from flask import current_app

from lms.certification.api import print_serial
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import LoadedFacts, read_facts
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import TrainingStatus, to_do_order, urgency
from lms.compliance.status.evaluate import ExplainedStatus, Obligation
from lms.compliance.status.explain import details, sentence
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


@dataclass(frozen=True, slots=True)
class PostStatus:
    """The status of a post on a day: its placement, and every requirement with its status."""

    post: Post
    placement: PlacementFact
    required: tuple[tuple[AppliedRequirement, ExplainedStatus], ...]

    @property
    def overall(self) -> TrainingStatus:
        """Returns the worst status; not_required where nothing is required."""
        return self.worst[1].status if self.required else TrainingStatus.NOT_REQUIRED

    @property
    def worst(self) -> tuple[AppliedRequirement, ExplainedStatus]:
        """Returns the requirement that gives the overall status; of several the one that was due or ends first."""
        return min(self.required, key=urgency_of)


def urgency_of(one: tuple[AppliedRequirement, ExplainedStatus]) -> tuple[int, date, str]:
    """Returns the key that sorts requirements by urgency: the severity, the day that presses, the id."""
    applied, explained = one
    return (*urgency(explained.status, explained.due_on, explained.valid_through), str(applied.requirement.id))


def statuses_on(population: Population, day: date, filters: Filters) -> list[PostStatus]:
    """Returns the statuses of the posts that match filters on a day; without a placement, a post is left out."""
    return [
        PostStatus(post, placement, tuple(post.required_on(day, filters.courses)))
        for post in population.posts
        if (placement := post.placement_on(day)) is not None and filters.match(placement)
    ]


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A person's status for one requirement in one organisation on a day, with the sentence that explains it.

    `due_on` is set while it is due or overdue, with `required_since` and `due_days`; `valid_through` and `award`
    (the serial as printed) where an award explains. `sentence` speaks of nobody as "you"; `details`
    is what follows its first part.
    """

    requirement_id: int
    organisation_id: int
    course_id: int
    course_slug: str
    course_title: str
    status: TrainingStatus
    due_on: date | None
    valid_through: date | None
    award: str | None
    sentence: str
    details: str = ""
    sector: str | None = None
    renewal_open_since: date | None = None
    required_since: date | None = None
    due_days: int | None = None

    @property
    def urgency(self) -> tuple[int, date, str]:
        """Returns the key that sorts the most urgent requirement first."""
        return *urgency(self.status, self.due_on, self.valid_through), self.course_title


def statuses_of(
    person_id: int, as_of: date, *, organisations: Iterable[int] | None = None, known_as_of: datetime | None = None
) -> list[StatusRow]:
    """Returns what is required of a person on a day with their status, in the order to do it; five queries.

    One row for each requirement in each organisation where they are placed on that day; what is not required
    is left out.
    """
    here = None if organisations is None else frozenset(organisations)
    rows = rows_on(load_facts(Scope(here, frozenset({person_id})), known_as_of), as_of)
    return sorted(rows, key=lambda row: (*to_do_order(row.status, row.due_on, row.valid_through), row.course_id))


def rows_on(loaded: LoadedFacts, day: date, posts: Iterable[Post] | None = None) -> list[StatusRow]:
    """Returns what is required on a day of everybody loaded, or of some posts, the most urgent first."""
    found = [
        status_row(applied, explained, int(post.organisation), loaded)
        for post in (Population(loaded.facts).posts if posts is None else posts)
        for applied, explained in post.required_on(day)
    ]
    return sorted(found, key=lambda row: row.urgency)


def status_row(
    applied: AppliedRequirement, explained: ExplainedStatus, organisation_id: int, loaded: LoadedFacts
) -> StatusRow:
    """Returns a status as a row for pages."""
    course, reason = loaded.courses[int(applied.requirement.course)], explained.reason
    return StatusRow(
        requirement_id=int(applied.requirement.id),
        organisation_id=organisation_id,
        course_id=course.course_id,
        course_slug=course.slug,
        course_title=course.title,
        status=explained.status,
        due_on=explained.due_on,
        valid_through=explained.valid_through,
        award=None if explained.award is None else print_serial(loaded.serials[int(explained.award)]),
        sentence=sentence(reason),
        details=details(reason),
        sector=None if reason.sector is None else str(reason.sector),
        renewal_open_since=reason.window_open_since,
        required_since=explained.started_on,
        due_days=reason.due_days,
    )


def renewal_windows(
    *, person_id: int, course_id: int, sector: str | None, earned_on: date, old_until: date
) -> list[date]:
    """Returns the first day of every renewal window that requirements open for a person before `old_until`.

    Of the awards that end on that day and are earned by `earned_on`; a window counts where its requirement
    matched the person when it opened, even if that version has ended since, and where it opens later under a
    version that matches on `earned_on`. It is a source of `lms.certification.hooks`.
    """
    # What was begun since opens no window.
    facts = load_facts(Scope(persons=frozenset({person_id})), progress=False).facts
    # Facts of merged persons come under the surviving one: there is one person here or none.
    person = next(iter(by_person(facts).values()), None)
    if person is None:
        return []
    renewed = [
        award
        for award in person.awards
        if award.course == course_id and award.earned_on <= earned_on and award.valid_until == old_until
        and sector in (None, award.sector)
    ]  # fmt: skip
    opened = {
        window.opens_on
        for requirement in facts.requirements
        if requirement.course == course_id
        for organisation in {placement.organisation for placement in person.placements}
        if requirement.applies_in(organisation)
        for award in renewed
        for window in Obligation(person, organisation, requirement, facts.gap_days).windows(award)
    }
    return sorted(opened)
