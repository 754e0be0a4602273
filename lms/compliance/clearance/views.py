"""The check of a list of staff: posted, since a list of people does not belong in an address."""

from collections.abc import Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, Field, TextAreaField, ValidationError

from lms.audit.downloads import audited_download
from lms.compliance.blueprint import bp
from lms.compliance.clearance.answer import ClearanceCheck, check_clearance, explain
from lms.compliance.clearance.files import HEAD, as_workbook, entry_rows
from lms.compliance.clearance.parse import MAX_ENTRIES, decode, split_table, split_text
from lms.compliance.report.filters import DayField
from lms.compliance.status.definitions import DEFINITIONS_VERSION
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.pagination import paginate_list
from lms.kernel.tabular import as_csv
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download
from lms.web.forms import BaseForm

PER_PAGE = 100


class ClearanceForm(BaseForm):
    """A list of staff numbers, e-mail addresses and serials, and the day asked about."""

    text = TextAreaField(
        _l("Staff numbers, e-mail addresses or certificate serials"),
        description=_l(
            "Any mixture, up to 10,000: one on each line, or separated by commas, semicolons or tabs. "
            "Only people who work for you: never anything about a child."
        ),
        render_kw={"rows": 8, "autocomplete": "off", "spellcheck": "false", "dir": "auto"},
    )
    file = FileField(
        _l("Or a CSV file"),
        description=_l(
            "The column headed staff number, e-mail or serial is read; without such a heading, the first one. "
            "The file is not stored."
        ),
        render_kw={"accept": ".csv,.txt,text/csv,text/plain"},
    )
    as_of = DayField(_l("On this day"))
    only_not_cleared = BooleanField(_l("Show only people without the answer “May deploy”"))

    entries: Sequence[str] = ()

    def validate_text(self, field: Field) -> None:
        """Reads the entries of the text and the file; those of a file are shown in the text, so none are lost."""
        self.entries = split_text(field.data or "")
        if self.file.data and (content := self.file.data.read()):
            self.entries += split_table(decode(content))
            field.data = "\n".join(self.entries)
        if not self.entries:
            raise ValidationError(_l("Paste at least one staff number, e-mail address or serial, or choose a file."))
        if len(self.entries) > MAX_ENTRIES:
            raise ValidationError(
                _l(
                    "This list has %(count)s entries; at most %(most)s are checked at a time. "
                    "Remove some and check those separately.",
                    count=f"{len(self.entries):,}",
                    most=f"{MAX_ENTRIES:,}",
                )
            )


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
    check = _check(form)
    entries = check.listed(only_not_cleared=form.only_not_cleared.data)
    page = paginate_list(entries, request.form.get("page", 1, type=int), PER_PAGE)
    form.as_of.data = check.day
    return _render(form, check=check, page=page, statuses=explain(check.day, page.items))


@bp.post("/compliance/lookup.csv", endpoint="clearance_csv", defaults={"file_format": "csv"})
@bp.post("/compliance/lookup.xlsx", endpoint="clearance_xlsx", defaults={"file_format": "xlsx"})
@role_needed(Role.HR)
@audited_download
def clearance_file(file_format: str) -> ResponseReturnValue:
    """Downloads all answers as CSV, or with every requirement as XLSX."""
    form = ClearanceForm()
    if not form.validate():
        return _render(form), 422
    check = _check(form)
    entries = check.listed(only_not_cleared=form.only_not_cleared.data)
    statuses = explain(check.day, entries)
    if file_format == "csv":
        content: str | bytes = as_csv(HEAD, entry_rows(entries, statuses))
    else:
        content = as_workbook(check.day, entries, statuses, clock.now())
    return download(content, f"staff-check-{check.day}.{file_format}")


def _check(form: ClearanceForm) -> ClearanceCheck:
    """Checks a form's list."""
    actor = current_actor()
    return check_clearance(actor, form.entries, form.as_of.data or clock.today(actor.time_zone))


def _render(form: ClearanceForm, **context: object) -> str:
    return render_template("compliance/clearance.html", form=form, definitions=DEFINITIONS_VERSION, **context)
