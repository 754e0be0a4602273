"""Saves and removes views; requests files that take long."""

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError

from lms.audit.api import record
from lms.compliance.errors import TooManyExports
from lms.compliance.report.export import queries
from lms.compliance.report.export.models import ExportJob, SavedView
from lms.kernel import clock, outbox
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _

MOST_VIEWS = 40
MOST_OPEN = 5
JOB = "compliance.make"
"""The kind of outbox row that creates the file."""


def save_view(actor: Actor, name: str, page: str, choices: Mapping[str, str]) -> SavedView:
    """Saves filters under a name. Raises Invalid."""
    mine = queries.list_views(actor)
    if any(each.name.casefold() == name.casefold() for each in mine):
        message = _("You already have a view with this name. Choose another name, or remove that view first.")
        raise Invalid(message, field="name")
    if len(mine) >= MOST_VIEWS:
        raise Invalid(_("You have 40 saved views, the maximum. Remove one you no longer use."), field="name")
    view = SavedView(
        account_id=actor.account_id or 0, name=name, page=page, choices=dict(choices), recorded_at=clock.now()
    )
    session.add(view)
    try:
        session.flush()
    except IntegrityError as twice:
        raise Invalid(_("You already have a view with this name. Choose another name."), field="name") from twice
    record(actor, "compliance.save_view", "saved_view", view.id)
    return view


def remove_view(actor: Actor, view: SavedView) -> None:
    """Forgets a saved view."""
    record(actor, "compliance.remove_view", "saved_view", view.id)
    session.delete(view)
    session.flush()


def request_file(actor: Actor, kind: str, form: str, choices: Mapping[str, str], language: str) -> ExportJob:
    """Has a file or a long report made after the commit. Raises TooManyExports."""
    if queries.count_open_jobs(actor) >= MOST_OPEN:
        raise TooManyExports(_("Five of your files are being created. Wait until one is ready."))
    job = ExportJob(
        account_id=actor.account_id or 0,
        kind=kind,
        format=form,
        choices=dict(choices),
        language=language,
        recorded_at=clock.now(),
    )
    session.add(job)
    session.flush()
    record(actor, "compliance.ask_for_file", "export_job", job.id, kind=kind, format=form)
    outbox.put(JOB, f"{JOB}:{job.id}", {"job": job.id})
    return job
