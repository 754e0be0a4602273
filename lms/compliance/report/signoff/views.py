"""Verifying a report by its id, signing it off, and the list of signed reports."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.compliance.blueprint import bp
from lms.compliance.report.export.queries import list_jobs
from lms.compliance.report.query import (
    ReportQuery,
    list_verified_organisations,
    load_report_for,
    parameters_of,
    query_labels,
)
from lms.compliance.report.report_id import ReportId, read_id
from lms.compliance.report.service import build_report, takes_long, verify_report
from lms.compliance.report.signoff import operations
from lms.compliance.report.signoff.forms import SignOffForm
from lms.compliance.report.signoff.queries import list_signatures, list_signatures_for
from lms.compliance.status.definitions import DEFINITIONS_VERSION
from lms.kernel.actor import Role
from lms.kernel.errors import NotThere
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page
from lms.web.recorders import recorders_of


@bp.get("/compliance/reports")
@role_needed(Role.HR, Role.ADMIN)
def reports() -> ResponseReturnValue:
    """Asks for the id of a printed report, and redirects to it; an unknown id is asked for again."""
    typed = request.args.get("id", "").strip()
    if typed:
        try:
            read, _query = load_report_for(current_actor(), typed, language_of_page())
        except NotThere:
            return render_template("compliance/reports.html", typed=typed), 404
        return redirect(url_for("compliance.reproduced", report_id=str(read)))
    return render_template("compliance/reports.html")


@bp.get("/compliance/reports/<report_id>")
@role_needed(Role.HR, Role.ADMIN)
def reproduced(report_id: str) -> ResponseReturnValue:
    """Says whether a report still gives the same figures, and what later knowledge changed."""
    read, query = load_report_for(current_actor(), report_id, language_of_page())
    if takes_long(query):
        return render_template("compliance/long.html", kind="check", read=read, query=query, form=None)
    return show_verified(read, query)


def show_verified(
    read: ReportId, query: ReportQuery, stored: Mapping[str, Any] | None = None, form: SignOffForm | None = None
) -> str:
    """Renders a verified report with who signed it off, and the form to do so. Raises StillUpdating."""
    actor, found = current_actor(), verify_report(read, query, stored)
    signatures = list_signatures(str(read))
    return render_template(
        "compliance/reproduced.html",
        found=found,
        recorders=recorders_of(found.facts),
        signatures=signatures,
        form=form or SignOffForm(),
        signed=any(each.account_id == actor.account_id for each in signatures),
        may_see_people=all(actor.covers(Role.HR, each) for each in query.organisation_ids),
        query=query,
        filters=list(query_labels(query)),
        parameters=parameters_of(query),
        definitions=DEFINITIONS_VERSION,
    )


@bp.post("/compliance/reports/<report_id>/sign")
@role_needed(Role.HR, Role.ADMIN)
def sign(report_id: str) -> ResponseReturnValue:
    """Signs a report off; one of many people is verified first, which a job does."""
    actor = current_actor()
    read, query = load_report_for(actor, report_id, language_of_page())
    back, stored = url_for("compliance.reproduced", report_id=str(read)), None
    if takes_long(query):
        ready = (each for each in list_jobs(actor) if each.kind == "check" and each.choices["id"] == str(read))
        job = next((each for each in ready if each.result is not None), None)
        if job is None:
            return redirect(back, 303)
        back, stored = url_for("compliance.job", job_id=job.id), job.result
    form = SignOffForm()
    report = build_report(query, "sector", stored).report
    if form.run_on_submit(lambda: operations.sign_off(actor, read, query, report, remark=form.remark.data or "")):
        flash(_("Signed off. Your name and role are shown with this report from now on."), "good")
        return redirect(f"{back}#signed", 303)
    return show_verified(read, query, stored, form), 422


@bp.get("/compliance/signed")
@role_needed(Role.HR, Role.ADMIN)
def signed() -> ResponseReturnValue:
    """Lists the reports that were signed off, each with who signed, as what and when."""
    actor = current_actor()
    found = list_signatures_for(actor, request.args.get("page", 1, type=int))
    return render_template(
        "compliance/signed.html",
        page=found,
        reports={each.report_id: read_id(each.report_id) for each in found.items},
        organisations={each.id: each.name for each in list_verified_organisations(actor)},
    )
