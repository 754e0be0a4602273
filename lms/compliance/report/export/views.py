"""The report, its people and what changed as files: CSV, XLSX and PDF; those of many people are made by jobs."""

from io import BytesIO

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.compliance.blueprint import bp
from lms.compliance.report.changes import CHANGES_HEAD, build_changes, changes_rows
from lms.compliance.report.export.pdf import print_report
from lms.compliance.report.export.xlsx import write_people, write_report
from lms.compliance.report.forms import PeopleForm
from lms.compliance.report.people import PEOPLE_HEAD, build_people, people_rows
from lms.compliance.report.query import ReportQuery, parse_query
from lms.compliance.report.service import build_report
from lms.compliance.report.verification import IDENTIFIED_HEAD, address_of, id_of, identified_rows, is_large, takes_long
from lms.kernel.actor import Role
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download, download_csv
from lms.web.language import language_of_page


@bp.get("/compliance.csv")
@role_needed(Role.HR, Role.COORDINATOR)
def report_csv() -> ResponseReturnValue:
    """Sends the figures of the report as CSV; redirects coordinators who are not HR to those of coverage."""
    if not current_actor().has(Role.HR):
        return redirect(url_for("coverage.figures_csv", **request.args), 303)  # type: ignore[arg-type]  # words of an address
    return _report("csv")


@bp.get("/compliance.xlsx")
@role_needed(Role.HR)
def report_xlsx() -> ResponseReturnValue:
    """Gives the figures of the report as XLSX, a sheet for each sector."""
    return _report("xlsx")


@bp.get("/compliance.pdf")
@role_needed(Role.HR)
def report_pdf() -> ResponseReturnValue:
    """Gives the report on two A4 pages."""
    return _report("pdf")


@bp.get("/compliance/people.csv")
@role_needed(Role.HR)
def people_csv() -> ResponseReturnValue:
    """Gives the people of the report as CSV, one row for each requirement."""
    return _people("csv")


@bp.get("/compliance/people.xlsx")
@role_needed(Role.HR)
def people_xlsx() -> ResponseReturnValue:
    """Gives the same people as XLSX."""
    return _people("xlsx")


@bp.get("/compliance/changes.csv")
@role_needed(Role.HR)
def changes_csv() -> ResponseReturnValue:
    """Gives what changed between two days as CSV."""
    form, query = _parse_people_query()
    if query is None:
        return _refused(form, "compliance.changes")
    if is_large(query):
        return _prepare("changes", "csv")
    page = build_changes(query, form.compare_with.data or query.today, None, None)
    return download_csv(CHANGES_HEAD, changes_rows(page), f"changes-{page.first}-{page.second}.csv")


def _parse_people_query() -> tuple[PeopleForm, ReportQuery | None]:
    return parse_query(current_actor(), request.args, language_of_page(), PeopleForm)


def _refused(form: PeopleForm, back: str) -> ResponseReturnValue:
    return render_template("compliance/refused.html", form=form, back=back), 422


def _prepare(kind: str, form: str) -> ResponseReturnValue:
    """Leads to the page that offers to make a file that takes long."""
    words = {name: value for name, value in request.args.items() if name not in ("kind", "form")}
    return redirect(url_for("compliance.prepare", kind=kind, form=form, **words), 303)  # type: ignore[arg-type]  # words of an address


def _report(file_format: str) -> ResponseReturnValue:
    form, query = _parse_people_query()
    if query is None:
        return _refused(form, "compliance.report")
    if takes_long(query):
        return _prepare("report", file_format)
    page = build_report(query, "sector")
    name = f"compliance-{query.as_of}"
    if file_format == "csv":
        return download_csv(IDENTIFIED_HEAD, identified_rows(page), f"{name}.csv")
    if file_format == "pdf":
        return download(print_report(page), f"{name}.{file_format}")
    file, report_id = BytesIO(), id_of(page)
    write_report(file, page, str(report_id), address_of(report_id))
    return download(file.getvalue(), f"{name}.{file_format}")


def _people(file_format: str) -> ResponseReturnValue:
    form, query = _parse_people_query()
    if query is None:
        return _refused(form, "compliance.people")
    if is_large(query):
        return _prepare("people", file_format)
    page = build_people(query, form.statuses(), None)
    name = f"people-{query.as_of}"
    if file_format == "csv":
        return download_csv(PEOPLE_HEAD, people_rows(page), f"{name}.csv")
    file = BytesIO()
    write_people(file, query, page.known_at, page.items)
    return download(file.getvalue(), f"{name}.{file_format}")
