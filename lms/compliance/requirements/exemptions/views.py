"""Pages of exemptions: list, print, CSV, record and withdraw."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.compliance.blueprint import bp
from lms.compliance.requirements.exemptions import operations, queries
from lms.compliance.requirements.exemptions.forms import (
    KIND_LABELS,
    STATE_LABELS,
    ExemptionFilterForm,
    ExemptionForm,
    WithdrawForm,
)
from lms.compliance.requirements.models import Exemption
from lms.compliance.requirements.queries import list_requirements_for
from lms.compliance.source_data.names import list_reported_organisations
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid
from lms.people.api import find_person_id_by_number
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download_csv

CSV_HEAD = (
    "organisation", "staff_number", "name", "requirement", "kind", "from", "until", "state", "reason", "evidence",
    "recorded_at", "recorded_by",
)  # fmt: skip


@bp.get("/exemptions", endpoint="exemptions")
@role_needed(Role.HR)
def list_exemptions() -> ResponseReturnValue:
    """Lists the exemptions in the actor's organisations, filtered by kind and state."""
    actor, form = current_actor(), ExemptionFilterForm(request.args)
    today = clock.today(actor.time_zone)
    page = queries.list_exemptions_for(actor, form.chosen(), today, request.args.get("page", 1, type=int))
    return render_template("compliance/exemptions.html", form=form, page=page, today=today, kinds=KIND_LABELS)


@bp.get("/exemptions/print")
@role_needed(Role.HR)
def print_exemptions() -> ResponseReturnValue:
    """Shows all of them on one page to print, with who recorded each."""
    actor, form = current_actor(), ExemptionFilterForm(request.args)
    today = clock.today(actor.time_zone)
    return render_template(
        "compliance/print_exemptions.html",
        form=form,
        listed=queries.list_all_exemptions_for(actor, form.chosen(), today),
        today=today,
        now=clock.now(),
        kinds=KIND_LABELS,
        states=STATE_LABELS,
    )


@bp.get("/exemptions.csv")
@role_needed(Role.HR)
def exemptions_csv() -> ResponseReturnValue:
    """Downloads all of them as CSV."""
    actor, form = current_actor(), ExemptionFilterForm(request.args)
    today = clock.today(actor.time_zone)
    rows = (
        (
            each.organisation, each.staff_number, each.person, each.course, each.exemption.kind,
            each.exemption.from_on, each.exemption.until_on, each.state(today), each.exemption.reason,
            each.exemption.evidence, each.exemption.recorded_at, each.author,
        )
        for each in queries.list_all_exemptions_for(actor, form.chosen(), today)
    )  # fmt: skip
    return download_csv(CSV_HEAD, rows, f"exemptions-{today}.csv")


@bp.route("/exemptions/new", methods=["GET", "POST"])
@role_needed(Role.HR)
def new_exemption() -> ResponseReturnValue:
    """Exempts a person from a requirement; a person's page fills in the organisation and staff number."""
    actor, form = current_actor(), ExemptionForm()
    form.offer_choices(list_reported_organisations(actor), list_requirements_for(actor))
    if not form.is_submitted():
        form.staff_number.data = request.args.get("staff_number", "")[:40]
        form.organisation.data = request.args.get("organisation", form.organisation.data, type=int)
        form.from_on.data = clock.today(actor.time_zone)
    elif form.validate():
        try:
            exemption = _exempt(form)
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("Exemption recorded."), "good")
            return redirect(url_for("compliance.person", person_id=exemption.person_id), 303)
    return render_template("compliance/new_exemption.html", form=form), 422 if form.is_submitted() else 200


def _exempt(form: ExemptionForm) -> Exemption:
    actor, organisation_id = current_actor(), form.organisation.data
    return operations.exempt(
        actor,
        # There is no person 0: the operation refuses it like anybody who is not employed there.
        person_id=find_person_id_by_number(actor, organisation_id, form.staff_number.data) or 0,
        requirement_id=form.requirement.data,
        organisation_id=organisation_id,
        from_on=form.from_on.data,
        until_on=form.until_on.data,
        kind=form.kind.data,
        reason=form.reason.data,
        evidence=form.evidence.data or "",
    )


@bp.route("/exemptions/<int:exemption_id>/withdraw", methods=["GET", "POST"])
@role_needed(Role.HR)
def withdraw_exemption(exemption_id: int) -> ResponseReturnValue:
    """Withdraws an exemption; reports with earlier data still show it."""
    actor = current_actor()
    listed = queries.load_exemption_for(actor, exemption_id)
    form = WithdrawForm()
    if form.run_on_submit(lambda: operations.withdraw_exemption(actor, listed.exemption, reason=form.reason.data)):
        flash(_("Exemption withdrawn."), "good")
        return redirect(url_for("compliance.exemptions"), 303)
    return render_template(
        "compliance/withdraw_exemption.html", form=form, listed=listed
    ), 422 if form.is_submitted() else 200
