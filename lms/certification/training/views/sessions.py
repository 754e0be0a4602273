"""In-person sessions: the list, recording one after a look at what it does, its page, and withdrawing it."""

import secrets

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from lms.catalogue.api import list_courses
from lms.certification.awards.issuer import House
from lms.certification.blueprint import bp
from lms.certification.errors import ListChanged
from lms.certification.training import operations as training, queries as training_queries
from lms.certification.training.forms import SessionForm, SessionsFilter, TrainingForm, WithdrawSessionForm
from lms.certification.training.labels import found_look, found_word, reason
from lms.certification.training.operations import Asked, Checked
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid, NotThere
from lms.people.queries import list_organisations_of, list_sectors, list_stations
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page


@bp.get("/sessions")
@role_needed(Role.HR)
def sessions() -> ResponseReturnValue:
    """Lists the sessions of the actor's organisations."""
    actor = current_actor()
    form = SessionsFilter(request.args)
    form.offer(training_queries.list_courses_held(actor))
    page = training_queries.list_sessions_for(actor, form.course_id(), request.args.get("page", 1, type=int))
    return render_template("certification/sessions.html", form=form, page=page)


@bp.get("/sessions/new")
@role_needed(Role.HR)
def new_session() -> ResponseReturnValue:
    """Asks for a session that was held."""
    form = offered_session()
    form.held_on.data = clock.today(current_actor().time_zone)
    return render_new(form)


@bp.post("/sessions/check")
@role_needed(Role.HR)
def check_session() -> ResponseReturnValue:
    """Shows what recording a session would do; records nothing and keeps what was typed."""
    form = offered_session()
    if not form.validate_on_submit():
        return render_new(form), 422
    try:
        asked = asked_session(form)
        training.check_held_on(current_actor(), asked, form.held_on.data)
        return render_new(form, training.check(current_actor(), asked, form.attendance()))
    except Invalid as error:
        form.add_error(error)
        return render_new(form), 422


@bp.post("/sessions/new")
@role_needed(Role.HR)
def record_session() -> ResponseReturnValue:
    """Records a session as it was checked, with a certificate for everybody found."""
    actor, form = current_actor(), offered_session()
    if not form.validate_on_submit():
        return render_new(form), 422
    try:
        asked = asked_session(form)
        held = training.record_session(
            actor,
            asked,
            form.attendance(),
            held_on=form.held_on.data,
            station_id=form.station.data,
            checked_by=form.checked_by.data,
            evidence=form.evidence.data,
            token=form.token.data or "",
            seal=form.seal.data or "",
            house=House.of(current_app.extensions["settings"]),
        )
    except ListChanged as refusal:
        form.add_error(refusal)
        return render_new(form, training.check(actor, asked, form.attendance())), 422
    except Invalid as error:
        form.add_error(error)
        return render_new(form), 422
    flash(_("The session is recorded."), "good")
    return redirect(url_for("certification.training_session", session_id=held.id), 303)


@bp.get("/sessions/<int:session_id>")
@role_needed(Role.HR)
def training_session(session_id: int) -> ResponseReturnValue:
    """Shows a session and who attended, each with their certificate."""
    listed = training_queries.load_session_for(current_actor(), session_id)
    return render_template(
        "certification/session.html",
        listed=listed,
        attendance=training_queries.list_attendance(session_id),
        sectors=sector_names(),
    )


@bp.route("/sessions/<int:session_id>/withdraw", methods=["GET", "POST"])
@role_needed(Role.HR)
def withdraw_session(session_id: int) -> ResponseReturnValue:
    """Withdraws a session that was recorded by mistake, after saying what that does."""
    actor = current_actor()
    listed = training_queries.load_session_for(actor, session_id)
    form = WithdrawSessionForm()
    if form.validate_on_submit():
        try:
            revoked = training.withdraw_session(actor, listed.held, reason=form.reason.data)
        except Invalid as error:
            form.add_error(error)
        else:
            words = ngettext(
                "The session is withdrawn, and %(num)s certificate is revoked.",
                "The session is withdrawn, and %(num)s certificates are revoked.",
                revoked,
            )
            flash(words, "good")
            return redirect(url_for("certification.training_session", session_id=session_id), 303)
    standing = len(training_queries.list_standing_awards_of(session_id))
    return render_template(
        "certification/withdraw_session.html", form=form, listed=listed, standing=standing
    ), 422 if form.is_submitted() else 200


def offer_training(form: TrainingForm) -> None:
    """Fills the choices that sessions and prior training have in common."""
    language = language_of_page()
    form.offer(
        list_organisations_of(current_actor(), Role.HR), list_courses(language), list_sectors(), language
    )


def offered_session() -> SessionForm:
    """Returns the form with its choices, and a token that tells this form from any other."""
    form = SessionForm()
    offer_training(form)
    form.offer_stations(list_stations())
    form.token.data = form.token.data or secrets.token_urlsafe(18)
    return form


def asked_session(form: SessionForm) -> Asked:
    """Returns what was typed as the question of a list; raises NotThere for a course that is gone."""
    course = training_queries.find_course_on(form.course.data, form.held_on.data)
    if course is None:
        raise NotThere
    return Asked(
        organisation_id=form.organisation.data,
        course=course,
        sector=form.sector.data or None,
        how="session",
        renew=form.renew.data,
        oldest_months=oldest_months(),
    )


def oldest_months() -> int:
    """Returns how many months ago training may lie here."""
    months: int = current_app.extensions["settings"].prior_training_months
    return months


def render_new(form: SessionForm, checked: Checked | None = None) -> str:
    """Renders the page of a new session, with what it would do where the list was checked."""
    return render_template("certification/new_session.html", form=form, checked=checked, **words_of_lines())


def words_of_lines() -> dict[str, object]:
    """Returns what a page needs to put lines into words."""
    return {
        "found_word": found_word,
        "found_look": found_look,
        "because": reason,
        "months": oldest_months(),
    }


def sector_names() -> dict[str, str]:
    """Returns the names of the sectors in the language of the page."""
    return {each.slug: each.name(language_of_page()) for each in list_sectors()}
