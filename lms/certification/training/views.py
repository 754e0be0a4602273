"""Pages of in-person sessions and of recognised prior training: lists, checking and recording them, withdrawing one."""

import secrets
from typing import TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.catalogue.api import course_by_id, list_courses
from lms.certification.awards.rules import print_serial
from lms.certification.awards.snapshot import Issuer
from lms.certification.blueprint import bp
from lms.certification.errors import ListChanged
from lms.certification.training import labels, operations, queries
from lms.certification.training.check import CheckedList, TrainingDetails, check_list, require_hr
from lms.certification.training.forms import (
    DatedTrainingForm,
    OneTrainingForm,
    SessionForm,
    SessionsFilter,
    TrainingForm,
    TrainingsForm,
)
from lms.certification.training.parser import decode
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.config import current_settings
from lms.kernel.errors import Invalid, require_found
from lms.kernel.i18n import gettext as _, ngettext
from lms.people.api import list_organisations_of, list_sectors, list_stations, sector_names
from lms.web.access import current_actor, role_needed
from lms.web.forms import ReasonForm, choices_of, form_page, redirect_with
from lms.web.language import language_of_page
from lms.web.recorders import recorders_of

SomeTrainingForm = TypeVar("SomeTrainingForm", bound=TrainingForm)
SomeDatedForm = TypeVar("SomeDatedForm", bound=DatedTrainingForm)


@bp.get("/sessions")
@role_needed(Role.HR)
def sessions() -> ResponseReturnValue:
    """Lists the sessions of the actor's organisations, and those of others that their people attended."""
    actor = current_actor()
    form = SessionsFilter(request.args)
    form.offer(queries.list_courses_of_sessions(actor))
    page = queries.list_sessions_for(actor, form.course_id, request.args.get("page", 1, type=int))
    return render_template("certification/sessions.html", form=form, page=page)


@bp.get("/sessions/new")
@role_needed(Role.HR)
def new_session() -> ResponseReturnValue:
    """Shows the form of a new session."""
    form = build_session_form(SessionForm)
    form.held_on.data = clock.today(current_actor().time_zone)
    return render_list("certification/new_session.html", form)


@bp.post("/sessions/check")
@role_needed(Role.HR)
def check_session() -> ResponseReturnValue:
    """Shows what recording a session would do; records nothing."""
    form = build_session_form(SessionForm)
    checked = form.result_on_submit(lambda: check_attendance(form))
    return render_list("certification/new_session.html", form, checked), 200 if checked else 422


@bp.post("/sessions/new")
@role_needed(Role.HR)
def record_session() -> ResponseReturnValue:
    """Records a session as it was checked, with a certificate for everybody who was found."""
    form, checked = build_session_form(SessionForm), None
    if form.validate_on_submit():
        details = training_details(form)
        try:
            recorded = operations.record_session(
                current_actor(),
                details,
                form.training_lines(),
                held_on=form.held_on.data,
                station_id=form.station.data,
                evidence=form.evidence.data,
                token=form.token.data or "",
                checksum=form.checksum.data or "",
                issuer=Issuer.of(current_settings()),
            )
            message = _("The session was recorded.")
            return redirect_with(message, "certification.training_session", session_id=recorded.id)
        except Invalid as refusal:
            checked = check_again(form, details, refusal)
    return render_list("certification/new_session.html", form, checked), 422


@bp.get("/sessions/<int:session_id>")
@role_needed(Role.HR)
def training_session(session_id: int) -> ResponseReturnValue:
    """Shows a session, and the certificates of those of the actor's people who attended."""
    actor = current_actor()
    listed = queries.load_session_for(actor, session_id)
    return render_template(
        "certification/session.html",
        listed=listed,
        attendance=queries.list_attendance(actor, session_id),
        sectors=sector_names(language_of_page()),
        recorders=recorders_of([listed.TrainingSession, listed.SessionWithdrawal]),
    )


@bp.route("/sessions/<int:session_id>/withdraw", methods=["GET", "POST"])
@role_needed(Role.HR)
def withdraw_session(session_id: int) -> ResponseReturnValue:
    """Withdraws a session that was recorded by mistake, after a confirmation."""
    actor = current_actor()
    listed = queries.load_session_for(actor, session_id)
    require_hr(actor, listed.TrainingSession.organisation_id)
    form = ReasonForm()
    revoked = form.result_on_submit(
        lambda: operations.withdraw_session(actor, listed.TrainingSession, reason=form.reason.data)
    )
    if revoked is not None:
        message = ngettext(
            "The session was withdrawn and %(num)s certificate revoked.",
            "The session was withdrawn and %(num)s certificates revoked.",
            revoked,
        )
        return redirect_with(message, "certification.training_session", session_id=session_id)
    active = len(queries.list_current_awards_of_session(session_id))
    recorders = recorders_of([listed.TrainingSession])
    return form_page("certification/withdraw_session.html", form, listed=listed, active=active, recorders=recorders)


@bp.get("/sessions/prior")
@role_needed(Role.HR)
def trainings() -> ResponseReturnValue:
    """Lists the recognised prior training of the actor's people."""
    page = queries.list_trainings_for(current_actor(), request.args.get("page", 1, type=int))
    recorders = recorders_of(each.award for each in page.items)
    return render_template(
        "certification/trainings.html", page=page, sectors=sector_names(language_of_page()), recorders=recorders
    )


@bp.route("/sessions/prior/new", methods=["GET", "POST"])
@role_needed(Role.HR)
def new_training() -> ResponseReturnValue:
    """Recognises one person's prior training."""
    actor, form = current_actor(), build_form(OneTrainingForm)
    if not form.is_submitted():
        form.staff_number.data = request.args.get("staff_number", "")[:40]
    if form.validate_on_submit():
        details, lines = training_details(form), form.training_lines()
        try:
            (checked,) = check_list(actor, details, lines).lines
            if not checked.is_awarded:
                raise Invalid(labels.explain_outcome(checked))
            (award,) = operations.recognise_prior_learning(
                actor, details, lines, checksum=None, issuer=Issuer.of(current_settings())
            )
        except Invalid as error:
            form.add_error(error)
        else:
            message = _("The training was recognised. This is the certificate.")
            return redirect_with(message, "certification.certificate", serial=print_serial(award.serial))
    return form_page("certification/new_training.html", form, months=current_settings().prior_training_months)


@bp.get("/sessions/prior/list")
@role_needed(Role.HR)
def new_trainings() -> ResponseReturnValue:
    """Shows the form of a list of prior training."""
    return render_list("certification/new_trainings.html", build_form(TrainingsForm))


@bp.post("/sessions/prior/check")
@role_needed(Role.HR)
def check_trainings() -> ResponseReturnValue:
    """Shows what recognising a list would do; records nothing."""
    form = build_form(TrainingsForm)
    try:
        # An uploaded file is shown, checked and confirmed as if it had been typed.
        if body := form.file.data.read() if form.file.data else b"":
            form.lines.data = decode(body)
        if form.validate_on_submit():
            checked = check_list(current_actor(), training_details(form), form.training_lines())
            return render_list("certification/new_trainings.html", form, checked)
    except Invalid as refusal:
        form.add_error(refusal)
    return render_list("certification/new_trainings.html", form), 422


@bp.post("/sessions/prior/list")
@role_needed(Role.HR)
def record_trainings() -> ResponseReturnValue:
    """Recognises a list of prior training as it was checked."""
    form, checked = build_form(TrainingsForm), None
    if form.validate_on_submit():
        details = training_details(form)
        try:
            awards = operations.recognise_prior_learning(
                current_actor(),
                details,
                form.training_lines(),
                checksum=form.checksum.data or "",
                issuer=Issuer.of(current_settings()),
            )
            message = ngettext(
                "%(num)s certificate was issued for prior training.",
                "%(num)s certificates were issued for prior training.",
                len(awards),
            )
            return redirect_with(message, "certification.trainings")
        except Invalid as refusal:
            checked = check_again(form, details, refusal)
    return render_list("certification/new_trainings.html", form, checked), 422


def build_form(kind: type[SomeTrainingForm]) -> SomeTrainingForm:
    """Returns a form of sessions or of prior training with the choices that they share."""
    form, language = kind(), language_of_page()
    form.offer(list_organisations_of(current_actor(), Role.HR), list_courses(language), list_sectors(), language)
    return form


def build_session_form(kind: type[SomeDatedForm]) -> SomeDatedForm:
    """Returns the form with its choices and a token of its own, so that sending it twice records one session."""
    form = build_form(kind)
    form.station.choices = choices_of((each.id, f"{each.name}, {each.country}") for each in list_stations())
    form.token.data = form.token.data or secrets.token_urlsafe(18)
    return form


def check_attendance(form: SessionForm) -> CheckedList:
    """Returns what recording a session would do; raises Invalid where it would be refused."""
    actor, details = current_actor(), training_details(form)
    operations.check_held_on(actor, details, form.held_on.data)
    return check_list(actor, details, form.training_lines())


def training_details(form: TrainingForm) -> TrainingDetails:
    """Returns what was typed about all lines; prior training counts as the current edition, a session as the day's."""
    in_person = isinstance(form, SessionForm)
    course_id = form.course.data
    course = queries.find_course_on(course_id, form.held_on.data) if in_person else course_by_id(course_id)
    return TrainingDetails(
        organisation_id=form.organisation.data,
        course=require_found(course),
        sector=form.sector.data or None,
        how="session" if in_person else "prior",
        renew=form["renew"].data,
        checked_by=form["checked_by"].data,
        oldest_months=current_settings().prior_training_months,
    )


def check_again(form: TrainingForm, details: TrainingDetails, refusal: Invalid) -> CheckedList | None:
    """Shows why a list was not recorded and, where it would do something else by now, returns its new outcome."""
    form.add_error(refusal)
    changed = isinstance(refusal, ListChanged)
    return check_list(current_actor(), details, form.training_lines()) if changed else None


def render_list(template: str, form: TrainingForm, checked: CheckedList | None = None, **more: object) -> str:
    """Renders the page of a new session or a list of prior training, with its outcome where it was checked."""
    return render_template(
        template,
        form=form,
        checked=checked,
        outcome_label=labels.outcome_label,
        outcome_look=labels.outcome_look,
        explain_outcome=labels.explain_outcome,
        months=current_settings().prior_training_months,
        **more,
    )
