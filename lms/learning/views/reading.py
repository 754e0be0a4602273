"""Courses and modules."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.catalogue.queries import list_courses
from lms.learning import operations
from lms.learning.forms import read_moment
from lms.learning.loading import load_module, load_study
from lms.learning.player import body_of, pathway_card, sectors_now
from lms.learning.progress import progress_of
from lms.learning.views.pages import bp
from lms.web.access import current_actor, signed_in
from lms.web.language import direction_of, language_of_page


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


@bp.get("/courses/<course>/<module>")
@signed_in
def module(course: str, module: str) -> ResponseReturnValue:
    """Shows a module, with the learner's own sector first."""
    actor, language = current_actor(), language_of_page()
    study, shown = load_module(actor, course, module, language)
    modules = study.modules if shown in study.modules else study.course.modules
    body = body_of(shown, actor.sector, language)
    return render_template(
        "learning/module.html",
        study=study,
        course=study.course,
        module=shown,
        modules=modules,
        place=modules.index(shown),
        body=body,
        written=direction_of(shown.language),
        pathway=pathway_card(actor, language) if any(piece.local for piece in body) else "",
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
