"""Pages of coverage: counts over the organisations that share theirs, at the ends of months, without names."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lms.compliance.api import list_courses
from lms.coverage import policy, queries
from lms.coverage.forms import CoverageForm
from lms.coverage.operations import month_ends
from lms.coverage.page import COVERAGE_HEAD, coverage_rows, make_page
from lms.coverage.rules import Cell
from lms.kernel.actor import Role
from lms.people.api import list_sectors, list_stations
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download_csv
from lms.web.language import language_of_page

bp = Blueprint("coverage", "lms.coverage", template_folder="templates")
MONTHS_OFFERED = 24


@bp.get("/compliance/coverage")
@role_needed(Role.COORDINATOR)
def figures() -> ResponseReturnValue:
    """Shows coverage without names."""
    found = _requested()
    return render_template("coverage/coverage.html", **found), 422 if found["form"].errors else 200


@bp.get("/compliance/coverage.csv")
@role_needed(Role.COORDINATOR)
def figures_csv() -> ResponseReturnValue:
    """Gives the same figures as CSV, only its head where nothing is published."""
    found = _requested()
    if found["form"].errors:
        return render_template("coverage/coverage.html", **found), 422
    rows = coverage_rows(found["page"]) if found["page"] else ()
    return download_csv(COVERAGE_HEAD, rows, f"coverage-{found['form'].as_of.data}.csv")


def _requested() -> dict[str, Any]:
    """Returns the form, the page (None where nothing is published) and whether anybody shares, for the template."""
    scope, language = current_actor().organisations(Role.COORDINATOR), language_of_page()
    sharing = queries.list_sharing(scope)
    releases = queries.list_releases(scope)
    if not policy.may_be_shown(releases, sharing):
        releases = []
    sectors = {each.slug: each.name(language) for each in list_sectors()}
    stations, courses = list_stations(), list_courses()
    form, page = CoverageForm(request.args), None
    days = [each.on_day for each in releases[:MONTHS_OFFERED]] or month_ends(1)
    form.offer(days, sectors, {each.slug: each.name for each in stations}, {each.slug: each.title for each in courses})
    if form.validate() and releases:
        page = make_page(
            Cell(
                form.sector.data or None,
                next((each.id for each in stations if each.slug == form.station.data), None),
                next((each.course_id for each in courses if each.slug == form.course.data), None),
            ),
            [each for each in releases if each.on_day.isoformat() <= form.as_of.data],
            sharing,
            sectors=sectors,
            stations={each.id: each.name for each in stations},
            courses={each.course_id: each for each in courses},
        )
    return {"form": form, "page": page, "sharing": bool(sharing)}
