"""The e-mails about an account. Only an invitation has a link that signs somebody in, once, with a new password."""

from datetime import datetime

from flask import render_template
from flask_babel import force_locale, gettext as _

from lms.accounts.models import Account
from lms.kernel import clock, mail
from lms.kernel.config import current_settings
from lms.people.api import list_employers
from lms.web.emails import address_of, language_for
from lms.web.formatting import NO_BREAK, moment


def queue_new_password(account: Account) -> None:
    """Queues an e-mail that says that an account has a new password, if it has an e-mail."""
    _queue(account, "new_password")


def queue_printed_code(account: Account, organisation: str = "") -> None:
    """Queues an e-mail that says that HR of an organisation printed a code, or an administrator where none is given."""
    _queue(account, "printed_code", organisation=organisation)


def queue_second_step(account: Account, what: str) -> None:
    """Queues an e-mail that says what has changed about the second step of signing in, or that a code was used."""
    _queue(account, "second_step", what=what)


def queue_connected(account: Account, provider: str) -> None:
    """Queues an e-mail that says that a provider, by the name of its button, now signs an account's holder in."""
    _queue(account, "connected", provider=provider)


def queue_disconnected(account: Account, provider: str) -> None:
    """Queues an e-mail that says that a provider does not sign an account's holder in any more."""
    _queue(account, "disconnected", provider=provider)


def queue_new_device(account: Account, at: datetime, zone: str) -> None:
    """Queues an e-mail that says when somebody signed in on a new device, unless there was one on that day in UTC."""
    _queue(account, "new_device", key=f"new_device:{account.id}:{at.date()}", at=at, zone=zone)


def queue_support_view(account: Account, who: str, reason: str, minutes: int) -> None:
    """Queues an e-mail that says who sees an account holder's pages as they do, for how long at most, and why."""
    _queue(account, "support_view", who=who, reason=reason, minutes=str(minutes), stored=address_of("home.stored"))


def write_reset(account: Account, token: str, *, several: bool = False) -> tuple[str, str, str, str]:
    """Writes the e-mail with a link to choose a new password: address, subject, body, language.

    Where ``several`` accounts sign in with the e-mail, it says which organisation's each is.
    The address in it is the one the administrator set, never the one a request claims to have come to.
    """
    language = language_for(account.person.language)
    with force_locale(language):
        subject = _("Choose a new password for %(product)s", product=current_settings().product_name)
        body = render_template(
            "accounts/email/reset.txt",
            name=account.person.name,
            link=address_of("security.reset_password", token=token),
            organisations=[each.name for each in list_employers(account.person_id)] if several else [],
        )
        return account.address or "", subject, body, language


def write_invitation(account: Account, token: str, until: datetime) -> tuple[str, str, str, str]:
    """Writes the e-mail with which somebody joins: address, subject, body, language."""
    language = language_for(account.person.language)
    with force_locale(language):
        product = current_settings().product_name
        body = render_template(
            "accounts/email/invitation.txt",
            name=account.person.name,
            link=address_of("accounts.join", token=token),
            until=moment(until).replace(NO_BREAK, " "),
            sign_in=address_of("security.login"),
            again=address_of("security.forgot_password"),
        )
        return account.address or "", _("Your account for %(product)s", product=product), body, language


def _queue(
    account: Account,
    kind: str,
    *,
    key: str | None = None,
    at: datetime | None = None,
    zone: str = "UTC",
    **context: str,
) -> None:
    if not account.address:
        return
    product = current_settings().product_name
    language = language_for(account.person.language)
    with force_locale(language):
        subjects = {
            "new_password": _("Your password for %(product)s has changed", product=product),
            "printed_code": _("A sign-in code for %(product)s was printed for you", product=product),
            "new_device": _("A new device signed in to %(product)s", product=product),
            "support_view": _("An administrator sees your pages in %(product)s", product=product),
            "second_step": _("How you sign in to %(product)s", product=product),
            "connected": _("How you sign in to %(product)s", product=product),
            "disconnected": _("How you sign in to %(product)s", product=product),
        }
        body = render_template(
            f"accounts/email/{kind}.txt",
            name=account.person.name,
            at=moment(at or clock.now(), zone=zone).replace(NO_BREAK, " "),
            reset=address_of("security.forgot_password"),
            change=address_of("security.change_password"),
            **context,
        )
        mail.queue(account.address, subjects[kind], body, language=language, key=key)
