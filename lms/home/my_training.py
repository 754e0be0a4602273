"""What one person's page of training shows, put together from the rooms below."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from lms.certification.api import AwardRow, list_awards_of
from lms.compliance.api import StatusRow, statuses_of
from lms.home import queries, rules
from lms.home.queries import Surroundings
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.errors import NotAllowed
from lms.learning.progress import CourseProgress, progress_of
from lms.people.api import ListedCorrectionRequest, list_own_correction_requests

ANSWERS_SHOWN = timedelta(days=30)
"""How long an answer of HR stands on the page; on the record it stays."""


@dataclass(frozen=True, slots=True)
class Task:
    """One requirement: how the person stands and why, and their progress where the course is still offered.

    ``organisation`` is named only where the person works for several. ``days`` counts from today to the due day.
    """

    row: StatusRow
    progress: CourseProgress | None
    organisation: str
    days: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page; ``go_on`` is the one thing to do next, ``tasks`` come most urgent first."""

    today: date
    part_of_day: str
    go_on: CourseProgress | None
    tasks: list[Task]
    optional: list[CourseProgress]
    awards: list[AwardRow]
    surroundings: Surroundings | None
    correction_requests: list[ListedCorrectionRequest]

    @property
    def settled(self) -> bool:
        """Says whether nothing that is required is left to be done."""
        return all(task.row.status in rules.SETTLED for task in self.tasks)


def overview_of(actor: Actor, language: str) -> Overview:
    """Returns what an actor must do, may do and has done; at most fourteen queries with those of signing in.

    A query more comes only with each course that the actor is taking in an older edition.
    Of what they said is wrong, it shows what waits and what was answered lately.
    """
    if actor.person_id is None:
        raise NotAllowed
    here = clock.now().astimezone(ZoneInfo(actor.time_zone))
    courses = progress_of(actor, language)
    statuses = statuses_of(actor.person_id, here.date())
    asked = {row.course_id for row in statuses}
    return Overview(
        today=here.date(),
        part_of_day=rules.part_of_day(here.hour),
        go_on=rules.course_to_go_on_with(courses, statuses),
        tasks=_tasks(statuses, courses, here.date()),
        optional=[course for course in courses if course.course_id not in asked],
        awards=list_awards_of(actor.person_id),
        surroundings=queries.find_surroundings(actor.sector, actor.station_id) if actor.sector else None,
        correction_requests=[
            each
            for each in list_own_correction_requests(actor.person_id)
            if each.answer is None or each.answer.recorded_at > clock.now() - ANSWERS_SHOWN
        ],
    )


def _tasks(statuses: list[StatusRow], courses: list[CourseProgress], today: date) -> list[Task]:
    progress = {course.course_id: course for course in courses}
    employers = {row.organisation_id for row in statuses}
    several = len(employers) > 1
    # Who works for one organisation knows which; asking for its name would cost everybody a query.
    names = queries.list_organisation_names(employers) if several else {}
    return [
        Task(
            row=row,
            progress=progress.get(row.course_id),
            organisation=names.get(row.organisation_id, ""),
            days=(row.due_on - today).days if row.due_on else None,
        )
        for row in statuses
    ]
