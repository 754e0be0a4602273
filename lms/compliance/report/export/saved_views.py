"""Pages of saved views, and of the files and long reports that a job creates, with their progress."""

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from lms.compliance.blueprint import AGAIN_SECONDS, bp
from lms.compliance.report.export import operations, queries
from lms.compliance.report.export.forms import SaveViewForm, saved_filters
from lms.compliance.report.export.jobs import done_so_far, page_of, path_of
from lms.compliance.report.forms import PeopleForm, ReportForm
from lms.compliance.report.query import parse_query
from lms.compliance.report.report_id import Malformed, read_id
from lms.compliance.report.verification import load_report_for, verify_report
from lms.compliance.report.verification_views import show_reproduced
from lms.compliance.report.views import show_report
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid
from lms.web.access import current_actor, role_needed
from lms.web.downloads import CONTENT_TYPES
from lms.web.language import language_of_page

PAGES = {"report": "compliance.report", "people": "compliance.people"}
MADE = {"report": ("csv", "xlsx", "pdf", "page"), "people": ("csv", "xlsx"), "changes": ("csv",), "check": ("page",)}


@bp.post("/compliance/views")
@role_needed(Role.HR)
def save_view() -> ResponseReturnValue:
    """Saves the filters of a page under a name."""
    form, words = SaveViewForm(), saved_filters(request.form)
    page = form.page.data if form.page.data in PAGES else "report"
    if form.validate_on_submit():
        try:
            operations.save_view(current_actor(), (form.name.data or "").strip(), page, words)
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("View saved. You find it above the report."), "good")
            return redirect(url_for(PAGES[page], **words), 303)  # type: ignore[arg-type]  # words of an address
    return render_template("compliance/save_view.html", form=form, words=words, page=page), 422


@bp.post("/compliance/views/<int:view_id>/delete")
@role_needed(Role.HR)
def remove_view(view_id: int) -> ResponseReturnValue:
    """Forgets a view."""
    view = queries.load_view_for(current_actor(), view_id)
    operations.remove_view(current_actor(), view)
    flash(_("View removed."), "good")
    return redirect(url_for("compliance.views"), 303)


@bp.get("/compliance/views")
@role_needed(Role.HR)
def views() -> ResponseReturnValue:
    """Lists the actor's saved views, each to be opened or removed."""
    return render_template("compliance/views.html", views=queries.list_views(current_actor()), pages=PAGES)


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
@role_needed(Role.HR)
def ask_for_file() -> ResponseReturnValue:
    """Has a file or a long report made."""
    kind, form = request.form.get("kind", ""), request.form.get("form", "")
    if form not in MADE.get(kind, ()):
        abort(400)
    actor, language, words = current_actor(), language_of_page(), saved_filters(request.form)
    if kind == "check":
        try:
            words = {"id": str(read_id(request.form.get("id", "")))}
        except Malformed:
            abort(404)
        load_report_for(actor, words["id"], language)
    else:
        filters, query = parse_query(actor, request.form, language, PeopleForm)
        if query is None:
            return render_template("compliance/refused.html", form=filters, back="compliance.report"), 422
    job = operations.request_file(actor, kind, form, words, language)
    return redirect(url_for("compliance.job", job_id=job.id), 303)


@bp.get("/compliance/jobs/<int:job_id>")
@role_needed(Role.HR)
def job(job_id: int) -> ResponseReturnValue:
    """Shows how far a file is, or the report that was worked out; looks again by itself while it is being made."""
    actor, language = current_actor(), language_of_page()
    found = queries.load_job_for(actor, job_id)
    if found.outcome == "ready" and found.result is not None:
        if found.kind == "check":
            read, query = load_report_for(actor, found.choices["id"], language)
            return show_reproduced(verify_report(read, query, page_of(found.result, query, "sector")))
        form, report_query = parse_query(actor, MultiDict(found.choices), language, ReportForm)
        if report_query is not None:
            return show_report(form, report_query, found.result)
    page = render_template("compliance/job.html", job=found, done=done_so_far(found))
    waiting = found.finished_at is None
    return page, {"Refresh": str(AGAIN_SECONDS)} if waiting else {}


@bp.get("/compliance/jobs/<int:job_id>/file")
@role_needed(Role.HR)
def job_file(job_id: int) -> ResponseReturnValue:
    """Sends a finished file to the person who requested it."""
    found = queries.load_job_for(current_actor(), job_id)
    path = path_of(found) if found.file_name else None
    if found.removed_at is not None or path is None or not path.is_file():
        return render_template("compliance/job.html", job=found, done=0), 404
    return send_file(path, CONTENT_TYPES[f".{found.format}"], as_attachment=True, download_name=found.file_name)
