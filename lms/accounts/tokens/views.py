"""The pages of access tokens: which there are, making one, revoking one."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.blueprint import bp
from lms.accounts.sign_in.limits import confirmed
from lms.accounts.tokens import operations, queries
from lms.accounts.tokens.forms import TokenForm
from lms.accounts.tokens.rules import SCOPE_LABELS, TokenScope
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.people.api import list_organisations_of
from lms.web.access import current_actor, role_needed
from lms.web.forms import form_page, redirect_with


@bp.get("/account/tokens")
@role_needed(Role.HR, Role.COORDINATOR, Role.ADMIN)
def tokens() -> ResponseReturnValue:
    """Lists one's own access tokens, for HR those of the organisation, for administrators all."""
    page = queries.list_tokens_for(current_actor(), request.args.get("page", 1, type=int))
    return render_template("accounts/tokens.html", page=page, now=clock.now(), labels=SCOPE_LABELS)


@bp.route("/account/tokens/new", methods=["GET", "POST"])
@role_needed(Role.HR, Role.COORDINATOR)
@confirmed
def make_token() -> ResponseReturnValue:
    """Makes a token, and shows it once."""
    actor, form = current_actor(), TokenForm()
    found = [*list_organisations_of(actor, Role.HR), *list_organisations_of(actor, Role.COORDINATOR)]
    form.offer({each.id: each.name for each in found}.items(), actor.scopes)
    made = form.result_on_submit(
        lambda: operations.make_token(
            actor,
            name=form.name.data,
            organisation_id=form.organisation.data,
            scopes=[TokenScope(each) for each in form.scopes.data or ()],
            days=form.days.data,
        )
    )
    if made is None:
        return form_page("accounts/make_token.html", form)
    token, secret = made
    address = url_for("home.index", _external=True)
    return render_template("accounts/made_token.html", token=token, secret=secret, address=address)


@bp.route("/account/tokens/<int:token_id>/revoke", methods=["GET", "POST"])
@role_needed(Role.HR, Role.COORDINATOR, Role.ADMIN)
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Revokes a token, after a confirmation."""
    actor = current_actor()
    token = queries.load_token_for(actor, token_id)
    if request.method == "POST":
        operations.revoke_token(actor, token)
        return redirect_with(_("The token has been revoked. No program can use it any more."), "accounts.tokens")
    return render_template("accounts/revoke_token.html", token=token)
