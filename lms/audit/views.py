"""The administrator's page of the audit trail."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from lms.audit import hooks, queries
from lms.audit.exports import csv_lines
from lms.audit.forms import TrailForm, parse_number
from lms.audit.labels import sentence, subject_with_number
from lms.audit.queries import PAGE, LinkedEntry
from lms.audit.rules import ChainLink, TrailEntry
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download

bp = Blueprint("audit", "lms.audit", template_folder="templates")
_LINKED = Markup('<a href="{}"><bdi>{}</bdi></a>')


@bp.get("/admin/audit")
@role_needed(Role.ADMIN)
def trail() -> ResponseReturnValue:
    """Shows who did what to whom, newest first."""
    form = _form()
    if not form.validate():
        return render_template("audit/trail.html", form=form, chain=_chain_status(), rows=[], older=None), 422
    after = parse_number(request.args.get("before", ""))
    found = queries.list_entries(current_actor(), form.filters(), after, PAGE + 1)
    shown = found[:PAGE]
    older = shown[-1][0].number if len(found) > PAGE else None
    return render_template(
        "audit/trail.html", form=form, chain=_chain_status(), rows=_rows(shown), older=older, later=after is not None
    )


@bp.get("/admin/audit.csv")
@role_needed(Role.ADMIN)
def trail_csv() -> ResponseReturnValue:
    """Streams the same entries, all pages of them, as CSV."""
    form = _form()
    if not form.validate():
        return render_template("audit/trail.html", form=form, chain=_chain_status(), rows=[], older=None), 422
    lines = csv_lines(queries.iterate_entries(current_actor(), form.filters()))
    return download(stream_with_context(lines), f"audit-{clock.today()}.csv")


def _form() -> TrailForm:
    form = TrailForm(request.args)
    form.offer(_organisations())
    return form


def _chain_status() -> dict[str, Any]:
    """Returns how far the trail is linked, the last check, and the id of the last entry that it read."""
    check = queries.find_last_check()
    return {
        "linked": queries.find_head().number,
        "waiting": queries.count_unlinked(queries.find_settled_entry(clock.now())),
        "check": check,
        "checked_entry": queries.find_linked_entry(check.links) if check else None,
    }


def _rows(entries: Sequence[LinkedEntry]) -> list[tuple[TrailEntry, ChainLink | None, Markup, str]]:
    """Returns each entry with its link, its sentence and the name of its organisation."""
    accounts = {entry.account for entry, _link in entries}
    accounts |= {entry.subject_number for entry, _link in entries if entry.subject == "account"}
    ids = [number for number in accounts if number]
    names = {number: name for find in hooks.account_names for number, name in find(ids).items()}
    organisations = dict(_organisations())
    return [
        (entry, link, _sentence(entry, names), organisations.get(entry.organisation or 0, ""))
        for entry, link in entries
    ]


def _organisations() -> list[tuple[int, str]]:
    return [choice for find in hooks.organisation_choices for choice in find()]


def _sentence(entry: TrailEntry, names: dict[int, str]) -> Markup:
    who = Markup("<b>{}</b>").format(_("The system"))
    if entry.account is not None:
        name = names.get(entry.account, _("Account %(number)s", number=entry.account))
        who = _LINKED.format(url_for("audit.trail", who=entry.account), name)
    done_to: Markup | str = subject_with_number(entry.subject, entry.subject_number)
    if entry.subject == "account" and entry.subject_number in names:
        done_to = _("the account of %(name)s", name=names[entry.subject_number])
    if entry.subject_number is not None:
        address = url_for("audit.trail", subject=entry.subject, number=entry.subject_number)
        done_to = _LINKED.format(address, done_to)
    return sentence(entry.action, who, done_to)
