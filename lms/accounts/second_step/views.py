"""The pages of the second step: one's own, and removing a colleague's."""

from flask import abort, flash, redirect, render_template, request, session as cookie, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import auth_required
from flask_security.proxies import _security
from flask_security.utils import check_and_get_token_status

from lms.accounts.blueprint import bp
from lms.accounts.codes.queries import load_account_for_code
from lms.accounts.models import Account, has_role
from lms.accounts.queries import load_account_for, load_own_account
from lms.accounts.second_step import operations
from lms.accounts.second_step.forms import WRONG_CODE, AppForm, LostStepForm, verify_app_code
from lms.accounts.second_step.settings import FRESH, required_day
from lms.accounts.sign_in.limits import confirmed
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.qr import svg
from lms.web.access import current_actor, role_needed
from lms.web.forms import form_page, redirect_with

asks_password = auth_required("session", within=lambda: FRESH, grace=lambda: FRESH)
"""Decorates a view that asks for the password again where it was typed long ago."""


@bp.get("/account/second-step")
@role_needed(before_second_step=True)
def second_step() -> ResponseReturnValue:
    """Shows what one's second step is, from when it is required, and what can be changed."""
    account = load_own_account(current_actor())
    return render_template(
        "accounts/second_step.html",
        account=account,
        required=required_day(account.roles_since) if has_role(account) else None,
        today=clock.today(),
        is_waiting=current_user.needs_second_step,
    )


@asks_password
def set_up_app() -> ResponseReturnValue:
    """Shows the secret of a new app as a picture and in letters, until the app shows the right code."""
    account: Account = current_user._get_current_object()
    form = AppForm()
    token = request.form.get("token", "")
    if form.is_submitted():
        expired, invalid, state = check_and_get_token_status(token, "tf_setup", FRESH)
        if expired or invalid or state["account"] != account.id:
            flash(_("This page was open for too long. Scan the new picture."), "warning")
            return redirect(url_for("security.two_factor_setup"))
        secret = state["secret"]
    else:
        secret = _security.totp_factory.generate_totp_secret()
        token = _security.tf_setup_serializer.dumps({"secret": secret, "account": account.id})
    if form.validate_on_submit():
        # A code of an earlier app says nothing of this one.
        account.tf_last_step = None
        if verify_app_code(account, "".join(form.code.data.split()), secret):
            operations.set_up_app(current_actor(), account, secret)
            return redirect_with(_("From now on, signing in takes a code of your app."), "accounts.second_step")
        form.code.errors = [WRONG_CODE]
    link = _security.totp_factory.get_totp_uri(account.calc_username(), secret)
    return form_page(
        "accounts/second_step_app.html",
        form,
        token=token,
        link=link,
        picture=svg(link),
        key=_security.totp_factory.get_totp_pretty_key(secret),
    )


@bp.post("/account/second-step/remove-app")
@role_needed(before_second_step=True)
@asks_password
def remove_app() -> ResponseReturnValue:
    """Removes the app of who is signed in."""
    actor = current_actor()
    operations.remove_app(actor, load_own_account(actor))
    return redirect_with(_("The app has been removed."), "accounts.second_step")


@bp.post("/account/second-step/codes")
@role_needed(before_second_step=True)
@asks_password
def make_recovery_codes() -> ResponseReturnValue:
    """Makes recovery codes and shows them once."""
    actor = current_actor()
    account = load_own_account(actor)
    if not account.has_second_step:
        return redirect_with(_("Set up an app or a passkey first."), "accounts.second_step")
    return render_template("accounts/recovery_codes.html", codes=operations.make_recovery_codes(actor, account))


def choose_step() -> ResponseReturnValue:
    """Leads who has both an app and a passkey to the page that takes either."""
    if "tf_user_id" not in cookie:
        return redirect(url_for("security.login"))
    cookie["tf_state"] = "ready"
    return redirect(url_for("security.two_factor_token_validation", next=request.args.get("next")))


def not_used(**_given: str) -> ResponseReturnValue:
    """Answers for pages of Flask-Security that ours replace."""
    abort(404)


@bp.route("/admin/users/<int:account_id>/second-step", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
@confirmed
def reset_user_second_step(account_id: int) -> ResponseReturnValue:
    """Removes the second step of somebody who has lost it; for an administrator, of anybody."""
    account = load_account_for(current_actor(), account_id)
    return _reset(account, url_for("accounts.user", account_id=account_id))


@bp.route("/people/<int:person_id>/second-step", methods=["GET", "POST"])
@role_needed(Role.HR)
@confirmed
def reset_second_step(person_id: int) -> ResponseReturnValue:
    """Removes the second step of one of HR's own people, of those whose sign-in code HR may print."""
    account = load_account_for_code(current_actor(), person_id)
    return _reset(account, url_for("people.placements", person_id=person_id))


def _reset(account: Account, back: str) -> ResponseReturnValue:
    form = LostStepForm()
    if form.run_on_submit(
        lambda: operations.reset_second_step(current_actor(), account, reason=form.reason.data or "")
    ):
        flash(_("The second step has been removed. The password alone signs in, until a new one is set up."), "good")
        return redirect(back, 303)
    return form_page("accounts/reset_second_step.html", form, account=account, back=back)


# Those of Flask-Security's views that ours replace.
REPLACED_VIEWS = {
    "security.two_factor_setup": set_up_app,
    "security.two_factor_setup_validate": not_used,
    "security.two_factor_rescue": not_used,
    "security.tf_select": choose_step,
}
