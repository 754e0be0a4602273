"""In-person sessions: the list, checking and recording one, its page, and withdrawing it."""

import secrets

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.catalogue.api import list_courses
from lms.certification.awards.issuer import Issuer
from lms.certification.blueprint import bp
from lms.certification.errors import ListChanged
from lms.certification.training import operations, queries
from lms.certification.training.forms import SessionForm, SessionsFilter, TrainingForm, WithdrawSessionForm
from lms.certification.training.labels import explain_outcome, outcome_label, outcome_look
from lms.certification.training.operations import CheckedList, TrainingDetails
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid, NotThere
from lms.kernel.i18n import gettext as _, ngettext
from lms.people.api import list_organisations_of, list_sectors, list_stations
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page


@bp.get("/sessions")
@role_needed(Role.HR)
def sessions() -> ResponseReturnValue:
    """Lists the sessions of the actor's organisations."""
    actor = current_actor()
    form = SessionsFilter(request.args)
    form.offer(queries.list_courses_of_sessions(actor))
    page = queries.list_sessions_for(actor, form.course_id(), request.args.get("page", 1, type=int))
    return render_template("certification/sessions.html", form=form, page=page)


@bp.get("/sessions/new")
@role_needed(Role.HR)
def new_session() -> ResponseReturnValue:
    """Shows the form of a new session."""
    form = build_session_form()
    form.held_on.data = clock.today(current_actor().time_zone)
    return render_new_session(form)


@bp.post("/sessions/check")
@role_needed(Role.HR)
def check_session() -> ResponseReturnValue:
    """Shows what recording a session would do; records nothing."""
    form = build_session_form()
    if not form.validate_on_submit():
        return render_new_session(form), 422
    try:
        details = session_details(form)
        operations.check_held_on(current_actor(), details, form.held_on.data)
        return render_new_session(form, operations.check_list(current_actor(), details, form.attendance()))
    except Invalid as refusal:
        form.add_error(refusal)
        return render_new_session(form), 422


@bp.post("/sessions/new")
@role_needed(Role.HR)
def record_session() -> ResponseReturnValue:
    """Records a session as it was checked, with a certificate for everybody who was found."""
    actor, form = current_actor(), build_session_form()
    if not form.validate_on_submit():
        return render_new_session(form), 422
    try:
        details = session_details(form)
        recorded = operations.record_session(
            actor, details, form.attendance(), form.session_record(), checksum=form.checksum.data or "", issuer=issuer()
        )
    except ListChanged as refusal:
        form.add_error(refusal)
        return render_new_session(form, operations.check_list(actor, details, form.attendance())), 422
    except Invalid as refusal:
        form.add_error(refusal)
        return render_new_session(form), 422
    flash(_("The session was recorded."), "good")
    return redirect(url_for("certification.training_session", session_id=recorded.id), 303)


@bp.get("/sessions/<int:session_id>")
@role_needed(Role.HR)
def training_session(session_id: int) -> ResponseReturnValue:
    """Shows a session, and the certificate of everybody who attended."""
    listed = queries.load_session_for(current_actor(), session_id)
    return render_template(
        "certification/session.html",
        listed=listed,
        attendance=queries.list_attendance(session_id),
        sectors=sector_names(),
    )


@bp.route("/sessions/<int:session_id>/withdraw", methods=["GET", "POST"])
@role_needed(Role.HR)
def withdraw_session(session_id: int) -> ResponseReturnValue:
    """Withdraws a session that was recorded by mistake, after a confirmation."""
    actor = current_actor()
    listed = queries.load_session_for(actor, session_id)
    form = WithdrawSessionForm()
    if form.validate_on_submit():
        try:
            revoked = operations.withdraw_session(actor, listed.training_session, reason=form.reason.data)
        except Invalid as refusal:
            form.add_error(refusal)
        else:
            message = ngettext(
                "The session was withdrawn and %(num)s certificate revoked.",
                "The session was withdrawn and %(num)s certificates revoked.",
                revoked,
            )
            flash(message, "good")
            return redirect(url_for("certification.training_session", session_id=session_id), 303)
    active = len(queries.list_current_awards_of_session(session_id))
    return render_template(
        "certification/withdraw_session.html", form=form, listed=listed, active=active
    ), 422 if form.is_submitted() else 200


def offer_training(form: TrainingForm) -> None:
    """Fills the choices that sessions and prior training share."""
    language = language_of_page()
    form.offer(list_organisations_of(current_actor(), Role.HR), list_courses(language), list_sectors(), language)


def build_session_form() -> SessionForm:
    """Returns the form with its choices and a token of its own, so that sending it twice records one session."""
    form = SessionForm()
    offer_training(form)
    form.offer_stations(list_stations())
    form.token.data = form.token.data or secrets.token_urlsafe(18)
    return form


def session_details(form: SessionForm) -> TrainingDetails:
    """Returns the typed details of a session; raises NotThere for a course that is gone."""
    course = queries.find_course_on(form.course.data, form.held_on.data)
    if course is None:
        raise NotThere
    return TrainingDetails(
        organisation_id=form.organisation.data,
        course=course,
        sector=form.sector.data or None,
        how="session",
        renew=form.renew.data,
        oldest_months=oldest_months(),
    )


def issuer() -> Issuer:
    """Returns the issuer of this installation's certificates."""
    return Issuer.of(current_app.extensions["settings"])


def oldest_months() -> int:
    """Returns for how many months training is recognised here."""
    months: int = current_app.extensions["settings"].prior_training_months
    return months


def render_new_session(form: SessionForm, checked: CheckedList | None = None) -> str:
    """Renders the page of a new session, with the outcome of its list where it was checked."""
    return render_template("certification/new_session.html", form=form, checked=checked, **outcome_context())


def outcome_context() -> dict[str, object]:
    """Returns what a template needs to show the outcome of lines."""
    return {
        "outcome_label": outcome_label,
        "outcome_look": outcome_look,
        "explain_outcome": explain_outcome,
        "months": oldest_months(),
    }


def sector_names() -> dict[str, str]:
    """Returns the names of the sectors in the language of the page."""
    return {each.slug: each.name(language_of_page()) for each in list_sectors()}
