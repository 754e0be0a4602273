"""Courses and modules."""

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.catalogue.api import PublishedModule, list_courses
from lms.learning import operations
from lms.learning.blueprint import bp, day_here
from lms.learning.course_progress import Study, load_module, load_study
from lms.learning.forms import read_moment
from lms.learning.module_renderer import (
    Pathway,
    body_of,
    names_now,
    names_the_station,
    pathway_card,
    pathway_now,
    sectors_now,
)
from lms.learning.progress import progress_of
from lms.web.access import current_actor, signed_in
from lms.web.language import direction_of, language_of_page
from lms.web.page_cache import cached_page


@bp.get("/courses")
@signed_in
def courses() -> ResponseReturnValue:
    """Lists the courses with one's own progress."""
    language = language_of_page()
    progress = {course.course_id: course for course in progress_of(current_actor(), language)}
    return render_template("learning/courses.html", courses=list_courses(language), progress=progress)


@bp.get("/courses/<course>")
@signed_in
def course(course: str) -> ResponseReturnValue:
    """Says what a course is, what of it is done, and what comes next."""
    study = load_study(current_actor(), course, language_of_page(), request.args.get("sector"))
    return render_template("learning/course.html", study=study, course=study.course, sectors=sectors_now())


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a module's page is written from, beside its frame: equal readings are one page.

    ``own`` is the learner's sector, ``examined`` the one their course is about; ``named`` how the sectors are called;
    ``required`` whether the module is one of those to be completed.
    """

    course_revision_id: int
    module_revision_id: int
    language: str
    own: str | None
    examined: str | None
    named: tuple[tuple[str, str, str | None], ...]
    required: bool
    done_count: int
    done_on: date | None
    pathway: Pathway | None


@bp.get("/courses/<course>/<module>")
@signed_in
def module(course: str, module: str) -> ResponseReturnValue:
    """Shows a module, with the learner's own sector first."""
    actor, language = current_actor(), language_of_page()
    study, shown = load_module(actor, course, module, language)
    done_at = study.done_at(shown)
    reading = Reading(
        course_revision_id=study.course.revision_id,
        module_revision_id=shown.module_revision_id,
        language=language,
        own=actor.sector,
        examined=study.sector,
        named=names_now(language),
        required=shown in study.modules,
        done_count=study.done_count,
        done_on=day_here(done_at) if done_at else None,
        pathway=pathway_now(actor) if names_the_station(shown) else None,
    )
    return cached_page(("learning.module", reading), lambda: _module_page(reading, study, shown))


def _module_page(reading: Reading, study: Study, shown: PublishedModule) -> str:
    """Writes a module's page; of the study it reads only what the reading names."""
    modules = study.modules if reading.required else study.course.modules
    return render_template(
        "learning/module.html",
        reading=reading,
        course=study.course,
        module=shown,
        modules=modules,
        place=modules.index(shown),
        body=body_of(shown, reading.own, reading.language),
        written=direction_of(shown.language),
        pathway=pathway_card(reading.pathway, reading.language) if reading.pathway else "",
    )


@bp.post("/courses/<course>/<module>/complete")
@signed_in
def complete(course: str, module: str) -> ResponseReturnValue:
    """Records that a module is done and leads on: to the next one, after the last one to the quiz."""
    study, shown = load_module(current_actor(), course, module, language_of_page())
    operations.complete(study, shown, read_moment(request.form.get("client_at")))
    modules = study.modules if shown in study.modules else study.course.modules
    following = modules[modules.index(shown) + 1 :]
    if following:
        return redirect(url_for("learning.module", course=course, module=following[0].slug), 303)
    return redirect(url_for("learning.quiz", course=course, sector=study.sector), 303)


@bp.post("/courses/<course>/start-again")
@signed_in
def start_again(course: str) -> ResponseReturnValue:
    """Moves the learner to the newest edition."""
    actor = current_actor()
    study = load_study(actor, course, language_of_page(), request.form.get("sector"))
    operations.start_again(actor, study)
    flash(_("You are on the newest edition now. What you did before stays in your record."), "good")
    return redirect(url_for("learning.course", course=course, sector=study.sector), 303)
