"""One person's training status, and the renewal windows that requirements open for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from lms.certification.api import print_serial
from lms.compliance.source_data.load import LoadedFacts
from lms.compliance.source_data.population import AppliedRequirement, Population, Post, load_facts
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import TrainingStatus, urgency
from lms.compliance.status.evaluate import ExplainedStatus, Obligation
from lms.compliance.status.explain import details, sentence
from lms.compliance.status.facts import by_person


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
    """Returns what is required of a person on a day with their status, the most urgent first; five queries.

    One row for each requirement in each organisation where they are placed on that day; what is not required
    is left out.
    """
    here = None if organisations is None else frozenset(organisations)
    return rows_on(load_facts(Scope(here, frozenset({person_id})), known_as_of), as_of)


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
