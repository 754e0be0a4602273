"""The check of a list of staff: posted, since a list of people does not belong in an address."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.compliance.blueprint import bp
from lms.compliance.clearance.answer import ClearanceCheck, check_clearance, explain
from lms.compliance.clearance.files import HEAD, as_workbook, entry_rows
from lms.compliance.clearance.forms import ClearanceForm
from lms.compliance.status import api as rules
from lms.kernel import clock, db
from lms.kernel.actor import Role
from lms.kernel.pagination import paginate_list
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download, download_csv

PER_PAGE = 100


@bp.get("/compliance/lookup")
@role_needed(Role.HR)
def clearance() -> ResponseReturnValue:
    """Shows the empty form."""
    return _render(ClearanceForm())


@bp.post("/compliance/lookup")
@role_needed(Role.HR)
def clearance_result() -> ResponseReturnValue:
    """Checks a pasted list and shows a page of it; the list stays in the form."""
    form = ClearanceForm()
    if not form.validate():
        return _render(form), 422
    with _checked(form) as check:
        entries = check.listed(only_not_cleared=form.only_not_cleared.data)
        page = paginate_list(entries, request.form.get("page", 1, type=int), PER_PAGE)
        form.as_of.data = check.day
        return _render(form, check=check, page=page, statuses=explain(check.day, page.items))


@bp.post("/compliance/lookup.csv")
@role_needed(Role.HR)
def clearance_csv() -> ResponseReturnValue:
    """Downloads all answers as CSV."""
    form = ClearanceForm()
    if not form.validate():
        return _render(form), 422
    with _checked(form) as check:
        entries = check.listed(only_not_cleared=form.only_not_cleared.data)
        rows = list(entry_rows(entries, explain(check.day, entries)))
    return download_csv(HEAD, rows, f"staff-check-{check.day}.csv")


@bp.post("/compliance/lookup.xlsx")
@role_needed(Role.HR)
def clearance_xlsx() -> ResponseReturnValue:
    """Downloads all answers, with every requirement, as XLSX."""
    form = ClearanceForm()
    if not form.validate():
        return _render(form), 422
    with _checked(form) as check:
        entries = check.listed(only_not_cleared=form.only_not_cleared.data)
        content = as_workbook(check.day, entries, explain(check.day, entries), clock.now())
    return download(content, f"staff-check-{check.day}.xlsx")


@contextmanager
def _checked(form: ClearanceForm) -> Iterator[ClearanceCheck]:
    """Gives the check of a form's list. It only reads, so it releases the write lock that a POST takes."""
    actor = current_actor()
    db.rollback()
    with db.reading():
        yield check_clearance(actor, form.entries, form.as_of.data or clock.today(actor.time_zone))


def _render(form: ClearanceForm, **context: object) -> str:
    return render_template("compliance/clearance.html", form=form, definitions=rules.DEFINITIONS_VERSION, **context)
