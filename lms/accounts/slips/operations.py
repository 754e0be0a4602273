"""Asks for sign-in slips."""

from collections.abc import Sequence

from lms.accounts.models import SignInSlips
from lms.accounts.slips import queries
from lms.audit.api import record
from lms.kernel import clock, outbox
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _

JOB = "accounts.make_slips"
"""The kind of outbox row that makes the files."""

MOST_UNFINISHED = 2


def request_slips(actor: Actor, account_ids: Sequence[int]) -> SignInSlips:
    """Has slips of people made after the commit, in this order. Raises ``Refusal`` while others are being made."""
    if queries.count_unfinished(actor) >= MOST_UNFINISHED:
        raise Refusal(_("Two of your sign-in slips are being made. Wait until one is ready."))
    slips = SignInSlips(
        account_id=actor.account_id or 0,
        people=list(account_ids),
        people_count=len(account_ids),
        files=[],
        recorded_at=clock.now(),
    )
    session.add(slips)
    session.flush()
    record(actor, "accounts.request_slips", "sign_in_slips", slips.id, people=len(account_ids))
    outbox.put(JOB, f"{JOB}:{slips.id}", {"slips": slips.id})
    return slips
