"""The administrator's pages: accounts and roles."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts import operations, queries
from lms.accounts.administration.forms import AccountsForm, GrantForm, ReasonForm
from lms.accounts.administration.queries import list_accounts, list_role_grants
from lms.accounts.blueprint import bp
from lms.kernel.actor import Role
from lms.people.api import list_organisations
from lms.web.access import current_actor, role_needed


@bp.get("/admin/users")
@role_needed(Role.ADMIN)
def users() -> ResponseReturnValue:
    """Lists accounts and their roles, searched and filtered."""
    form = AccountsForm(request.args)
    page = list_accounts(
        current_actor(), (form.q.data or "")[:200], form.role.data or "", request.args.get("page", 1, type=int)
    )
    return render_template("accounts/users.html", form=form, page=page)


@bp.get("/admin/users/<int:account_id>")
@role_needed(Role.ADMIN)
def user(account_id: int) -> ResponseReturnValue:
    """Shows one account, its roles, and what can be changed."""
    account = queries.load_account_for(current_actor(), account_id)
    return render_template("accounts/user.html", account=account, grants=list_role_grants(account_id))


@bp.route("/admin/users/<int:account_id>/roles/new", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def grant(account_id: int) -> ResponseReturnValue:
    """Gives somebody a role."""
    account = queries.load_account_for(current_actor(), account_id)
    form = GrantForm()
    form.offer(list_organisations())
    if form.run_on_submit(
        lambda: operations.grant_role(
            current_actor(), account, Role(form.role.data), form.organisation_id(), reason=form.reason.data
        )
    ):
        return to_account(account_id, _("The role has been given."))
    return render_template("accounts/grant.html", form=form, account=account), 422 if form.errors else 200


@bp.route("/admin/users/<int:account_id>/roles/<int:grant_id>/retract", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def remove_role(account_id: int, grant_id: int) -> ResponseReturnValue:
    """Removes a role."""
    account = queries.load_account_for(current_actor(), account_id)
    found = queries.load_grant(account, grant_id)
    form = ReasonForm()
    if form.run_on_submit(
        lambda: operations.remove_role(
            current_actor(), account, Role(found.role), found.organisation_id, reason=form.reason.data
        )
    ):
        return to_account(account_id, _("The role has been removed."))
    page = render_template("accounts/remove_role.html", form=form, account=account, role=found.role)
    return page, 422 if form.errors else 200


@bp.route("/admin/users/<int:account_id>/close", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def close(account_id: int) -> ResponseReturnValue:
    """Closes an account."""
    account = queries.load_account_for(current_actor(), account_id)
    form = ReasonForm()
    if form.run_on_submit(lambda: operations.close_account(current_actor(), account, reason=form.reason.data)):
        return to_account(account_id, _("The account has been closed."))
    return render_template("accounts/close.html", form=form, account=account), 422 if form.errors else 200


@bp.route("/admin/users/<int:account_id>/open", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def reopen(account_id: int) -> ResponseReturnValue:
    """Opens a closed account again."""
    account = queries.load_account_for(current_actor(), account_id)
    form = ReasonForm()
    if form.run_on_submit(lambda: operations.reopen_account(current_actor(), account, reason=form.reason.data)):
        return to_account(account_id, _("The account is open again."))
    return render_template("accounts/reopen.html", form=form, account=account), 422 if form.errors else 200


def to_account(account_id: int, message: str) -> ResponseReturnValue:
    """Leads back to an account with a message."""
    flash(message, "good")
    return redirect(url_for("accounts.user", account_id=account_id), 303)
