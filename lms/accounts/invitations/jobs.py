"""Sends invitations: what each says, and whether it may be sent, is decided when it goes out."""

from typing import Any

from flask import current_app

from lms.accounts.emails import write_invitation
from lms.accounts.invitations import operations, queries, rules
from lms.accounts.queries import find_account
from lms.accounts.sign_in.queries import load_actor
from lms.kernel import clock, mail, outbox
from lms.kernel.batches import batched
from lms.kernel.db import let_others_write, reading, unit_of_work

BATCH = 200
"""How many invitations are queued in one transaction."""


@outbox.handler(operations.JOB)
def invite_many(payload: dict[str, Any]) -> None:
    """Queues the invitations that somebody asked for; running it twice has no effect."""
    for batch in batched(payload["accounts"], BATCH):
        with unit_of_work():
            by = find_account(payload["by"])
            if by is None or not by.active:
                raise outbox.NoLongerTrue
            operations.invite(load_actor(by, clock.today()), batch, payload["key"])
        let_others_write()


@outbox.handler("invitation", quick=True)
def send_invitation(payload: dict[str, int]) -> None:
    """Sends one invitation. Raises ``NoLongerTrue`` where it may not be sent any more, and ``MailServerMissing``."""
    mail.require_server()
    with reading():
        account, by = find_account(payload["account"]), find_account(payload["by"])
        if account is None or by is None or not by.active:
            raise outbox.NoLongerTrue
        actor, now = load_actor(by, clock.today()), clock.now()
        if not queries.may_still_be_invited(actor, account):
            raise outbox.NoLongerTrue
        state = rules.state_of(account.fs_uniquifier, account.password, account.address)
        token = rules.sign(str(current_app.secret_key), rules.Invitation(account.id, state, now))
        letter = write_invitation(account, token, now + rules.VALID_FOR)
    mail.send(*letter)
