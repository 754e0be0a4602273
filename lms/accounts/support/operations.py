"""Beginning and ending to see the pages of somebody else."""

from datetime import timedelta

from lms.accounts.emails import queue_support_view
from lms.accounts.models import Account, SupportView
from lms.accounts.policy import why_not_seen
from lms.accounts.support import queries
from lms.audit.api import record
from lms.kernel import clock, records
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import Invalid

MINUTES = 30
"""After how long it ends by itself, whatever becomes of the server or the browser."""


def start_view(actor: Actor, account: Account, *, reason: str) -> SupportView:
    """Begins that an administrator sees the pages of an account's holder, who gets an e-mail, and audits it.

    Raises ``Invalid`` for accounts whose pages nobody sees.
    """
    if refusal := why_not_seen(actor, account):
        raise Invalid(refusal)
    view = SupportView(account_id=account.id, reason=reason, until_at=clock.now() + timedelta(minutes=MINUTES))
    records.add(actor, view)
    record(actor, "accounts.start_view", "account", account.id, reason=reason, view=view.id)
    queue_support_view(account, actor.name, reason, MINUTES)
    return view


def end_view(actor: Actor, view_id: int) -> int | None:
    """Ends it and returns the account it was about; one that has ended stays as it is."""
    view = queries.find_view(view_id)
    if view is None:
        return None
    if view.ended_at is None:
        _end(actor, view)
    return view.account_id


def end_views_over() -> None:
    """Ends what nobody stopped in time: it has shown nothing since then."""
    with unit_of_work():
        for view in queries.list_views_over(clock.now()):
            _end(SYSTEM, view)


def _end(actor: Actor, view: SupportView) -> None:
    view.ended_at = min(clock.now(), view.until_at)
    session.flush()
    record(actor, "accounts.end_view", "account", view.account_id, view=view.id)
