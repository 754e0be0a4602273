"""The administrator's pages of sign-in providers, and removing somebody's connection with one."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.blueprint import bp
from lms.accounts.queries import load_account_for
from lms.accounts.sign_in.limits import confirmed
from lms.accounts.single_sign_on import openid, operations, queries, sessions
from lms.accounts.single_sign_on.client_secrets import decrypt, encrypt
from lms.accounts.single_sign_on.forms import NewProviderForm, ProviderForm
from lms.accounts.single_sign_on.views.public import return_address
from lms.kernel.actor import Role
from lms.kernel.before_transaction import computed_first
from lms.kernel.config import current_settings
from lms.people.api import list_organisations
from lms.web.access import current_actor, role_needed
from lms.web.emails import address_of
from lms.web.forms import ReasonForm, form_page, redirect_with


@bp.get("/admin/sign-in")
@role_needed(Role.ADMIN)
def providers() -> ResponseReturnValue:
    """Lists the providers of all organisations, with those of the settings."""
    return render_template(
        "accounts/providers.html", providers=queries.list_providers(), given=current_settings().sign_in_providers
    )


@bp.route("/admin/sign-in/new", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
@confirmed
def add_provider() -> ResponseReturnValue:
    """Adds a provider, and leads to its page, which has what the provider must know."""
    form = NewProviderForm()
    form.offer((each.id, each.name) for each in list_organisations())
    made = form.result_on_submit(
        lambda: operations.add_provider(
            current_actor(),
            taken=[each.slug for each in current_settings().sign_in_providers],
            slug=form.slug.data,
            organisation_id=form.organisation.data,
            client_secret=_encrypted(form),
            **form.values(),
        )
    )
    if made is None:
        return form_page(
            "accounts/add_provider.html",
            form,
            example=return_address("rivers-staff"),
            home=address_of("security.login"),
        )
    sessions.offered().put("all", None)
    return redirect_with(_("The provider has been added. Test it now."), "accounts.provider", provider_id=made.id)


@bp.route("/admin/sign-in/<int:provider_id>", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
@confirmed
def provider(provider_id: int) -> ResponseReturnValue:
    """Shows a provider with the addresses that it must know, and changes it."""
    found = queries.load_provider(provider_id)
    # Domains are typed in one line, and the secret is shown to nobody.
    known = {name: getattr(found, name) for name in COLUMNS} | {"email_domains": " ".join(found.email_domains)}
    form = ProviderForm(data=known)
    secret = {"client_secret": _encrypted(form)} if form.client_secret.data else {}
    if form.run_on_submit(lambda: operations.change_provider(current_actor(), found, **form.values(), **secret)):
        sessions.offered().put("all", None)
        return redirect_with(_("The provider has been changed."), "accounts.provider", provider_id=provider_id)
    return form_page(
        "accounts/provider.html",
        form,
        provider=found,
        is_readable=decrypt(str(current_app.secret_key), found.client_secret) is not None,
        back=return_address(found.slug),
        home=address_of("security.login"),
        sign_out=address_of("accounts.sign_out_from", provider=found.slug),
    )


@bp.post("/admin/sign-in/<int:provider_id>/test")
@role_needed(Role.ADMIN)
def test_provider(provider_id: int) -> ResponseReturnValue:
    """Asks a provider for its addresses and keys, and says in words what is wrong."""
    found = queries.load_provider(provider_id)
    issuer, own = found.issuer, current_settings().sign_in_networks
    problem = computed_first(("test", issuer), lambda: _test(issuer, own))
    if problem:
        flash(problem, "error")
    else:
        flash(_("The provider answers, and its keys can be read. Now sign in through it, in another browser."), "good")
    return redirect(url_for("accounts.provider", provider_id=provider_id), 303)


@bp.route("/admin/sign-in/<int:provider_id>/remove", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def remove_provider(provider_id: int) -> ResponseReturnValue:
    """Removes a provider, after a confirmation."""
    found = queries.load_provider(provider_id)
    if request.method == "POST":
        operations.remove_provider(current_actor(), found)
        sessions.offered().put("all", None)
        return redirect_with(
            _("The provider has been removed. Nobody signs in through it any more."), "accounts.providers"
        )
    return render_template("accounts/remove_provider.html", provider=found)


@bp.route("/admin/users/<int:account_id>/sign-in/<int:link_id>/remove", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def remove_user_link(account_id: int, link_id: int) -> ResponseReturnValue:
    """Removes a connection of anybody, and says before what follows for who has no password."""
    account = load_account_for(current_actor(), account_id)
    found = queries.load_connection(account_id, link_id, sessions.list_offered())
    form = ReasonForm()
    if form.run_on_submit(lambda: operations.unlink(current_actor(), account, found, reason=form.reason.data)):
        return redirect_with(_("The connection has been removed."), "accounts.user", account_id=account_id)
    return form_page("accounts/remove_link.html", form, account=account, connection=found)


COLUMNS = (
    "name", "issuer", "client_id", "match_by", "staff_number_claim", "makes_people", "is_second_step", "is_on",
)  # fmt: skip
"""What the form shows as it is."""


def _test(issuer: str, own: openid.Networks) -> str:
    try:
        openid.check(issuer, own)
    except openid.ProviderError as error:
        return error.detail
    return ""


def _encrypted(form: ProviderForm) -> str:
    return encrypt(str(current_app.secret_key), form.client_secret.data or "")
