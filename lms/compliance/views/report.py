"""The per-sector report of HR's own organisations, its people, and both as CSV."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.compliance import rules
from lms.compliance.answers import (
    PEOPLE_HEAD,
    REPORT_HEAD,
    answer_people,
    answer_report,
    people_rows,
    report_rows,
)
from lms.compliance.asking import ask, shortcuts
from lms.compliance.question_forms import PeopleForm, ReportForm
from lms.compliance.views.blueprint import bp, csv_answer
from lms.compliance.views.coverage import show_coverage, show_coverage_csv
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page


@bp.get("/compliance")
@role_needed(Role.HR, Role.COORDINATOR)
def report() -> ResponseReturnValue:
    """Shows the report of the actor's organisations; coordinators without any see coverage."""
    actor = current_actor()
    if not actor.has(Role.HR):
        return show_coverage()
    form, question = ask(actor, request.args, language_of_page(), ReportForm)
    sort = request.args.get("sort", "rate")
    return render_template(
        "compliance/report.html",
        form=form,
        page=answer_report(question, sort) if question else None,
        sort=sort,
        shortcuts=shortcuts(clock.today(actor.time_zone)),
        definitions=rules.DEFINITIONS_VERSION,
    ), 200 if question else 422


@bp.get("/compliance.csv")
@role_needed(Role.HR, Role.COORDINATOR)
def report_csv() -> ResponseReturnValue:
    """Gives the same figures as CSV."""
    actor = current_actor()
    if not actor.has(Role.HR):
        return show_coverage_csv()
    form, question = ask(actor, request.args, language_of_page(), ReportForm)
    if question is None:
        return render_template("compliance/refused.html", form=form, back="compliance.report"), 422
    page = answer_report(question, "sector")
    return csv_answer(f"compliance-{question.as_of}", REPORT_HEAD, report_rows(page))


@bp.get("/compliance/people")
@role_needed(Role.HR)
def people() -> ResponseReturnValue:
    """Lists the people behind the figures, worst first."""
    form, question = ask(current_actor(), request.args, language_of_page(), PeopleForm)
    number = request.args.get("page", 1, type=int)
    return render_template(
        "compliance/people.html",
        form=form,
        page=answer_people(question, form.standings(), number) if question else None,
        shortcuts=shortcuts(clock.today(current_actor().time_zone)),
    ), 200 if question else 422


@bp.get("/compliance/people.csv")
@role_needed(Role.HR)
def people_csv() -> ResponseReturnValue:
    """Gives the same people as CSV, one row for each requirement."""
    form, question = ask(current_actor(), request.args, language_of_page(), PeopleForm)
    if question is None:
        return render_template("compliance/refused.html", form=form, back="compliance.people"), 422
    page = answer_people(question, form.standings(), None)
    return csv_answer(f"people-{question.as_of}", PEOPLE_HEAD, people_rows(page))
