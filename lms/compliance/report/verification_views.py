"""Report verification from its id: with the knowledge of then, and with that of now."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.compliance.blueprint import bp
from lms.compliance.report.glossary import query_labels
from lms.compliance.report.verification import VerifiedReport, load_report_for, takes_long, verify_report
from lms.compliance.status import api as rules
from lms.kernel.actor import Role
from lms.kernel.errors import NotThere
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page


@bp.get("/compliance/reports")
@role_needed(Role.HR)
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
@role_needed(Role.HR)
def reproduced(report_id: str) -> ResponseReturnValue:
    """Says whether a report still gives the same figures, and what later knowledge changed."""
    read, query = load_report_for(current_actor(), report_id, language_of_page())
    if takes_long(query):
        return render_template("compliance/long.html", kind="check", read=read, query=query, form=None)
    return show_reproduced(verify_report(read, query))


def show_reproduced(found: VerifiedReport) -> ResponseReturnValue:
    """Renders what came of it."""
    return render_template(
        "compliance/reproduced.html",
        found=found,
        filters=list(query_labels(found.compared.then.query)),
        definitions=rules.DEFINITIONS_VERSION,
    )
