"""Coverage for coordinators: counts over the organisations that share theirs, at the ends of months."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.compliance.blueprint import bp
from lms.compliance.coverage_months import told_months
from lms.compliance.covering import (
    COVERAGE_HEAD,
    CoveragePage,
    answer_coverage,
    coverage_rows,
    months_offered,
)
from lms.compliance.holding import LEAST_OF_BOTH
from lms.compliance.report.forms import CoverageForm
from lms.compliance.source_data import names
from lms.kernel.actor import Role
from lms.people.queries import list_sectors
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download_csv
from lms.web.language import language_of_page
from lms.web.words import day


@bp.get("/compliance/coverage")
@role_needed(Role.COORDINATOR)
def coverage() -> ResponseReturnValue:
    """Shows coverage without names."""
    return show_coverage()


@bp.get("/compliance/coverage.csv")
@role_needed(Role.COORDINATOR)
def coverage_csv() -> ResponseReturnValue:
    """Gives the same figures as CSV."""
    return show_coverage_csv()


def show_coverage() -> ResponseReturnValue:
    """Renders coverage as the address asks for it."""
    form, page = _answered()
    return render_template(
        "compliance/coverage.html",
        form=form,
        page=page,
        least=LEAST_OF_BOTH,
    ), 200 if page else 422


def show_coverage_csv() -> ResponseReturnValue:
    """Renders coverage as CSV."""
    form, page = _answered()
    if page is None:
        return render_template("compliance/refused.html", form=form, back="compliance.report"), 422
    return download_csv(COVERAGE_HEAD, coverage_rows(page), f"coverage-{page.day}.csv")


def _answered() -> tuple[CoverageForm, CoveragePage | None]:
    actor, language = current_actor(), language_of_page()
    organisations = names.list_covered_organisations(actor)
    choices = names.find_choices([each.id for each in organisations])
    courses, sectors = names.list_courses(), list_sectors()
    months = told_months(actor.organisations(Role.COORDINATOR))
    form = CoverageForm(request.args)
    form.offer(
        [(end.isoformat(), day(end)) for end in months_offered(months)],
        [(each.slug, each.name(language)) for each in sectors],
        [(slug, name) for _number, slug, name in choices.stations],
        courses,
    )
    if not form.validate():
        return form, None
    sector_names = {each.slug: each.name(language) for each in sectors}
    return form, answer_coverage(
        form.data, months, organisations, choices=choices, courses=courses, sectors=sector_names
    )
