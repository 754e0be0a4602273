"""The administrator's page of the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from lms.audit import hooks, queries
from lms.audit.exports import csv_lines
from lms.audit.forms import TrailForm, parse_number
from lms.audit.labels import sentence, subject_with_number
from lms.audit.models import AuditCheck
from lms.audit.queries import PAGE, LinkedEntry
from lms.audit.rules import ChainLink, TrailEntry
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download

bp = Blueprint("audit", "lms.audit", template_folder="templates")


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One row of the page."""

    entry: TrailEntry
    link: ChainLink | None
    sentence: Markup
    organisation: str


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """How far the trail is linked, and the last check; `checked_entry` is the id of the last entry it read."""

    linked: int
    waiting: int
    check: AuditCheck | None
    checked_entry: int | None


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


def _chain_status() -> ChainStatus:
    check = queries.find_last_check()
    return ChainStatus(
        linked=queries.find_head().number,
        waiting=queries.count_unlinked(queries.find_settled_entry(clock.now())),
        check=check,
        checked_entry=queries.find_linked_entry(check.links) if check else None,
    )


def _rows(entries: Sequence[LinkedEntry]) -> list[TrailRow]:
    accounts = {entry.account for entry, _link in entries}
    accounts |= {entry.subject_number for entry, _link in entries if entry.subject == "account"}
    ids = [number for number in accounts if number]
    names = {number: name for find in hooks.account_names for number, name in find(ids).items()}
    organisations = dict(_organisations())
    return [
        TrailRow(
            entry,
            link,
            sentence(entry.action, _who(entry.account, names), _done_to(entry, names)),
            organisations.get(entry.organisation or 0, ""),
        )
        for entry, link in entries
    ]


def _organisations() -> list[tuple[int, str]]:
    return [choice for find in hooks.organisation_choices for choice in find()]


def _who(account: int | None, names: dict[int, str]) -> Markup:
    if account is None:
        return Markup("<b>{}</b>").format(_("The system"))
    name = names.get(account, _("Account %(number)s", number=account))
    return Markup('<a href="{}"><bdi>{}</bdi></a>').format(url_for("audit.trail", who=account), name)


def _done_to(entry: TrailEntry, names: dict[int, str]) -> Markup:
    label = subject_with_number(entry.subject, entry.subject_number)
    if entry.subject == "account" and entry.subject_number in names:
        label = _("the account of %(name)s", name=names[entry.subject_number])
    if entry.subject_number is None:
        return Markup("{}").format(label)
    address = url_for("audit.trail", subject=entry.subject, number=entry.subject_number)
    return Markup('<a href="{}"><bdi>{}</bdi></a>').format(address, label)
