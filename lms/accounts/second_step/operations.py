"""Setting up, using and removing what the second step of signing in needs. The holder gets an e-mail of each change."""

from flask_security.proxies import _datastore, _security

from lms.accounts.emails import queue_second_step
from lms.accounts.models import Account
from lms.accounts.operations import sign_out_everywhere
from lms.audit.api import record
from lms.kernel.actor import Actor
from lms.kernel.db import lock_rows, session
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _


def set_up_app(actor: Actor, account: Account, secret: str) -> None:
    """Stores the secret of an app, encrypted as it is given, in place of an earlier one."""
    _datastore.tf_set(account, "authenticator", secret)
    _note(actor, account, "accounts.set_up_app", "app")


def remove_app(actor: Actor, account: Account) -> None:
    """Removes the app; sending it twice has no effect."""
    if account.tf_primary_method:
        _datastore.tf_reset(account)
        _remove_unneeded_codes(account, remains=bool(account.webauthn))
        _note(actor, account, "accounts.remove_app", "app_removed")


def note_passkey(actor: Actor, account: Account) -> None:
    """Notes that a passkey was added."""
    _note(actor, account, "accounts.add_passkey", "passkey")


def note_removed_passkey(actor: Actor, account: Account) -> None:
    """Notes that a passkey is being removed."""
    _remove_unneeded_codes(account, remains=bool(account.tf_primary_method) or len(account.webauthn) > 1)
    _note(actor, account, "accounts.remove_passkey", "passkey_removed")


def make_recovery_codes(actor: Actor, account: Account) -> list[str]:
    """Makes new recovery codes in place of all earlier ones, and returns them, to be shown once."""
    codes: list[str] = _security.mf_recovery_codes_util.create_recovery_codes(account)
    _note(actor, account, "accounts.make_recovery_codes", "codes")
    return codes


def use_recovery_code(account: Account, code: str) -> bool:
    """Uses up a recovery code; returns whether it was one."""
    lock_rows(Account, account.id)
    session.refresh(account, ["mf_recovery_codes"])
    if not _security.mf_recovery_codes_util.check_recovery_code(account, code):
        return False
    _security.mf_recovery_codes_util.delete_recovery_code(account, code)
    _note(Actor(account_id=account.id), account, "accounts.use_recovery_code", "code_used")
    return True


def reset_second_step(actor: Actor, account: Account, *, reason: str) -> None:
    """Removes app, passkeys and recovery codes of somebody who has lost them, and ends their sessions.

    Raises ``Invalid`` where there are none.
    """
    if not account.has_second_step:
        raise Invalid(_("No second step is set up for this person."))
    _datastore.tf_reset(account)
    for passkey in list(account.webauthn):
        _datastore.delete_webauthn(passkey)
    _remove_unneeded_codes(account, remains=False)
    sign_out_everywhere(account)
    queue_second_step(account, "reset")
    record(actor, "accounts.reset_second_step", "account", account.id, reason=reason)


def _remove_unneeded_codes(account: Account, *, remains: bool) -> None:
    if not remains:
        account.mf_recovery_codes = None


def _note(actor: Actor, account: Account, action: str, what: str) -> None:
    queue_second_step(account, what)
    record(actor, action, "account", account.id)
