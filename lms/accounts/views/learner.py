"""One's own account."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import logout_user

from lms.accounts import list_queries, operations
from lms.accounts.queries import load_own_account
from lms.accounts.views.blueprint import bp
from lms.people.api import find_sector
from lms.web.access import current_actor, signed_in


@bp.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """Shows who is signed in, where they work, and what they can change."""
    actor = current_actor()
    return render_template(
        "accounts/account.html",
        account=load_own_account(actor),
        sector=find_sector(actor.sector) if actor.sector else None,
        grants=list_queries.list_role_places(actor.account_id or 0),
    )


@bp.post("/account/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """Ends every session of the account, on this device and all others."""
    operations.sign_out_everywhere(load_own_account(current_actor()))
    logout_user()
    flash(_("You are signed out on every phone and computer."), "good")
    return redirect(url_for("security.login"), 303)
