"""From an address to what somebody is studying: the course in the edition they are on, and their progress."""

from dataclasses import dataclass
from datetime import datetime

from lms.assessment.models import Attempt
from lms.catalogue.api import (
    PublishedCourse,
    PublishedModule,
    latest_revision_of_edition,
    load_course_revision,
    published_course,
)
from lms.kernel.actor import Actor
from lms.kernel.errors import NotAllowed, NotThere
from lms.learning import queries, rules
from lms.learning.rules import NextStep, Progress, Tried


@dataclass(frozen=True, slots=True)
class Study:
    """One person's course. ``course`` is of the edition they are on, ``newest`` what is published now.

    ``sector`` is set only where the course is per sector; ``modules`` are those to be completed.
    """

    person_id: int
    course: PublishedCourse
    newest: PublishedCourse
    sector: str | None
    progress: Progress
    tried: tuple[Tried, ...] = ()

    @property
    def modules(self) -> tuple[PublishedModule, ...]:
        """Returns the modules to be completed, in their order."""
        return self.course.modules_for(self.sector)

    @property
    def missing(self) -> list[PublishedModule]:
        """Returns the modules not completed."""
        return rules.missing(self.modules, self.progress.done)

    @property
    def next_step(self) -> NextStep:
        """Says what comes next."""
        return rules.next_step(self.modules, self.progress)

    @property
    def done_count(self) -> int:
        """Counts the modules completed."""
        return len(self.modules) - len(self.missing)

    @property
    def has_newer(self) -> bool:
        """Says whether a newer edition than the one they are on is published."""
        return self.newest.edition_id != self.course.edition_id

    def done_at(self, module: PublishedModule) -> datetime | None:
        """Returns when a module was completed."""
        return self.progress.done.get(module.module_id)


def learner(actor: Actor) -> int:
    """Returns the person who learns; the house itself does not."""
    if actor.person_id is None:
        raise NotAllowed
    return actor.person_id


def study_of(
    actor: Actor, newest: PublishedCourse, record: rules.Record, sector: str | None, language: str
) -> Study:
    """Puts a course and a record together; a query more only where somebody is on an older edition."""
    known = newest.per_sector and any(module.sector == sector for module in newest.modules)
    examined = sector if known else None
    facts = record.of_sector(examined)
    progress = rules.progress_in(facts, newest.edition_id)
    course = newest
    if progress.edition_id != newest.edition_id:
        revision_id = latest_revision_of_edition(progress.edition_id)
        course = (load_course_revision(revision_id, language) if revision_id else None) or newest
    return Study(learner(actor), course, newest, examined, progress, facts.tried)


def load_study(actor: Actor, slug: str, language: str, sector: str | None = None) -> Study:
    """Loads what an actor studies; ``sector`` by default their own. Raises ``NotThere`` for unknown courses."""
    newest = published_course(slug, language)
    if newest is None:
        raise NotThere
    record = queries.record_of(learner(actor), newest.course_id)
    return study_of(actor, newest, record, sector or actor.sector, language)


def load_module(actor: Actor, slug: str, module_slug: str, language: str) -> tuple[Study, PublishedModule]:
    """Loads a module in the edition the actor is on. Raises ``NotThere`` for unknown ones."""
    newest = published_course(slug, language)
    if newest is None:
        raise NotThere
    known = newest.module(module_slug)
    record = queries.record_of(learner(actor), newest.course_id)
    study = study_of(actor, newest, record, known.sector if known else actor.sector, language)
    module = study.course.module(module_slug)
    if module is None:
        raise NotThere
    return study, module


def course_of_attempt(attempt: Attempt) -> PublishedCourse:
    """Returns the course as it was when an attempt was drawn."""
    course = load_course_revision(attempt.course_revision_id, attempt.language)
    if course is None:
        raise NotThere
    return course


def load_study_of(actor: Actor, attempt: Attempt, language: str) -> Study:
    """Loads what the actor studies now of the course they made an attempt of, also where it was retired."""
    then = course_of_attempt(attempt)
    record = queries.record_of(learner(actor), attempt.course_id)
    return study_of(actor, published_course(then.slug, language) or then, record, attempt.sector, language)


def list_studies(actor: Actor, courses: list[PublishedCourse], language: str) -> list[Study]:
    """Lists an actor's courses with progress, in one query for all of them."""
    records = queries.records_of(learner(actor))
    return [
        study_of(actor, course, records.get(course.course_id, rules.Record()), actor.sector, language)
        for course in courses
    ]
