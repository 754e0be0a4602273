"""The per-sector report of HR's own organisations, the people behind its figures, and what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from lms.compliance.blueprint import AGAIN_SECONDS, bp
from lms.compliance.report.changes import Change, build_changes
from lms.compliance.report.count_backends import too_many_to_compute_inline
from lms.compliance.report.export import queries
from lms.compliance.report.export.jobs import done_so_far
from lms.compliance.report.export.models import ExportJob, SavedView
from lms.compliance.report.filters import ChangesForm, PeopleForm, ReportForm, SaveViewForm, parse_query, read_sources
from lms.compliance.report.offered_filters import render_offered
from lms.compliance.report.people import build_matrix, build_people
from lms.compliance.report.query import ReportQuery, load_report_for, shortcuts
from lms.compliance.report.report import ReportPage
from lms.compliance.report.sentence import report_sentence, sentence_of_later
from lms.compliance.report.service import build_report, compare_reports, takes_long
from lms.compliance.report.signoff.queries import ReportSignature, list_signatures
from lms.compliance.report.signoff.views import show_verified
from lms.compliance.status.definitions import DEFINITIONS_VERSION
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.days import a_year_before
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page
from lms.web.links import FilteredLinks
from lms.web.page_cache import cached_page


@bp.get("/compliance")
@role_needed(Role.HR, Role.COORDINATOR)
def report() -> ResponseReturnValue:
    """Shows the report of the actor's organisations; redirects coordinators who are not HR to coverage."""
    if not current_actor().has(Role.HR):
        return redirect(url_for("coverage.figures", **request.args), 303)  # type: ignore[arg-type]  # words of an address
    if request.query_string:
        return _show_report(*parse_query(current_actor(), request.args, language_of_page(), ReportForm))
    return _show_current_report()


def _show_current_report() -> ResponseReturnValue:
    """Shows the report of an address without filters: one page as long as nothing on it changes."""
    actor, language = current_actor(), language_of_page()
    sources = read_sources(actor, request.args)
    page = build_report(sources.query(language), may_be_cached=True)
    views, jobs, signatures = _beside(page)

    def render() -> str:
        form = sources.form(ReportForm, request.args, language)
        filters = render_offered("compliance.report", sources, form, views)
        return _report_page(form, page, filters=filters, views=views, jobs=jobs, signatures=signatures)

    # Who signed is named, and a file that is being created changes by itself.
    if page.cached_number is None or jobs or signatures:
        return render()
    saved = tuple((each.name, each.page, tuple(each.choices.items())) for each in views)
    return cached_page(
        ("compliance.report", page.cached_number, sources.offered(language), saved, actor.has(Role.COORDINATOR)), render
    )


def _show_report(
    form: ReportForm, query: ReportQuery | None, stored: Mapping[str, Any] | None = None
) -> ResponseReturnValue:
    """Renders a report; from figures that a job has computed, where they are given."""
    if query is not None and stored is None and takes_long(query):
        return render_template("compliance/long.html", form=form, kind="report", query=query)
    page = build_report(query, request.args.get("sort", "rate"), stored, may_be_cached=True) if query else None
    compared = None
    if page and form.compare_with.data not in (None, page.report.as_of):
        other = build_report(replace(page.query, as_of=form.compare_with.data), "sector")
        compared = compare_reports(page, other)
    views, jobs, signatures = _beside(page)
    shown = _report_page(form, page, views=views, jobs=jobs, compared=compared, signatures=signatures)
    return shown, 200 if query else 422


def _beside(page: ReportPage | None) -> tuple[Sequence[SavedView], Sequence[ExportJob], Sequence[ReportSignature]]:
    """Returns what a report's page shows beside it: the actor's views and files, and who signed it."""
    actor = current_actor()
    return queries.list_views(actor), queries.list_jobs(actor), list_signatures(str(page.id)) if page else ()


def _report_page(form: ReportForm, page: ReportPage | None, **shown: Any) -> str:
    return render_template(
        "compliance/report.html",
        form=form,
        filtered_url=FilteredLinks(form.chosen()),
        page=page,
        sort=page.sort if page else "rate",
        sentence=[*report_sentence(page), *sentence_of_later(page)] if page else (),
        report_id=page.id if page else None,
        one_day=timedelta(days=1),
        shortcuts=shortcuts(clock.today(current_actor().time_zone)),
        shown_on=page.report.as_of if page else None,
        definitions=DEFINITIONS_VERSION,
        save_form=SaveViewForm(),
        **shown,
    )


@bp.get("/compliance/people")
@role_needed(Role.HR)
def people() -> ResponseReturnValue:
    """Lists the people behind the figures, worst first."""
    form, query, beside = _filtered_list("compliance.people")
    if query is not None and takes_long(query):
        return render_template("compliance/long.html", form=form, kind="people", query=query)
    page = build_people(query, form.statuses(), request.args.get("page", 1, type=int)) if query else None
    return render_template("compliance/people.html", page=page, **beside), 200 if query else 422


def _filtered_list(target: str) -> tuple[PeopleForm, ReportQuery | None, dict[str, Any]]:
    """Reads the filters of a list of people; returns them, the query where they are valid, and what is shown beside."""
    actor, language = current_actor(), language_of_page()
    sources = read_sources(actor, request.args)
    form = sources.form(PeopleForm, request.args, language)
    query = sources.query(language, form) if form.validate() else None
    views = queries.list_views(actor)
    return (
        form,
        query,
        {
            "form": form,
            "filters": render_offered(target, sources, form, views),
            "shortcuts": shortcuts(sources.today),
            "shown_on": query.as_of if query else None,
            "views": views,
            "save_form": SaveViewForm(),
        },
    )


@bp.get("/compliance/matrix")
@role_needed(Role.HR)
def matrix() -> ResponseReturnValue:
    """Shows the same people, worst first, with their status for each required course."""
    number = request.args.get("page", 1, type=int)
    form, query, beside = _filtered_list("compliance.matrix")
    if query is not None and takes_long(query):
        return render_template("compliance/long.html", form=form, kind="matrix", query=query)
    columns, page = build_matrix(query, form.statuses(), number) if query else ((), None)
    return render_template("compliance/matrix.html", page=page, columns=columns, **beside), 200 if query else 422


@bp.get("/compliance/changes")
@role_needed(Role.HR)
def changes() -> ResponseReturnValue:
    """Shows who joined, left, moved, lapsed, renewed or became compliant between two days."""
    actor = current_actor()
    form, query = parse_query(actor, request.args, language_of_page(), ChangesForm)
    what = next((each for each in Change if each == request.args.get("what")), None)
    page = None
    if query is not None:
        if form.compare_with.data is None:
            form.compare_with.data = a_year_before(query.as_of)
        if too_many_to_compute_inline(query.organisation_ids):
            return render_template("compliance/long.html", kind="changes", form=form, query=query)
        page = build_changes(query, form.compare_with.data, what, request.args.get("page", 1, type=int))
    return render_template(
        "compliance/changes.html",
        form=form,
        page=page,
        what=what,
        kinds=list(Change),
        shortcuts=shortcuts(clock.today(actor.time_zone)),
        shown_on=query.as_of if query else None,
    ), 200 if query else 422


@bp.get("/compliance/jobs/<int:job_id>")
@role_needed(Role.HR, Role.ADMIN)
def job(job_id: int) -> ResponseReturnValue:
    """Shows how far a file is, or the report that was verified; reloads by itself while it is being made."""
    actor, language = current_actor(), language_of_page()
    found = queries.load_job(actor, job_id)
    if found.outcome == "ready" and found.result is not None:
        if found.kind == "check":
            read, query = load_report_for(actor, found.choices["id"], language)
            return show_verified(read, query, found.result)
        form, report_query = parse_query(actor, MultiDict(found.choices), language, ReportForm)
        if report_query is not None:
            return _show_report(form, report_query, found.result)
    page = render_template("compliance/job.html", job=found, done=done_so_far(found))
    waiting = found.finished_at is None
    return page, {"Refresh": str(AGAIN_SECONDS)} if waiting else {}
