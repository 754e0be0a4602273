"""Recognised prior training: the list, one person, and many people at once."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from lms.catalogue.api import find_course_by_id, load_course_revision
from lms.certification.awards.issuer import House
from lms.certification.awards.rules import print_serial
from lms.certification.blueprint import bp
from lms.certification.errors import ListChanged
from lms.certification.training import operations as training, queries as training_queries
from lms.certification.training.forms import OneTrainingForm, TrainingForm, TrainingsForm
from lms.certification.training.labels import reason
from lms.certification.training.operations import Asked, Checked
from lms.certification.training.parser import Unreadable, decode
from lms.certification.training.views.sessions import (
    offer_training,
    oldest_months,
    sector_names,
    words_of_lines,
)
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid, NotThere
from lms.web.access import current_actor, role_needed


@bp.get("/sessions/prior")
@role_needed(Role.HR)
def trainings() -> ResponseReturnValue:
    """Lists the prior training that the actor's organisations have recognised."""
    page = training_queries.list_trainings_for(current_actor(), request.args.get("page", 1, type=int))
    return render_template("certification/trainings.html", page=page, sectors=sector_names())


@bp.route("/sessions/prior/new", methods=["GET", "POST"])
@role_needed(Role.HR)
def new_training() -> ResponseReturnValue:
    """Recognises what one person learned before or elsewhere."""
    actor, form = current_actor(), OneTrainingForm()
    offer_training(form)
    if not form.is_submitted():
        form.staff_number.data = request.args.get("staff_number", "")[:40]
    if form.validate_on_submit():
        asked, lines = asked_training(form), form.training()
        try:
            (judged,) = training.check(actor, asked, lines).lines
            if judged.found not in training.AWARDED:
                raise Invalid(reason(judged))
            (award,) = training.recognise(
                actor, asked, lines, checked_by=form.checked_by.data, seal=None, house=house()
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("The training is recognised. This is the certificate."), "good")
            return redirect(url_for("certification.certificate", serial=print_serial(award.serial)), 303)
    return render_template(
        "certification/new_training.html", form=form, months=oldest_months()
    ), 422 if form.is_submitted() else 200


@bp.get("/sessions/prior/list")
@role_needed(Role.HR)
def new_trainings() -> ResponseReturnValue:
    """Asks for a list of what many people learned before or elsewhere."""
    form = TrainingsForm()
    offer_training(form)
    return render_list(form)


@bp.post("/sessions/prior/check")
@role_needed(Role.HR)
def check_trainings() -> ResponseReturnValue:
    """Shows what recognising a list would do; records nothing and keeps what was typed."""
    form = TrainingsForm()
    offer_training(form)
    try:
        read_file(form)
        if form.validate_on_submit():
            return render_list(form, training.check(current_actor(), asked_training(form), form.trainings()))
    except Unreadable as error:
        form.form_errors.append(str(error))
    except Invalid as error:
        form.add_error(error)
    return render_list(form), 422


@bp.post("/sessions/prior/list")
@role_needed(Role.HR)
def record_trainings() -> ResponseReturnValue:
    """Recognises a list as it was checked."""
    actor, form = current_actor(), TrainingsForm()
    offer_training(form)
    if not form.validate_on_submit():
        return render_list(form), 422
    asked, checked = asked_training(form), None
    try:
        lines = form.trainings()
        made = training.recognise(
            actor, asked, lines, checked_by=form.checked_by.data, seal=form.seal.data or "", house=house()
        )
    except Unreadable as error:
        form.form_errors.append(str(error))
    except ListChanged as refusal:
        form.add_error(refusal)
        checked = training.check(actor, asked, lines)
    except Invalid as error:
        form.add_error(error)
    else:
        words = ngettext(
            "%(num)s certificate is issued for prior training.",
            "%(num)s certificates are issued for prior training.",
            len(made),
        )
        flash(words, "good")
        return redirect(url_for("certification.trainings"), 303)
    return render_list(form, checked), 422


def read_file(form: TrainingsForm) -> None:
    """Puts what a chosen file says into the list, so that it is shown, checked and confirmed as if typed."""
    body = form.file.data.read() if form.file.data else b""
    if body:
        form.lines.data = decode(body)


def asked_training(form: TrainingForm) -> Asked:
    """Returns what was typed as the question of a list: prior training is recognised as the present edition."""
    pointer = find_course_by_id(form.course.data)
    course = load_course_revision(pointer.revision_id) if pointer else None
    if course is None:
        raise NotThere
    return Asked(
        organisation_id=form.organisation.data,
        course=course,
        sector=form.sector.data or None,
        how="prior",
        renew=form["renew"].data,
        oldest_months=oldest_months(),
    )


def house() -> House:
    """Returns the house that certificates are issued in."""
    return House.of(current_app.extensions["settings"])


def render_list(form: TrainingsForm, checked: Checked | None = None) -> str:
    """Renders the page of a list, with what it would do where it was checked."""
    return render_template("certification/new_trainings.html", form=form, checked=checked, **words_of_lines())
