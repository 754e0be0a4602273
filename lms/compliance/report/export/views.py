"""Files of the report, its people, by course too, and what changed; jobs make those of many people; saved views."""

from io import BytesIO

from flask import abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.downloads import audited_download
from lms.compliance.blueprint import bp
from lms.compliance.report.count_backends import too_many_to_compute_inline
from lms.compliance.report.export import operations, queries
from lms.compliance.report.export.jobs import path_of, write_file
from lms.compliance.report.export.models import SavedView
from lms.compliance.report.filters import PeopleForm, SaveViewForm, parse_query, saved_filters
from lms.compliance.report.query import load_report_for
from lms.compliance.report.service import takes_long
from lms.kernel.actor import Role
from lms.web.access import current_actor, role_needed
from lms.web.downloads import CONTENT_TYPES, download
from lms.web.forms import redirect_with
from lms.web.language import language_of_page

PAGES = {"report": "compliance.report", "people": "compliance.people", "matrix": "compliance.matrix"}
MADE = {
    "report": ("csv", "xlsx", "pdf", "page"),
    "people": ("csv", "xlsx"),
    "matrix": ("csv", "xlsx"),
    "changes": ("csv",),
    "check": ("page",),
}


@bp.get("/compliance.csv")
@role_needed(Role.HR, Role.COORDINATOR)
@audited_download
def report_csv() -> ResponseReturnValue:
    """Sends the figures of the report as CSV; redirects coordinators who are not HR to those of coverage."""
    if not current_actor().has(Role.HR):
        return redirect(url_for("coverage.figures_csv", **request.args), 303)  # type: ignore[arg-type]  # words of an address
    return send_report_file("report", "csv")


@bp.get("/compliance.xlsx", endpoint="report_xlsx", defaults={"kind": "report", "file_format": "xlsx"})
@bp.get("/compliance.pdf", endpoint="report_pdf", defaults={"kind": "report", "file_format": "pdf"})
@bp.get("/compliance/people.csv", endpoint="people_csv", defaults={"kind": "people", "file_format": "csv"})
@bp.get("/compliance/people.xlsx", endpoint="people_xlsx", defaults={"kind": "people", "file_format": "xlsx"})
@bp.get("/compliance/matrix.csv", endpoint="matrix_csv", defaults={"kind": "matrix", "file_format": "csv"})
@bp.get("/compliance/matrix.xlsx", endpoint="matrix_xlsx", defaults={"kind": "matrix", "file_format": "xlsx"})
@bp.get("/compliance/changes.csv", endpoint="changes_csv", defaults={"kind": "changes", "file_format": "csv"})
@role_needed(Role.HR)
@audited_download
def file(kind: str, file_format: str) -> ResponseReturnValue:
    """Sends the report, its people or what changed as a file, or redirects to the page that has one made by a job."""
    return send_report_file(kind, file_format)


def send_report_file(kind: str, file_format: str) -> ResponseReturnValue:
    """Returns the response of those pages."""
    form, query = parse_query(current_actor(), request.args, language_of_page(), PeopleForm)
    if query is None:
        return render_template("compliance/refused.html", form=form, back=f"compliance.{kind}"), 422
    if takes_long(query) if kind == "report" else too_many_to_compute_inline(query.organisation_ids):
        words = {name: value for name, value in request.args.items() if name not in ("kind", "form")}
        return redirect(url_for("compliance.prepare", kind=kind, form=file_format, **words), 303)  # type: ignore[arg-type]  # words of an address
    content = BytesIO()
    write_file(content, kind, file_format, query, form)
    days = [query.as_of]
    if kind == "changes":
        days = sorted([query.as_of, form.compare_with.data or query.today])
    name = "-".join(("compliance" if kind == "report" else kind, *map(str, days)))
    return download(content.getvalue(), f"{name}.{file_format}")


@bp.get("/compliance/prepare")
@role_needed(Role.HR)
def prepare() -> ResponseReturnValue:
    """Offers to create a file that takes long; without a kind, lists the actor's files only."""
    kind, form = request.args.get("kind", ""), request.args.get("form", "")
    offered = form in MADE.get(kind, ()) and kind != "check"
    return render_template(
        "compliance/prepare.html",
        kind=kind if offered else "",
        form=form,
        words=saved_filters(request.args),
        jobs=queries.list_jobs(current_actor()),
    )


@bp.post("/compliance/jobs")
@role_needed(Role.HR, Role.ADMIN)
def ask_for_file() -> ResponseReturnValue:
    """Has a file or a long report made."""
    kind, form = request.form.get("kind", ""), request.form.get("form", "")
    if form not in MADE.get(kind, ()):
        abort(400)
    actor, language, words = current_actor(), language_of_page(), saved_filters(request.form)
    if kind == "check":
        read, _query = load_report_for(actor, request.form.get("id", ""), language)
        words = {"id": str(read)}
    else:
        filters, query = parse_query(actor, request.form, language, PeopleForm)
        if query is None:
            return render_template("compliance/refused.html", form=filters, back="compliance.report"), 422
    job = operations.request_file(actor, kind, form, words, language)
    return redirect(url_for("compliance.job", job_id=job.id), 303)


@bp.get("/compliance/jobs/<int:job_id>/file")
@role_needed(Role.HR)
@audited_download
def job_file(job_id: int) -> ResponseReturnValue:
    """Sends a finished file to the person who requested it."""
    found = queries.load_job(current_actor(), job_id)
    path = path_of(found) if found.file_name else None
    if found.removed_at is not None or path is None or not path.is_file():
        return render_template("compliance/job.html", job=found, done=0), 404
    return send_file(path, CONTENT_TYPES[f".{found.format}"], as_attachment=True, download_name=found.file_name)


@bp.post("/compliance/views")
@role_needed(Role.HR)
def save_view() -> ResponseReturnValue:
    """Saves the filters of a page under a name."""
    form, words = SaveViewForm(), saved_filters(request.form)
    page = form.page.data if form.page.data in PAGES else "report"
    if form.run_on_submit(lambda: operations.save_view(current_actor(), (form.name.data or "").strip(), page, words)):
        return redirect_with(_("View saved. You find it above the report."), PAGES[page], **words)
    return render_template("compliance/save_view.html", form=form, words=words, page=page), 422


@bp.get("/compliance/views")
@role_needed(Role.HR)
def views() -> ResponseReturnValue:
    """Lists the actor's saved views, each to be opened or removed."""
    return render_template("compliance/views.html", views=queries.list_views(current_actor()), pages=PAGES)


@bp.post("/compliance/views/<int:view_id>/delete")
@role_needed(Role.HR)
def remove_view(view_id: int) -> ResponseReturnValue:
    """Forgets a view."""
    view = queries.load_own(current_actor(), SavedView, view_id)
    operations.remove_view(current_actor(), view)
    return redirect_with(_("View removed."), "compliance.views")
