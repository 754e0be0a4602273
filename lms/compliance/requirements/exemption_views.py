"""Exemptions: who need not meet a requirement for a while, or at all, and why."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.compliance.blueprint import bp
from lms.compliance.requirements import exemption_queries as exemptions, operations, queries
from lms.compliance.requirements.forms import (
    EXEMPTION_STATES,
    KIND_WORDS,
    ExemptionForm,
    ExemptionsFilter,
    WithdrawForm,
)
from lms.compliance.source_data import names
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download_csv

EXEMPTIONS_HEAD = (
    "organisation", "staff_number", "name", "requirement", "kind", "from", "until", "state", "reason", "evidence",
    "recorded_at", "recorded_by",
)  # fmt: skip


@bp.get("/exemptions", endpoint="exemptions")
@role_needed(Role.HR)
def list_exemptions() -> ResponseReturnValue:
    """Lists the exemptions of the actor's organisations, filtered by kind and state."""
    actor, form = current_actor(), ExemptionsFilter(request.args)
    today = clock.today(actor.time_zone)
    page = exemptions.list_exemptions_for(actor, form.wanted(), today, request.args.get("page", 1, type=int))
    return render_template("compliance/exemptions.html", form=form, page=page, today=today, kinds=KIND_WORDS)


@bp.get("/exemptions/print")
@role_needed(Role.HR)
def print_exemptions() -> ResponseReturnValue:
    """Shows all of them on one page for paper, with who recorded each."""
    actor, form = current_actor(), ExemptionsFilter(request.args)
    today = clock.today(actor.time_zone)
    return render_template(
        "compliance/print_exemptions.html",
        form=form,
        listed=exemptions.list_all_exemptions_for(actor, form.wanted(), today),
        today=today,
        now=clock.now(),
        kinds=KIND_WORDS,
        states=dict(EXEMPTION_STATES),
    )


@bp.get("/exemptions.csv")
@role_needed(Role.HR)
def exemptions_csv() -> ResponseReturnValue:
    """Gives all of them as CSV."""
    actor = current_actor()
    today = clock.today(actor.time_zone)
    wanted = ExemptionsFilter(request.args).wanted()
    rows = (
        (
            each.organisation, each.staff_number, each.person, each.course, each.exemption.kind,
            each.exemption.from_on, each.exemption.until_on, each.state(today), each.exemption.reason,
            each.exemption.evidence, each.exemption.recorded_at, each.author,
        )
        for each in exemptions.list_all_exemptions_for(actor, wanted, today)
    )  # fmt: skip
    return download_csv(EXEMPTIONS_HEAD, rows, f"exemptions-{today}.csv")


@bp.route("/exemptions/new", methods=["GET", "POST"])
@role_needed(Role.HR)
def new_exemption() -> ResponseReturnValue:
    """Exempts somebody from a requirement."""
    form = offered(ExemptionForm())
    if form.validate_on_submit():
        try:
            person_id = queries.find_employed(form.organisation.data, form.staff_number.data or "")
            made = operations.exempt(
                current_actor(),
                person_id=person_id or 0,
                requirement_id=form.requirement.data,
                organisation_id=form.organisation.data,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
                kind=form.kind.data,
                reason=form.reason.data,
                evidence=form.evidence.data or "",
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("Exemption recorded."), "good")
            return redirect(url_for("compliance.person", person_id=made.person_id), 303)
    return render_template("compliance/new_exemption.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/exemptions/<int:exemption_id>/withdraw", methods=["GET", "POST"])
@role_needed(Role.HR)
def withdraw_exemption(exemption_id: int) -> ResponseReturnValue:
    """Withdraws an exemption; reports as known before keep it."""
    actor = current_actor()
    listed = exemptions.load_exemption_for(actor, exemption_id)
    form = WithdrawForm()
    if form.validate_on_submit():
        try:
            operations.withdraw_exemption(actor, listed.exemption, reason=form.reason.data)
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("Exemption withdrawn."), "good")
            return redirect(url_for("compliance.exemptions"), 303)
    return render_template(
        "compliance/withdraw_exemption.html", form=form, listed=listed
    ), 422 if form.is_submitted() else 200


def offered(form: ExemptionForm) -> ExemptionForm:
    """Fills the choices, and the staff number a person's page brings along."""
    actor = current_actor()
    form.offer(names.list_reported_organisations(actor), queries.list_requirements_for(actor))
    if not form.is_submitted():
        form.staff_number.data = request.args.get("staff_number", "")[:40]
        form.organisation.data = request.args.get("organisation", form.organisation.data, type=int)
        form.from_on.data = clock.today(actor.time_zone)
    return form
