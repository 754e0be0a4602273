"""The way to a provider and back, and signing out both ways. The provider is asked outside of any transaction.

Coming back is a page with a form, which a script sends: what comes back is a GET, and GET never writes.
"""

from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import g, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import login_user, views as security_views
from flask_security.proxies import _security

from lms.accounts.blueprint import bp
from lms.accounts.models import Account, SignInLink
from lms.accounts.queries import load_own_account
from lms.accounts.sign_in.queries import load_actor
from lms.accounts.single_sign_on import openid, operations, queries, sessions
from lms.accounts.single_sign_on.openid import ProviderError
from lms.accounts.single_sign_on.operations import NotSignedIn
from lms.accounts.single_sign_on.rules import PROBLEM_LABELS, Provider, ProviderIdentity, SignInProblem
from lms.kernel import clock
from lms.kernel.before_transaction import computed_first
from lms.kernel.config import current_settings
from lms.kernel.errors import NotThere
from lms.web.access import current_actor, public
from lms.web.emails import address_of
from lms.web.forms import is_own_path, redirect_with
from lms.web.headers import not_stored
from lms.web.limits import OFFICE, limiter

log = structlog.get_logger(__name__)

LONGEST_TOKEN = 10_000
"""How many characters the token of a sign-out has at most."""

REFUSALS = {
    "access_denied": SignInProblem.DENIED,
    "login_required": SignInProblem.DENIED,
    "consent_required": SignInProblem.DENIED,
    "interaction_required": SignInProblem.DENIED,
    "server_error": SignInProblem.UNREACHABLE,
    "temporarily_unavailable": SignInProblem.UNREACHABLE,
}
"""What a provider answers in place of a code; anything else is a mistake in how it is set up."""


def return_address(slug: str) -> str:
    """Returns where a provider leads back to, which it must know: of our own address, whatever a request says."""
    return address_of("accounts.come_back", provider=slug)


def begin(provider: Provider, *, next_page: str = "", account_id: int | None = None) -> str:
    """Begins a sign-in, and returns the provider's address for it. Raises ``ProviderError``."""
    values = openid.make_secrets()
    address = openid.address_to_sign_in(
        provider, current_settings().sign_in_networks, back=return_address(provider.slug), values=values
    )
    sessions.remember_begun(provider.slug, values, next_page=next_page, account_id=account_id)
    return address


def page_to(address: str, heading: str, text: str) -> ResponseReturnValue:
    """Shows a page that leads to a provider at once: after a form, browsers refuse to be led to another site."""
    page = make_response(
        render_template("accounts/provider_leave.html", destination=address, heading=heading, text=text)
    )
    page.headers["Refresh"] = f"0; url={address}"
    return page


@bp.get("/login/with/<provider>")
@public
def sign_in_through(provider: str) -> ResponseReturnValue:
    """Leads to the sign-in page of a provider."""
    found = sessions.load_provider(provider)
    next_page = request.args.get("next", "")
    next_page = next_page if is_own_path(next_page) and len(next_page) < 500 else ""
    if not current_actor().is_anonymous:
        return redirect(next_page or url_for("home.my"))
    try:
        return redirect(begin(found, next_page=next_page))
    except ProviderError as error:
        return to_problem(found, error.problem)


@bp.get("/login/with/<provider>/callback")
@public
@not_stored
def come_back(provider: str) -> ResponseReturnValue:
    """Takes what a provider sends back, and has the browser send it as a form."""
    found = sessions.load_provider(provider)
    state, code = request.args.get("state", ""), request.args.get("code", "")
    if sessions.find_begun(provider, state) is None:
        return to_problem(found, SignInProblem.LOST)
    if request.args.get("iss", found.issuer) != found.issuer:
        return to_problem(found, SignInProblem.NOT_TRUSTED)
    if not code:
        sessions.drop_begun(state)
        return to_problem(found, REFUSALS.get(request.args.get("error", ""), SignInProblem.NOT_SET_UP))
    return render_template("accounts/provider_back.html", provider=found, state=state, code=code)


@bp.post("/login/with/<provider>/callback")
@public
@limiter.limit(OFFICE)
def finish(provider: str) -> ResponseReturnValue:
    """Signs in whom the provider says, or connects the account of who is signed in."""
    found = sessions.load_provider(provider)
    state, code = request.form.get("state", ""), request.form.get("code", "")
    begun = sessions.find_begun(provider, state)
    if begun is None:
        return to_problem(found, SignInProblem.LOST)
    answer = computed_first(("identity", provider, state, code), lambda: _ask(found, begun, code))
    sessions.drop_begun(state)
    if isinstance(answer, SignInProblem):
        return to_problem(found, answer)
    identity, sign_out_address = answer
    try:
        if begun["account"] is not None:
            return _connect(found, begun["account"], identity)
        if not current_actor().is_anonymous:
            return redirect(url_for("home.my"), 303)
        account, link = operations.find_holder(found, identity)
    except NotSignedIn as refusal:
        operations.record_refusal(found, refusal.problem, refusal.account_id)
        return to_problem(found, refusal.problem)
    return _sign_in(account, link, identity, sign_out_address, begun["next"])


def _ask(provider: Provider, begun: dict[str, Any], code: str) -> tuple[ProviderIdentity, str | None] | SignInProblem:
    """Returns who has come back, and the address that signs them out there."""
    own = current_settings().sign_in_networks
    try:
        identity = openid.fetch_identity(
            provider, own, back=return_address(provider.slug), code=code, nonce=begun["nonce"],
            verifier=begun["verifier"], now=clock.now(),
        )  # fmt: skip
        back = address_of("security.login")
        return identity, openid.address_to_sign_out(provider, own, back=back, id_token=identity.id_token)
    except ProviderError as error:
        return error.problem


def _connect(provider: Provider, account_id: int, identity: ProviderIdentity) -> ResponseReturnValue:
    """Connects the account of who began; somebody else may have signed in on this device meanwhile."""
    actor = current_actor()
    if actor.account_id != account_id:
        return to_problem(provider, SignInProblem.LOST)
    operations.link_own(actor, provider, load_own_account(actor), identity)
    return redirect_with(
        _("Your account is connected with %(provider)s.", provider=provider.name), "accounts.own_providers"
    )


def _sign_in(
    account: Account, link: SignInLink, identity: ProviderIdentity, sign_out_address: str | None, next_page: str
) -> ResponseReturnValue:
    """Begins the session, as after a password: with the second step, unless the provider asked for one."""
    account.actor = load_actor(account, clock.today())  # type: ignore[misc]
    origin = {"link_id": link.id, "provider_session": identity.session, "second_step": identity.is_strong}
    if account.has_second_step and not identity.is_strong:
        # Without the address, which is too long for a cookie: signing out then does so here alone.
        sessions.store_origin(account, origin)
        step = _security.two_factor_plugins.tf_enter(account, False, "provider", next_loc=next_page or None)
        if step is not None:
            return step
    g.origin = origin | {"sign_out_address": sign_out_address}
    login_user(account, remember=False, authn_via=["provider"])
    return redirect(next_page or url_for("home.my"), 303)


@bp.get("/login/with/<provider>/problem/<problem>")
@public
def provider_problem(provider: str, problem: str) -> ResponseReturnValue:
    """Says why nobody was signed in, and what to do."""
    found = sessions.load_provider(provider)
    if problem not in list(SignInProblem):
        raise NotThere
    heading, text = PROBLEM_LABELS[SignInProblem(problem)]
    values = {"provider": found.name}
    return render_template(
        "accounts/provider_problem.html", provider=found, heading=heading % values, text=text % values
    )


def to_problem(provider: Provider, problem: SignInProblem) -> ResponseReturnValue:
    """Leads to the page that says what is wrong: loading it again sends nothing twice."""
    log.info("not signed in", provider=provider.slug, problem=str(problem))
    return redirect(url_for("accounts.provider_problem", provider=provider.slug, problem=str(problem)), 303)


@bp.post("/login/with/<provider>/logout")
@public
@limiter.limit(OFFICE)
def sign_out_from(provider: str) -> ResponseReturnValue:
    """Ends sessions where a provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0)."""
    found, token = sessions.load_provider(provider), request.form.get("logout_token", "")[:LONGEST_TOKEN]
    whom = computed_first(("sign out", provider, token), lambda: _read_sign_out(found, token))
    no_store = {"Cache-Control": "no-store"}
    if whom is None:
        return {"error": "invalid_request"}, 400, no_store
    operations.sign_out_from(found, *whom)
    return "", 200, no_store


def _read_sign_out(provider: Provider, token: str) -> tuple[str | None, str | None] | None:
    try:
        return openid.read_sign_out(provider, current_settings().sign_in_networks, token, clock.now())
    except ProviderError as error:
        log.warning("sign-out refused", provider=provider.slug, problem=str(error.problem))
        return None


@bp.record_once
def _exempt(state: BlueprintSetupState) -> None:
    """Lets a provider send what no form of ours did: its signature says who sent it."""
    state.app.extensions["csrf"].exempt(sign_out_from)


def sign_out() -> ResponseReturnValue:
    """Signs out here and, who came from a provider, there too: phones are shared."""
    token = g.get("session_token", "") if not current_actor().is_anonymous else ""
    found = queries.find_session(token) if token and sessions.list_offered() else None
    address = found.sign_out_address if found is not None else None
    response = security_views.logout()
    if address is None or not current_actor().is_anonymous:
        return response
    host = urlsplit(address).hostname
    return page_to(
        address,
        _("You are signed out here"),
        _("Now you are being signed out of %(host)s too, so that nobody after you can go on as you.", host=host),
    )


REPLACED_VIEWS = {"security.logout": sign_out}
"""That of Flask-Security which ours replaces."""
