"""Courses and modules."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.catalogue.api import PublishedModule, list_sectors
from lms.kernel.requests import writes_at_once
from lms.learning import operations
from lms.learning.blueprint import bp, local_day
from lms.learning.course_progress import CourseProgress, list_course_progress, load_course_progress, load_module
from lms.learning.forms import read_device_time
from lms.learning.hooks import courses_to_do, sign_offs
from lms.learning.module_renderer import render_body, sector_labels, shows_pathway
from lms.learning.quiz_access import load_quiz_access
from lms.pathways.api import ShownPathway, find_shown_pathway, render_pathway
from lms.web.access import current_actor, signed_in
from lms.web.language import direction_of, language_of_page
from lms.web.page_cache import cached_page


@bp.get("/courses")
@signed_in
def courses() -> ResponseReturnValue:
    """Lists the courses with the learner's own progress: what they must do first, the most urgent before the rest."""
    actor, language = current_actor(), language_of_page()
    progress = {course.course_id: course for course in list_course_progress(actor, language)}
    to_do = [course_id for source in courses_to_do for course_id in source(actor)]
    places = {course_id: place for place, course_id in enumerate(to_do)}
    published = (course.newest for course in progress.values())
    ordered = sorted(published, key=lambda each: places.get(each.course_id, len(places)))
    shown = tuple(_shown(progress[course.course_id], required=course.course_id in places) for course in ordered)
    return cached_page(
        ("learning.courses", shown, actor.time_zone),
        lambda: render_template("learning/courses.html", courses=ordered, progress=progress, to_do=to_do),
    )


def _shown(mine: CourseProgress, *, required: bool) -> tuple[Hashable, ...]:
    """Returns all that the list of courses shows of somebody's progress in one, and of the course."""
    return (
        mine.newest.revision_id, mine.course.revision_id, mine.next_step, mine.completed_count, len(mine.modules),
        mine.minutes_left, mine.failed_attempt, mine.paused_until, required,
    )  # fmt: skip


@bp.get("/courses/<course>")
@signed_in
def course(course: str) -> ResponseReturnValue:
    """Shows a course, what of it is completed, and the next step."""
    actor = current_actor()
    progress = load_course_progress(actor, course, language_of_page(), request.args.get("sector"))
    return render_template(
        "learning/course.html",
        progress=progress,
        course=progress.course,
        access=load_quiz_access(actor, progress),
        sectors=list_sectors(),
        signed_off=[each for source in sign_offs for each in source(progress.course.revision_id)],
    )


@dataclass(frozen=True, slots=True)
class ModulePageKey:
    """Everything a module's page depends on, beside its layout: equal keys give the same page.

    ``own_sector`` is the learner's, ``course_sector`` the one that a course per sector is taken for; ``required``
    is whether the module is one of those to be completed.
    """

    course_revision_id: int
    module_revision_id: int
    language: str
    own_sector: str | None
    course_sector: str | None
    sector_labels: tuple[tuple[str, str, str | None], ...]
    required: bool
    completed_count: int
    completed_on: date | None
    pathway: ShownPathway | None


@bp.get("/courses/<course>/<module>")
@signed_in
def module(course: str, module: str) -> ResponseReturnValue:
    """Shows a module, with the learner's own sector first."""
    actor, language = current_actor(), language_of_page()
    progress, shown = load_module(actor, course, module, language)
    completed_at = progress.completed_at(shown)
    key = ModulePageKey(
        course_revision_id=progress.course.revision_id,
        module_revision_id=shown.module_revision_id,
        language=language,
        own_sector=actor.sector,
        course_sector=progress.sector,
        sector_labels=sector_labels(language),
        required=shown in progress.modules,
        completed_count=progress.completed_count,
        completed_on=local_day(completed_at) if completed_at else None,
        pathway=find_shown_pathway(actor) if shows_pathway(shown) else None,
    )
    return cached_page(("learning.module", key), lambda: _module_page(key, progress, shown))


def _module_page(key: ModulePageKey, progress: CourseProgress, shown: PublishedModule) -> str:
    """Returns a module's page; of the progress it uses only what the key contains."""
    modules = progress.modules if key.required else progress.course.modules
    return render_template(
        "learning/module.html",
        key=key,
        course=progress.course,
        module=shown,
        modules=modules,
        place=modules.index(shown),
        body=render_body(shown, key.own_sector, key.language),
        written=direction_of(shown.language),
        pathway=render_pathway("pathways/_card.html", key.pathway, key.language) if key.pathway else "",
    )


@bp.post("/courses/<course>/<module>/complete")
@signed_in
@writes_at_once
def complete(course: str, module: str) -> ResponseReturnValue:
    """Records that a module is completed and redirects to the next one, or after the last one to the quiz."""
    progress, shown = load_module(current_actor(), course, module, language_of_page())
    operations.complete_module(progress, shown, read_device_time(request.form.get("client_at")))
    modules = progress.modules if shown in progress.modules else progress.course.modules
    following = modules[modules.index(shown) + 1 :]
    if following:
        return redirect(url_for("learning.module", course=course, module=following[0].slug), 303)
    return redirect(url_for("learning.quiz", course=course, sector=progress.sector), 303)


@bp.post("/courses/<course>/start-again")
@signed_in
def switch_edition(course: str) -> ResponseReturnValue:
    """Switches the learner to the newest edition."""
    actor = current_actor()
    progress = load_course_progress(actor, course, language_of_page(), request.form.get("sector"))
    operations.switch_edition(actor, progress)
    flash(_("You are now on the newest edition. What you did before stays on your record."), "good")
    return redirect(url_for("learning.course", course=course, sector=progress.sector), 303)


@bp.post("/courses/<course>/renew")
@signed_in
def renew(course: str) -> ResponseReturnValue:
    """Lets the learner renew by the modules that changed since their certificate."""
    actor, sector = current_actor(), request.form.get("sector")
    operations.renew_by_changes(actor, load_course_progress(actor, course, language_of_page(), sector))
    progress = load_course_progress(actor, course, language_of_page(), sector)
    if progress.next_module is None:
        return redirect(url_for("learning.quiz", course=course, sector=progress.sector), 303)
    return redirect(url_for("learning.module", course=course, module=progress.next_module.slug), 303)
