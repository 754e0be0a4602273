"""Recognised prior training: the list, one person, and a list of people."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.catalogue.api import course_by_id
from lms.certification.awards.rules import print_serial
from lms.certification.blueprint import bp
from lms.certification.errors import ListChanged
from lms.certification.training import operations, queries
from lms.certification.training.forms import OneTrainingForm, TrainingForm, TrainingsForm
from lms.certification.training.labels import explain_outcome
from lms.certification.training.operations import CheckedList, TrainingDetails
from lms.certification.training.parser import UnreadableList, decode
from lms.certification.training.views.sessions import (
    issuer,
    offer_training,
    oldest_months,
    outcome_context,
    sector_names,
)
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid, NotThere
from lms.kernel.i18n import gettext as _, ngettext
from lms.web.access import current_actor, role_needed


@bp.get("/sessions/prior")
@role_needed(Role.HR)
def trainings() -> ResponseReturnValue:
    """Lists the prior training that the actor's organisations have recognised."""
    page = queries.list_trainings_for(current_actor(), request.args.get("page", 1, type=int))
    return render_template("certification/trainings.html", page=page, sectors=sector_names())


@bp.route("/sessions/prior/new", methods=["GET", "POST"])
@role_needed(Role.HR)
def new_training() -> ResponseReturnValue:
    """Recognises one person's prior training."""
    actor, form = current_actor(), OneTrainingForm()
    offer_training(form)
    if not form.is_submitted():
        form.staff_number.data = request.args.get("staff_number", "")[:40]
    if form.validate_on_submit():
        details, lines = training_details(form), form.training()
        try:
            (checked,) = operations.check_list(actor, details, lines).lines
            if checked.outcome not in operations.AWARDED:
                raise Invalid(explain_outcome(checked))
            (award,) = operations.recognise_prior_learning(
                actor, details, lines, checked_by=form.checked_by.data, checksum=None, issuer=issuer()
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("The training was recognised. This is the certificate."), "good")
            return redirect(url_for("certification.certificate", serial=print_serial(award.serial)), 303)
    return render_template(
        "certification/new_training.html", form=form, months=oldest_months()
    ), 422 if form.is_submitted() else 200


@bp.get("/sessions/prior/list")
@role_needed(Role.HR)
def new_trainings() -> ResponseReturnValue:
    """Shows the form of a list of prior training."""
    form = TrainingsForm()
    offer_training(form)
    return render_list(form)


@bp.post("/sessions/prior/check")
@role_needed(Role.HR)
def check_trainings() -> ResponseReturnValue:
    """Shows what recognising a list would do; records nothing."""
    form = TrainingsForm()
    offer_training(form)
    try:
        read_file(form)
        if form.validate_on_submit():
            return render_list(form, operations.check_list(current_actor(), training_details(form), form.trainings()))
    except UnreadableList as error:
        form.form_errors.append(str(error))
    except Invalid as error:
        form.add_error(error)
    return render_list(form), 422


@bp.post("/sessions/prior/list")
@role_needed(Role.HR)
def record_trainings() -> ResponseReturnValue:
    """Recognises a list of prior training as it was checked."""
    actor, form = current_actor(), TrainingsForm()
    offer_training(form)
    if not form.validate_on_submit():
        return render_list(form), 422
    details, checked = training_details(form), None
    try:
        lines = form.trainings()
        awards = operations.recognise_prior_learning(
            actor, details, lines, checked_by=form.checked_by.data, checksum=form.checksum.data or "", issuer=issuer()
        )
    except UnreadableList as error:
        form.form_errors.append(str(error))
    except ListChanged as refusal:
        form.add_error(refusal)
        checked = operations.check_list(actor, details, lines)
    except Invalid as refusal:
        form.add_error(refusal)
    else:
        message = ngettext(
            "%(num)s certificate was issued for prior training.",
            "%(num)s certificates were issued for prior training.",
            len(awards),
        )
        flash(message, "good")
        return redirect(url_for("certification.trainings"), 303)
    return render_list(form, checked), 422


def read_file(form: TrainingsForm) -> None:
    """Copies an uploaded file into the list field, so that it is shown, checked and confirmed as if typed."""
    body = form.file.data.read() if form.file.data else b""
    if body:
        form.lines.data = decode(body)


def training_details(form: TrainingForm) -> TrainingDetails:
    """Returns the typed details of prior training, which is recognised as the current edition."""
    course = course_by_id(form.course.data)
    if course is None:
        raise NotThere
    return TrainingDetails(
        organisation_id=form.organisation.data,
        course=course,
        sector=form.sector.data or None,
        how="prior",
        renew=form["renew"].data,
        oldest_months=oldest_months(),
    )


def render_list(form: TrainingsForm, checked: CheckedList | None = None) -> str:
    """Renders the page of a list of prior training, with its outcome where it was checked."""
    return render_template("certification/new_trainings.html", form=form, checked=checked, **outcome_context())
