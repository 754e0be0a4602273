"""Pages of trainers: their courses, and how the questions of a quiz do."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import authors, bp
from lms.authoring.drafts.queries import list_drafts
from lms.authoring.feedback.queries import count_open
from lms.authoring.publishing.health import list_problems
from lms.authoring.reviewing.labels import STATES
from lms.authoring.reviewing.queries import list_progress
from lms.authoring.statistics.queries import EditionAttempts, list_editions, load_statistics
from lms.authoring.writers import writers_of_progress
from lms.catalogue.api import bank, last_publication_id, latest_revision_of_edition, list_courses, published_course
from lms.kernel.errors import NotThere
from lms.people.api import sector_names
from lms.web.access import current_actor
from lms.web.language import language_of_page

MOST_AT_ONCE = 5_000
"""Up to so many people the list of courses goes through a course's answers itself: a quarter of a second."""


@bp.get("/author")
@authors
def index() -> ResponseReturnValue:
    """Lists the published courses with what their quizzes show."""
    courses = list_courses(language_of_page())
    progress = list_progress(list_drafts())
    editions = {course.course_id: _default(list_editions(course.course_id)) for course in courses}
    return render_template(
        "authoring/index.html",
        courses=courses,
        # Before the first publication there are no sectors, which every course names.
        can_begin=last_publication_id() is not None,
        waiting=[each for each in progress if each.waits_for(current_actor().account_id)],
        others=[each for each in progress if not each.waits_for(current_actor().account_id)],
        states=STATES,
        writers=writers_of_progress(progress),
        feedback=count_open(),
        problems=list_problems(),
        questions={course.course_id: len(bank(course.revision_id)) for course in courses},
        editions=editions,
        statistics={
            number: load_statistics(edition)
            for number, edition in editions.items()
            if edition.is_enough and edition.people <= MOST_AT_ONCE
        },
    )


@bp.get("/author/<course>/statistics")
@authors
def statistics(course: str) -> ResponseReturnValue:
    """Shows the figures of an edition's quiz and questions."""
    shown = published_course(course, language_of_page())
    if shown is None:
        raise NotThere
    editions = list_editions(shown.course_id)
    number = request.args.get("edition")
    chosen = next((each for each in editions if str(each.number) == number), None) if number else _default(editions)
    if chosen is None:
        raise NotThere
    found = load_statistics(chosen) if chosen.is_enough else None
    revision = None if found else latest_revision_of_edition(chosen.edition_id)
    return render_template(
        "authoring/statistics.html",
        course=shown,
        editions=editions,
        chosen=chosen,
        statistics=found,
        sectors=sector_names(language_of_page()),
        # Before there are figures, the questions themselves, to be corrected.
        questions=bank(revision, language_of_page()) if revision else (),
    )


def _default(editions: list[EditionAttempts]) -> EditionAttempts:
    """Returns the newest edition with enough attempts, else the newest."""
    return next((each for each in editions if each.is_enough), editions[0])
