"""The look-up: which of these people may deploy. Posted, since a list of people belongs into no address."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.compliance.blueprint import bp
from lms.compliance.clearance.answer import ClearancePage, check_clearance, explain, show
from lms.compliance.clearance.files import HEAD, as_workbook, entry_rows
from lms.compliance.clearance.forms import ClearanceForm
from lms.compliance.status import api as rules
from lms.kernel import clock, db
from lms.kernel.actor import Actor, Role
from lms.kernel.tabular import as_csv
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download


@bp.get("/compliance/lookup")
@role_needed(Role.HR)
def lookup() -> ResponseReturnValue:
    """Shows the empty form."""
    return _page(ClearanceForm(), None)


@bp.post("/compliance/lookup")
@role_needed(Role.HR)
def looked_up() -> ResponseReturnValue:
    """Answers a pasted list, a hundred entries a page; what was pasted stays on the page."""
    form = ClearanceForm()
    if not form.validate():
        return _page(form, None), 422
    with _only_reading() as actor:
        answered = check_clearance(actor, form.entries, form.as_of.data or clock.today(actor.time_zone))
        page = show(answered, form.only_may_not.data, request.form.get("page", 1, type=int))
        form.as_of.data = answered.day
        return _page(form, page)


@bp.post("/compliance/lookup.csv")
@role_needed(Role.HR)
def lookup_csv() -> ResponseReturnValue:
    """Gives the whole answer as CSV."""
    return _file("csv")


@bp.post("/compliance/lookup.xlsx")
@role_needed(Role.HR)
def lookup_xlsx() -> ResponseReturnValue:
    """Gives the whole answer as XLSX."""
    return _file("xlsx")


def _page(form: ClearanceForm, page: ClearancePage | None) -> str:
    return render_template(
        "compliance/lookup.html", form=form, page=page, definitions=rules.DEFINITIONS_VERSION
    )


def _file(kind: str) -> ResponseReturnValue:
    form = ClearanceForm()
    if not form.validate():
        return _page(form, None), 422
    with _only_reading() as actor:
        answered = check_clearance(actor, form.entries, form.as_of.data or clock.today(actor.time_zone))
        entries = answered.those(form.only_may_not.data)
        rows = explain(answered, entries)
        if kind == "csv":
            content: str | bytes = as_csv(HEAD, entry_rows(entries, rows))
        else:
            asked_at = clock.now().isoformat(timespec="seconds")
            content = as_workbook(answered, entries, rows, asked_at)
    return download(content, f"look-up-{answered.day}.{kind}")


@contextmanager
def _only_reading() -> Iterator[Actor]:
    """Lets go of the place of the one writer: a look-up is posted for what it says, and writes nothing."""
    actor = current_actor()
    db.rollback()
    with db.reading():
        yield actor
