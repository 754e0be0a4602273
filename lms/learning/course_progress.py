"""One person's progress in a course, on the edition they are on."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from lms.assessment.api import RetakeAllowance, retake_allowance
from lms.assessment.models import Attempt
from lms.catalogue.api import (
    PublishedCourse,
    PublishedModule,
    latest_revision_of_edition,
    list_courses,
    load_course_revision,
    published_course,
)
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.errors import require_found
from lms.learning import queries, rules
from lms.learning.rules import EditionProgress, LearningFact, NextStep


@dataclass(frozen=True)
class CourseProgress:
    """One person's course. ``course`` is of the edition they are on, ``newest`` what is published now.

    ``sector`` is set only where the course is per sector. Moments are UTC. What follows from these is worked out once:
    a page asks for it many times.
    """

    person_id: int
    course: PublishedCourse
    newest: PublishedCourse
    sector: str | None
    edition: EditionProgress
    attempts: tuple[LearningFact, ...] = ()

    @property
    def course_id(self) -> int:
        """The course's id."""
        return self.course.course_id

    @cached_property
    def all_modules(self) -> tuple[PublishedModule, ...]:
        """The modules of the edition, in their order."""
        return self.course.modules_for(self.sector)

    @cached_property
    def changed_modules(self) -> tuple[PublishedModule, ...] | None:
        """The modules that changed since the edition of the certificate that is renewed; None where all are read."""
        since = self.edition.changes_since
        if since is None:
            return None
        changes = self.course.meta.get("changes", ())
        return rules.changed_modules(self.all_modules, changes, since, self.course.edition)

    @cached_property
    def modules(self) -> tuple[PublishedModule, ...]:
        """The modules to be completed, in their order."""
        return self.changed_modules or self.all_modules

    @cached_property
    def missing(self) -> list[PublishedModule]:
        """The modules not completed."""
        return rules.missing(self.modules, self.edition.completed_at)

    @property
    def next_module(self) -> PublishedModule | None:
        """The first module not completed; None when all are."""
        return next(iter(self.missing), None)

    @cached_property
    def next_step(self) -> NextStep:
        """The one thing to do next."""
        return rules.next_step(self.modules, self.edition)

    @cached_property
    def allowance(self) -> RetakeAllowance:
        """Whether the quiz may be started now, and how often before a pause."""
        return retake_allowance(self.attempts, self.course.tries, self.course.pause, clock.now())

    @property
    def paused_until(self) -> datetime | None:
        """When the quiz can be taken again; None where it can be now, or something else is next."""
        return self.allowance.next_attempt_at if self.next_step is NextStep.QUIZ else None

    @cached_property
    def failed_attempt(self) -> LearningFact | None:
        """The quiz submitted last, where it was not passed."""
        return rules.latest_failure(self.attempts)

    @property
    def completed_count(self) -> int:
        """The number of modules completed."""
        return len(self.modules) - len(self.missing)

    @property
    def minutes_left(self) -> int:
        """The minutes that the modules not completed take."""
        return sum(module.minutes for module in self.missing)

    @property
    def last_at(self) -> datetime | None:
        """When something was last done in the course; None before the first time."""
        return self.edition.last_at

    @property
    def has_newer_edition(self) -> bool:
        """Whether a newer edition than the one they are on is published."""
        return self.newest.edition_id != self.course.edition_id

    def completed_at(self, module: PublishedModule) -> datetime | None:
        """Returns when a module was completed."""
        return self.edition.completed_at.get(module.module_id)


def load_course_progress(actor: Actor, slug: str, language: str, sector: str | None = None) -> CourseProgress:
    """Loads the actor's progress in a published course; ``sector`` is by default their own.

    Raises ``NotThere`` for unknown courses.
    """
    newest = require_found(published_course(slug, language))
    facts = queries.load_facts(actor.require_person(), newest.course_id)
    return _progress(actor, newest, facts, sector or actor.sector, language)


def load_module(actor: Actor, slug: str, module_slug: str, language: str) -> tuple[CourseProgress, PublishedModule]:
    """Loads a module in the edition the actor is on. Raises ``NotThere`` for unknown ones."""
    newest = require_found(published_course(slug, language))
    known = newest.module(module_slug)
    facts = queries.load_facts(actor.require_person(), newest.course_id)
    progress = _progress(actor, newest, facts, known.sector if known else actor.sector, language)
    return progress, require_found(progress.course.module(module_slug))


def load_progress_after(actor: Actor, attempt: Attempt, language: str) -> CourseProgress:
    """Loads the actor's progress now in the course of an attempt, also where the course was retired."""
    then = load_course_revision(attempt.course_revision_id, attempt.language)
    facts = queries.load_facts(actor.require_person(), attempt.course_id)
    return _progress(actor, published_course(then.slug, language) or then, facts, attempt.sector, language)


def list_course_progress(actor: Actor, language: str = "en") -> list[CourseProgress]:
    """Returns an actor's progress in every published course, begun or not, in the catalogue's order.

    Takes two queries once the courses are cached.
    """
    by_course = queries.load_facts_by_course(actor.require_person())
    return [
        _progress(actor, course, by_course.get(course.course_id, []), actor.sector, language)
        for course in list_courses(language)
    ]


def _progress(
    actor: Actor, newest: PublishedCourse, facts: list[LearningFact], sector: str | None, language: str
) -> CourseProgress:
    """Returns the progress that facts give; one query more only where somebody is on an older edition."""
    known = newest.per_sector and any(module.sector == sector for module in newest.modules)
    own_sector = sector if known else None
    facts = [fact for fact in facts if fact.sector == own_sector]
    edition = rules.progress_in(facts, newest.edition_id)
    course = newest
    if edition.edition_id != newest.edition_id:
        revision_id = latest_revision_of_edition(edition.edition_id)
        course = load_course_revision(revision_id, language) if revision_id else newest
    attempts = tuple(fact for fact in facts if fact.kind == "attempt")
    return CourseProgress(actor.require_person(), course, newest, own_sector, edition, attempts)
