"""The e-mails of registration."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale, gettext as _

from lms.accounts.queries import list_role_holders
from lms.accounts.registering import rules
from lms.accounts.registering.models import RegistrationRequest
from lms.kernel import clock, mail
from lms.kernel.actor import Role
from lms.kernel.config import current_settings
from lms.web.emails import address_of, language_for


def queue(
    typed: Mapping[str, Any], organisation: str, kind: str, *, request: RegistrationRequest | None = None
) -> None:
    """Queues the answer to what somebody typed: a link, or that they are known or wait already."""
    link = ""
    if request is not None:
        token = rules.sign(str(current_app.secret_key), request.id, request.recorded_at.timestamp())
        link = address_of("accounts.prove_registration", token=token)
    _queue(typed["email"], typed["language"], kind, name="", organisation=organisation, link=link)


def queue_refusal(request: RegistrationRequest, reason: str) -> None:
    """Queues the e-mail with HR's reason."""
    about = {"name": request.name, "organisation": request.organisation.name}
    _queue(request.email, request.language, "refused", reason=reason, **about)


def queue_for_hr(request: RegistrationRequest) -> None:
    """Queues an e-mail to each of HR of the organisation, at most one on a day."""
    today = clock.today()
    for holder in list_role_holders([Role.HR], [request.organisation_id], today):
        if holder.email:
            key = f"registrations:{request.organisation_id}:{holder.account_id}:{today}"
            about = {"name": holder.name, "organisation": request.organisation.name}
            _queue(holder.email, holder.language, "for_hr", key=key, link=address_of("accounts.registrations"), **about)


def _queue(to: str, language: str, kind: str, *, key: str | None = None, **context: str) -> None:
    offered = language_for(language)
    with force_locale(offered):
        product = current_settings().product_name
        subjects = {
            "for_hr": _("Somebody asks to join on %(product)s", product=product),
            "refused": _("Your registration for %(product)s", product=product),
        }
        subject = subjects.get(kind) or _("Register for %(product)s", product=product)
        body = render_template(
            "accounts/email/registration.txt",
            kind=kind,
            sign_in=address_of("security.login"),
            again=address_of("security.forgot_password"),
            **context,
        )
    mail.queue(to, subject, body, language=offered, key=key)
