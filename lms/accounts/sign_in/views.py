"""One's own account, a new password by mail, and the language of pages."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import anonymous_user_required, logout_user

from lms.accounts import operations
from lms.accounts.blueprint import bp
from lms.accounts.models import RoleGrant
from lms.accounts.queries import list_grants, list_last_days, load_own_account
from lms.accounts.sign_in.forms import ForgotForm
from lms.accounts.sign_in.operations import request_reset
from lms.kernel import clock
from lms.people.api import correct_person, find_person, find_sector
from lms.web.access import current_actor, public, role_needed, signed_in
from lms.web.forms import is_own_path, redirect_with
from lms.web.language import languages


@bp.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """Shows who is signed in, where they work, and what they can change."""
    actor = current_actor()
    return render_template(
        "accounts/account.html",
        account=load_own_account(actor),
        sector=find_sector(actor.sector) if actor.sector else None,
        grants=list_grants(RoleGrant.account_id == actor.account_id),
        last_days=list_last_days(clock.today(), RoleGrant.account_id == actor.account_id),
    )


@anonymous_user_required
def forgot_password() -> ResponseReturnValue:
    """Takes an e-mail to send a link for a new password to, and says the same whether it is anybody's or not."""
    form = ForgotForm()
    if form.validate_on_submit():
        request_reset(form.email.data or "")
        flash(_("If an account uses this e-mail, we have sent a link to it. It can take some minutes."), "info")
    return render_template("accounts/forgot.html", form=form)


@bp.post("/account/sign-out-everywhere")
@role_needed(before_second_step=True)
def sign_out_everywhere() -> ResponseReturnValue:
    """Ends every session of the account, on this device and all others."""
    operations.sign_out_everywhere(load_own_account(current_actor()))
    logout_user()
    return redirect_with(_("You have been signed out on all devices."), "security.login")


@bp.post("/language")
@public
def language() -> ResponseReturnValue:
    """Remembers the language of pages on this device, and for the e-mails of who is signed in."""
    path = request.form.get("next", "")
    response = redirect(path if is_own_path(path) else url_for("home.index"), 303)
    chosen = request.form.get("language", "")
    actor = current_actor()
    person = find_person(actor.person_id) if actor.person_id is not None else None
    if person is not None and chosen in languages() and person.language != chosen:
        reason = _("Chosen by the person on a page.")
        correct_person(actor, person, {"language": chosen}, organisation_id=None, reason=reason)
    if chosen.isalpha() and len(chosen) <= 3:
        response.set_cookie("language", chosen, max_age=365 * 86400, samesite="Lax", httponly=True)
    return response
