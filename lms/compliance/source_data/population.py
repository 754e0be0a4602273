"""The posts in known facts, each with its obligations, and their statuses on any day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

from lms.certification.api import Renewal, print_serial
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import LoadedFacts, load_facts
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import TrainingStatus, to_do_order, urgency
from lms.compliance.status.evaluate import ExplainedStatus, Obligation
from lms.compliance.status.explain import details, sentence
from lms.compliance.status.facts import AwardFact, Facts, Id, PlacementFact, by_person
from lms.compliance.status.intervals import overall_intervals
from lms.compliance.status.obligation import main_placement
from lms.people.api import load_canonical_ids

RequiredStatus: TypeAlias = tuple[Obligation, ExplainedStatus]
"""An obligation and its status on a day on which something is required."""


@dataclass(frozen=True, slots=True)
class Post:
    """A person in an organisation: what a report counts. It has an obligation for every requirement there."""

    person: Id
    organisation: Id
    placements: tuple[PlacementFact, ...]
    obligations: tuple[Obligation, ...]

    def placement_on(self, day: date) -> PlacementFact | None:
        """Returns the placement that the post counts under on a day, or None where there is none."""
        return main_placement(self.placements, day)

    def required_on(self, day: date, courses: Collection[Id] | None = None) -> list[RequiredStatus]:
        """Returns what is required on a day, of some courses or (None) of all, each with its status."""
        concerned = (each for each in self.obligations if courses is None or each.requirement.course in courses)
        evaluated = ((obligation, obligation.on(day)) for obligation in concerned)
        return [each for each in evaluated if each[1].status is not TrainingStatus.NOT_REQUIRED]

    def lapses_on(self, day: date) -> date | None:
        """Returns the first day on which a post that complies on `day` would not any more if nothing is done."""
        required = [(each.requirement.course, each.intervals()) for each in self.obligations]
        for interval in overall_intervals(self.placements, required):
            if interval.from_on <= day <= interval.through_on:
                return interval.lapses_on
        return None


def posts_of(facts: Facts) -> Iterator[Post]:
    """Yields the posts in facts as `known` returns them, person by person."""
    for person, known in by_person(facts).items():
        by_organisation: defaultdict[Id, list[PlacementFact]] = defaultdict(list)
        for placement in known.placements:
            by_organisation[placement.organisation].append(placement)
        for organisation, placements in by_organisation.items():
            obligations = (
                Obligation(known, organisation, requirement, facts.gap_days)
                for requirement in facts.requirements
                if requirement.applies_in(organisation)
            )
            yield Post(person, organisation, tuple(placements), tuple(obligations))


def load_population(scope: Scope, known_as_of: datetime | None = None) -> tuple[LoadedFacts, list[Post]]:
    """Loads the facts in scope, as known at a moment, and their posts."""
    loaded = load_facts(scope, known_as_of)
    return loaded, list(posts_of(loaded.facts))


@dataclass(frozen=True, slots=True)
class PostStatus:
    """The status of a post on a day: its placement, and every requirement with its status."""

    post: Post
    placement: PlacementFact
    required: tuple[RequiredStatus, ...]

    @property
    def overall(self) -> TrainingStatus:
        """Returns the worst status; not_required where nothing is required."""
        return self.worst[1].status if self.required else TrainingStatus.NOT_REQUIRED

    @property
    def worst(self) -> RequiredStatus:
        """Returns the requirement that gives the overall status; of several the one that was due or ends first."""
        return min(self.required, key=urgency_of)


def urgency_of(one: RequiredStatus) -> tuple[int, date, str]:
    """Returns the key that sorts requirements by urgency: the severity, the day that presses, the id."""
    obligation, explained = one
    return (*urgency(explained.status, explained.due_on, explained.valid_through), str(obligation.requirement.id))


def statuses_on(population: Iterable[Post], day: date, filters: Filters) -> list[PostStatus]:
    """Returns the statuses of the posts that match filters on a day; without a placement, a post is left out."""
    return [
        PostStatus(post, placement, tuple(post.required_on(day, filters.courses)))
        for post in population
        if (placement := post.placement_on(day)) is not None and filters.match(placement)
    ]


@dataclass(frozen=True, slots=True)
class RequirementStatus:
    """A person's status for one requirement in one organisation on a day.

    `due_on` is set while it is due or overdue, `valid_through` where an award explains.
    """

    requirement_id: int
    organisation_id: int
    course_id: int
    course_slug: str
    course_title: str
    status: TrainingStatus
    due_on: date | None
    valid_through: date | None

    @property
    def urgency(self) -> tuple[int, date, str]:
        """Returns the key that sorts the most urgent requirement first."""
        return *urgency(self.status, self.due_on, self.valid_through), self.course_title


@dataclass(frozen=True, slots=True)
class ReasonedStatus(RequirementStatus):
    """The same with the award that explains it (the serial as printed), where one does, and the reason in words."""

    award: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class StatusRow(RequirementStatus):
    """The same with the sentence that explains it.

    `required_since` and `due_days` are set while it is due or overdue, `award` (the serial as printed) where an award
    explains.
    """

    award: str | None
    explained: ExplainedStatus
    sector: str | None = None
    required_since: date | None = None
    due_days: int | None = None

    @property
    def sentence(self) -> str:
        """Returns the reason in the language of the page, job or file; it speaks of nobody as "you"."""
        return sentence(self.explained.reason)

    @property
    def details(self) -> str:
        """Returns what follows the first part of the sentence."""
        return details(self.explained.reason)


def statuses_of(
    person_id: int,
    as_of: date,
    *,
    organisations: Iterable[int] | None = None,
    known_as_of: datetime | None = None,
    progress: bool = True,
) -> list[StatusRow]:
    """Returns what is required of a person on a day with their status, in the order to do it; five queries.

    One row for each requirement in each organisation where they are placed on that day; what is not required
    is left out. Without `progress`, what was begun is said to be not started: the order is the same, and it takes a
    query less.
    """
    here = None if organisations is None else frozenset(organisations)
    rows = rows_on(load_facts(Scope(here, frozenset({person_id})), known_as_of, progress=progress), as_of)
    return sorted(rows, key=lambda row: (*to_do_order(row.status, row.due_on, row.valid_through), row.course_id))


def rows_on(loaded: LoadedFacts, day: date, posts: Iterable[Post] | None = None) -> list[StatusRow]:
    """Returns what is required on a day of everybody loaded, or of some posts, the most urgent first."""
    found = [
        status_row(obligation, explained, int(post.organisation), loaded)
        for post in (posts_of(loaded.facts) if posts is None else posts)
        for obligation, explained in post.required_on(day)
    ]
    return sorted(found, key=lambda row: row.urgency)


def reasons_on(
    day: date, requirements: Mapping[tuple[int, int], int], organisations: Collection[int], *, progress: bool
) -> dict[tuple[int, int], str]:
    """Returns for posts (person, organisation) the sentence that explains their status for one requirement each.

    Only these are evaluated. Without `progress`, none of the statuses may be in progress. A post whose facts are no
    longer there is left out.
    """
    persons = frozenset(person for person, _organisation in requirements)
    facts = load_facts(Scope(frozenset(organisations), persons), progress=progress).facts
    known, found = by_person(facts), {}
    by_id = {int(each.id): each for each in facts.requirements}
    for (person, organisation), number in requirements.items():
        requirement = by_id.get(number)
        if person in known and requirement is not None:
            explained = Obligation(known[person], organisation, requirement, facts.gap_days).on(day)
            found[person, organisation] = sentence(explained.reason)
    return found


def status_row(
    obligation: Obligation, explained: ExplainedStatus, organisation_id: int, loaded: LoadedFacts
) -> StatusRow:
    """Returns a status as a row for pages."""
    course, started_on = loaded.courses[int(obligation.requirement.course)], explained.started_on
    return StatusRow(
        requirement_id=int(obligation.requirement.id),
        organisation_id=organisation_id,
        course_id=course.course_id,
        course_slug=course.slug,
        course_title=course.title,
        status=explained.status,
        due_on=explained.due_on,
        valid_through=explained.valid_through,
        award=None if explained.award is None else print_serial(loaded.serials[int(explained.award)]),
        explained=explained,
        sector=None if explained.sector is None else str(explained.sector),
        required_since=started_on,
        due_days=(explained.due_on - started_on).days if explained.due_on and started_on else None,
    )


def renewal_windows(renewals: Collection[Renewal]) -> dict[Renewal, list[date]]:
    """Returns the first day of every renewal window that requirements open for each renewal before its `old_until`.

    Of the awards that end on that day and are earned by `earned_on`; a window counts where its requirement
    matched the person when it opened, even if that version has ended since, and where it opens later under a
    version that matches on `earned_on`. It is a source of `lms.certification.hooks`.
    """
    # What was begun since opens no window.
    facts = load_facts(Scope(persons=frozenset(each.person_id for each in renewals)), progress=False).facts
    courses = {each.course_id for each in renewals}
    facts = replace(facts, requirements=[each for each in facts.requirements if each.course in courses])
    canonical_ids = load_canonical_ids()
    awards: defaultdict[int, list[AwardFact]] = defaultdict(list)
    obligations: defaultdict[int, list[Obligation]] = defaultdict(list)
    for award in facts.awards:
        awards[int(award.person)].append(award)
    for post in posts_of(facts):
        obligations[int(post.person)].extend(post.obligations)
    found = {}
    for each in renewals:
        number = canonical_ids.get(each.person_id, each.person_id)
        renewed = [
            award
            for award in awards[number]
            if award.course == each.course_id and award.earned_on <= each.earned_on
            and award.valid_until == each.old_until and each.sector in (None, award.sector)
        ]  # fmt: skip
        opened = {
            window.opens_on
            for obligation in obligations[number]
            if obligation.requirement.course == each.course_id
            for award in renewed
            for window in obligation.windows(award)
        }
        found[each] = sorted(opened)
    return found
