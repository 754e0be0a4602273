"""The per-sector report of HR's own organisations, and the people behind its figures."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.compliance.blueprint import bp
from lms.compliance.report.export import queries as export_queries
from lms.compliance.report.export.forms import SaveViewForm
from lms.compliance.report.export.jobs import page_of
from lms.compliance.report.forms import PeopleForm, ReportForm
from lms.compliance.report.people import build_people
from lms.compliance.report.query import ReportQuery, parse_query, shortcuts
from lms.compliance.report.service import ReportPage, build_report
from lms.compliance.report.verification import ReportComparison, compare_reports, id_of, takes_long
from lms.compliance.status import api as rules
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page


@bp.get("/compliance")
@role_needed(Role.HR, Role.COORDINATOR)
def report() -> ResponseReturnValue:
    """Shows the report of the actor's organisations; redirects coordinators who are not HR to coverage."""
    if not current_actor().has(Role.HR):
        return redirect(url_for("coverage.figures", **request.args), 303)  # type: ignore[arg-type]  # words of an address
    form, query = parse_query(current_actor(), request.args, language_of_page(), ReportForm)
    return show_report(form, query)


def show_report(
    form: ReportForm, query: ReportQuery | None, stored_result: dict[str, Any] | None = None
) -> ResponseReturnValue:
    """Renders a report; from figures that a job has worked out, where they are given."""
    actor, sort = current_actor(), request.args.get("sort", "rate")
    if query is not None and stored_result is None and takes_long(query):
        return render_template("compliance/long.html", form=form, kind="report", query=query)
    page = None
    if query is not None:
        page = page_of(stored_result, query, sort) if stored_result else build_report(query, sort)
    return render_template(
        "compliance/report.html",
        form=form,
        page=page,
        report_id=id_of(page) if page else None,
        compared=compare(page, form) if page else None,
        sort=sort,
        one_day=timedelta(days=1),
        shortcuts=shortcuts(clock.today(actor.time_zone)),
        definitions=rules.DEFINITIONS_VERSION,
        views=export_queries.list_views(actor),
        jobs=export_queries.list_jobs(actor),
        save_form=SaveViewForm(),
    ), 200 if query else 422


def compare(page: ReportPage, form: ReportForm) -> ReportComparison | None:
    """Returns the figures of another day beside those of a report, where another day is chosen."""
    day = form.compare_with.data
    if day is None or day == page.report.as_of:
        return None
    other = build_report(replace(page.query, as_of=day), "sector")
    return compare_reports(page, other)


@bp.get("/compliance/people")
@role_needed(Role.HR)
def people() -> ResponseReturnValue:
    """Lists the people behind the figures, worst first."""
    actor = current_actor()
    form, query = parse_query(actor, request.args, language_of_page(), PeopleForm)
    number = request.args.get("page", 1, type=int)
    if query is not None and takes_long(query):
        return render_template("compliance/long.html", form=form, kind="people", query=query)
    return render_template(
        "compliance/people.html",
        form=form,
        page=build_people(query, form.statuses(), number) if query else None,
        shortcuts=shortcuts(clock.today(actor.time_zone)),
        views=export_queries.list_views(actor),
        save_form=SaveViewForm(),
    ), 200 if query else 422
