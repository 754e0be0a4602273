"""How far a person is in every course they have begun: for the rooms above."""

from dataclasses import dataclass
from datetime import datetime

from lms.catalogue.api import list_courses
from lms.kernel.actor import Actor
from lms.learning.course_progress import Study, list_studies
from lms.learning.rules import NextStep


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """One course of one person. ``minutes_left`` counts the modules not done; moments are UTC.

    ``next_module_slug`` and ``next_module_title`` are empty when all modules are done.
    """

    course_id: int
    slug: str
    title: str
    sector: str | None
    edition_id: int
    edition: int
    done: int
    total: int
    next_step: NextStep
    next_module_slug: str | None
    next_module_title: str | None
    minutes_left: int
    open_attempt_id: int | None
    passed_at: datetime | None
    last_at: datetime | None


def progress_of(actor: Actor, language: str = "en") -> list[CourseProgress]:
    """Lists an actor's own progress in every published course, begun or not, in the catalogue's order.

    Takes two queries once the process has read the courses.
    """
    return [_progress(study) for study in list_studies(actor, list(list_courses(language)), language)]


def _progress(study: Study) -> CourseProgress:
    missing = study.missing
    return CourseProgress(
        course_id=study.course.course_id,
        slug=study.course.slug,
        title=study.course.title,
        sector=study.sector,
        edition_id=study.course.edition_id,
        edition=study.course.edition,
        done=study.done_count,
        total=len(study.modules),
        next_step=study.next_step,
        next_module_slug=missing[0].slug if missing else None,
        next_module_title=missing[0].title if missing else None,
        minutes_left=sum(module.minutes for module in missing),
        open_attempt_id=study.progress.open_attempt_id,
        passed_at=study.progress.passed.submitted_at if study.progress.passed else None,
        last_at=study.progress.last_at,
    )
