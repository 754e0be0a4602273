"""What a person's page My training shows, put together from the packages below."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from lms.catalogue.api import SectorRow, list_sectors
from lms.certification.api import RecordedAward, list_awards_of
from lms.compliance.api import StatusRow, statuses_of
from lms.home import rules
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.learning.api import CourseProgress, list_course_progress
from lms.pathways.api import ChangedPathway, ShownPathway, find_shown_pathway, list_changed_pathways
from lms.people.api import ListedCorrectionRequest, list_own_correction_requests, load_organisation_names

ANSWERS_SHOWN = timedelta(days=30)
"""How long an answer of HR is shown on the page; on My record it stays."""


@dataclass(frozen=True, slots=True)
class RequiredCourse:
    """One requirement: the person's status, and their progress where the course is still offered.

    ``organisation`` is named only where the person works for several. ``days`` counts from today to the due day.
    """

    row: StatusRow
    progress: CourseProgress | None
    organisation: str
    days: int | None


@dataclass(frozen=True, slots=True)
class MyTraining:
    """Everything on the page; ``next_course`` has the one next step, ``required`` is sorted most urgent first."""

    part_of_day: str
    next_course: CourseProgress | None
    required: list[RequiredCourse]
    optional: list[CourseProgress]
    awards: list[RecordedAward]
    sector: SectorRow | None
    pathway: ShownPathway
    changed_pathways: list[ChangedPathway]
    correction_requests: list[ListedCorrectionRequest]

    @property
    def paused(self) -> CourseProgress | None:
        """The most urgent required course whose quiz cannot be taken before a pause ends."""
        to_do = (course.progress for course in self.required if course.row.status not in rules.NOTHING_TO_DO)
        return next((progress for progress in to_do if progress and progress.paused_until), None)

    @property
    def all_done(self) -> bool:
        """Whether nothing that is required is left to be done."""
        return all(course.row.status in rules.NOTHING_TO_DO for course in self.required)


def load_my_training(actor: Actor, language: str) -> MyTraining:
    """Returns what an actor must do, may do and has done; at most thirteen queries with those of signing in.

    One query more for each course that the actor takes in an older edition. Of the correction requests, it shows
    the open ones and those answered lately.
    """
    person_id = actor.require_person()
    now = clock.now().astimezone(ZoneInfo(actor.time_zone))
    courses = list_course_progress(actor, language)
    statuses = statuses_of(person_id, now.date())
    required_ids = {row.course_id for row in statuses}
    return MyTraining(
        part_of_day=rules.part_of_day(now.hour),
        next_course=rules.next_course(courses, statuses),
        required=_required(statuses, courses, now.date()),
        optional=[course for course in courses if course.course_id not in required_ids],
        awards=list_awards_of(person_id),
        sector=next((each for each in list_sectors() if each.slug == actor.sector), None),
        pathway=find_shown_pathway(actor),
        changed_pathways=list_changed_pathways(actor),
        correction_requests=[
            request
            for request in list_own_correction_requests(person_id)
            if request.answer is None or request.answer.recorded_at > now - ANSWERS_SHOWN
        ],
    )


def list_courses_to_do(actor: Actor) -> list[int]:
    """Returns the ids of the courses that an actor must take or renew now, the most urgent first."""
    if actor.person_id is None:
        return []
    return rules.courses_to_do(statuses_of(actor.person_id, clock.today(actor.time_zone), progress=False))


def _required(statuses: list[StatusRow], courses: list[CourseProgress], today: date) -> list[RequiredCourse]:
    progress = {course.course_id: course for course in courses}
    employers = {row.organisation_id for row in statuses}
    # Who works for one organisation knows which: the query is only made for those who work for several.
    names = load_organisation_names(employers) if len(employers) > 1 else {}
    return [
        RequiredCourse(
            row=row,
            progress=progress.get(row.course_id),
            organisation=names.get(row.organisation_id, ""),
            days=(row.due_on - today).days if row.due_on else None,
        )
        for row in statuses
    ]
