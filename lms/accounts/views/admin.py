"""The administrator's pages: accounts and roles."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts import list_queries, operations, queries
from lms.accounts.forms import AccountsForm, GrantForm, ReasonForm
from lms.accounts.models import Account
from lms.accounts.views.blueprint import bp
from lms.accounts.views.hr import slips
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid
from lms.people.api import list_organisations
from lms.web.access import current_actor, role_needed


@bp.get("/admin/users")
@role_needed(Role.ADMIN)
def users() -> ResponseReturnValue:
    """Lists accounts and their roles, searched and filtered."""
    form = AccountsForm(request.args)
    page = list_queries.list_accounts(
        current_actor(),
        (form.q.data or "")[:200],
        form.role.data or "",
        request.args.get("page", 1, type=int),
    )
    return render_template("accounts/users.html", form=form, page=page)


@bp.get("/admin/users/<int:account_id>")
@role_needed(Role.ADMIN)
def user(account_id: int) -> ResponseReturnValue:
    """Shows one account, its roles, and what can be changed."""
    account = queries.load_account_for(current_actor(), account_id)
    return render_template(
        "accounts/user.html", account=account, grants=list_queries.list_role_places(account_id)
    )


@bp.route("/admin/users/<int:account_id>/roles/new", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def grant(account_id: int) -> ResponseReturnValue:
    """Gives somebody a role."""
    account = queries.load_account_for(current_actor(), account_id)
    form = GrantForm()
    form.offer(list_organisations())
    if form.validate_on_submit():
        try:
            operations.grant_role(
                current_actor(), account, Role(form.role.data), form.where(), reason=form.reason.data
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("The role is given."), "good")
            return redirect(url_for("accounts.user", account_id=account_id), 303)
    return render_template("accounts/grant.html", form=form, account=account), 422 if form.errors else 200


@bp.route("/admin/users/<int:account_id>/roles/<int:grant_id>/retract", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def retract(account_id: int, grant_id: int) -> ResponseReturnValue:
    """Takes a role back."""
    account = queries.load_account_for(current_actor(), account_id)
    held = queries.load_grant(account, grant_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            operations.retract_role(
                current_actor(), account, Role(held.role), held.organisation_id, reason=form.reason.data
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("The role is taken back."), "good")
            return redirect(url_for("accounts.user", account_id=account_id), 303)
    page = render_template("accounts/retract.html", form=form, account=account, role=held.role)
    return page, 422 if form.errors else 200


@bp.route("/admin/users/<int:account_id>/close", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def close(account_id: int) -> ResponseReturnValue:
    """Closes an account."""
    account = queries.load_account_for(current_actor(), account_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            operations.close_account(current_actor(), account, reason=form.reason.data)
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("The account is closed."), "good")
            return redirect(url_for("accounts.user", account_id=account_id), 303)
    return render_template("accounts/close.html", form=form, account=account), 422 if form.errors else 200


@bp.route("/admin/users/<int:account_id>/open", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def reopen(account_id: int) -> ResponseReturnValue:
    """Opens a closed account again."""
    account = queries.load_account_for(current_actor(), account_id)
    form = ReasonForm()
    if form.validate_on_submit():
        operations.reopen_account(current_actor(), account, reason=form.reason.data)
        flash(_("The account is open again."), "good")
        return redirect(url_for("accounts.user", account_id=account_id), 303)
    return render_template("accounts/reopen.html", form=form, account=account), 422 if form.errors else 200


@bp.post("/admin/users/<int:account_id>/code")
@role_needed(Role.ADMIN)
def print_user_code(account_id: int) -> ResponseReturnValue:
    """Makes a code for somebody who holds a role, for whom HR may not, and shows it once."""
    account: Account = queries.load_account_holding_roles_for(current_actor(), account_id)
    codes = operations.print_codes(current_actor(), [account])
    return slips(
        [account], [""], [account.email or ""], codes, url_for("accounts.user", account_id=account_id)
    )
