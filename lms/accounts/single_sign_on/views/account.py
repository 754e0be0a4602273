"""One's own connections: through which providers one signs in."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.blueprint import bp
from lms.accounts.queries import load_own_account
from lms.accounts.second_step.views import asks_password
from lms.accounts.single_sign_on import operations, queries, sessions
from lms.accounts.single_sign_on.openid import ProviderError
from lms.accounts.single_sign_on.views.public import begin, page_to
from lms.kernel.errors import Invalid
from lms.web.access import current_actor, signed_in
from lms.web.forms import redirect_with


@bp.get("/account/sign-in")
@signed_in
def own_providers() -> ResponseReturnValue:
    """Shows through which providers one signs in, and those that one may connect."""
    account = load_own_account(current_actor())
    links = queries.list_links(account.id)
    return render_template(
        "accounts/own_providers.html",
        account=account,
        connections=queries.describe(links, sessions.list_offered()),
        possible=[
            each
            for each in sessions.list_offered()
            if queries.may_be_signed_in_by(each.organisation_id, account)
            and not any(operations.is_of(each, link) and link.subject is not None for link in links)
        ],
    )


@bp.post("/account/sign-in/<provider>")
@signed_in
@asks_password
def connect_own(provider: str) -> ResponseReturnValue:
    """Leads to a provider, with whose person the account is then connected."""
    found, actor = sessions.load_provider(provider), current_actor()
    try:
        address = begin(found, account_id=actor.account_id)
    except ProviderError:
        return redirect_with(
            _("%(provider)s does not answer. Try again later.", provider=found.name), "accounts.own_providers"
        )
    return page_to(
        address,
        _("Connect your account"),
        _("Now you are led to %(provider)s. Sign in there as yourself.", provider=found.name),
    )


@bp.post("/account/sign-in/<int:link_id>/remove")
@signed_in
def remove_own_link(link_id: int) -> ResponseReturnValue:
    """Removes one of one's own connections."""
    actor = current_actor()
    account = load_own_account(actor)
    try:
        operations.unlink_own(actor, account, queries.load_connection(account.id, link_id, sessions.list_offered()))
    except Invalid as refusal:
        flash(refusal.message, "warning")
        return redirect(url_for("accounts.own_providers"), 303)
    return redirect_with(_("The connection has been removed."), "accounts.own_providers")
