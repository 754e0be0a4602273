"""The administrator's pages: accounts and roles."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts import operations, queries
from lms.accounts.administration.forms import AccountsForm, GrantForm
from lms.accounts.administration.queries import count_sharing, list_accounts
from lms.accounts.blueprint import bp
from lms.accounts.codes.queries import why_no_code
from lms.accounts.models import Account, RoleGrant
from lms.accounts.policy import why_not_seen
from lms.accounts.sign_in.forms import ConfirmedForm
from lms.accounts.sign_in.limits import confirmed
from lms.accounts.single_sign_on.queries import describe, list_links
from lms.accounts.single_sign_on.sessions import list_offered
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.people.api import list_organisations
from lms.web.access import current_actor, role_needed
from lms.web.forms import ReasonForm, choices_of, form_page, redirect_with


@bp.get("/admin/users")
@role_needed(Role.ADMIN)
def users() -> ResponseReturnValue:
    """Lists accounts and their roles, searched and filtered."""
    form = AccountsForm(request.args)
    actor, number = current_actor(), request.args.get("page", 1, type=int)
    page = list_accounts(actor, (form.q.data or "")[:200], form.role.data or "", number, shared=bool(form.shared.data))
    return render_template("accounts/users.html", form=form, page=page, sharing=count_sharing(actor))


@bp.get("/admin/users/<int:account_id>")
@role_needed(Role.ADMIN)
def user(account_id: int) -> ResponseReturnValue:
    """Shows one account, its roles, and what can be changed."""
    return user_page(queries.load_account_for(current_actor(), account_id), ConfirmedForm(formdata=None))


def user_page(account: Account, form: ConfirmedForm) -> ResponseReturnValue:
    """Renders the page of an account, with the form by which a sign-in code is printed."""
    return form_page(
        "accounts/user.html",
        form,
        account=account,
        grants=queries.list_grants(RoleGrant.account_id == account.id),
        last_days=queries.list_last_days(clock.today(), RoleGrant.account_id == account.id),
        why_not_seen=why_not_seen(current_actor(), account),
        why_no_code=why_no_code(current_actor(), account),
        connections=describe(list_links(account.id), list_offered()),
        same_email=[each for each in queries.list_accounts_by_email(account.address or "") if each.id != account.id],
    )


@bp.route("/admin/users/<int:account_id>/roles/new", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
@confirmed
def grant(account_id: int) -> ResponseReturnValue:
    """Gives somebody a role."""
    actor = current_actor()
    account = queries.load_account_for(actor, account_id)
    form = GrantForm()
    organisations = [(each.id, each.name) for each in list_organisations()]
    form.organisation.choices = choices_of([("", _("All organisations")), *organisations])
    if form.run_on_submit(
        lambda: operations.grant_role(
            actor, account, Role(form.role.data), form.organisation.data, reason=form.reason.data
        )
    ):
        return redirect_with(_("The role has been given."), "accounts.user", account_id=account_id)
    return form_page("accounts/grant.html", form, account=account)


@bp.route("/admin/users/<int:account_id>/roles/<int:grant_id>/retract", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def remove_role(account_id: int, grant_id: int) -> ResponseReturnValue:
    """Removes a role."""
    actor = current_actor()
    account = queries.load_account_for(actor, account_id)
    found = queries.load_grant(account, grant_id)
    form = ReasonForm()
    if form.run_on_submit(
        lambda: operations.remove_role(actor, account, Role(found.role), found.organisation_id, reason=form.reason.data)
    ):
        return redirect_with(_("The role has been removed."), "accounts.user", account_id=account_id)
    return form_page("accounts/remove_role.html", form, account=account, role=found.role)


@bp.route("/admin/users/<int:account_id>/close", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def close(account_id: int) -> ResponseReturnValue:
    """Closes an account."""
    account = queries.load_account_for(current_actor(), account_id)
    form = ReasonForm()
    if form.run_on_submit(lambda: operations.close_account(current_actor(), account, reason=form.reason.data)):
        return redirect_with(_("The account has been closed."), "accounts.user", account_id=account_id)
    return form_page("accounts/close.html", form, account=account)


@bp.route("/admin/users/<int:account_id>/open", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def reopen(account_id: int) -> ResponseReturnValue:
    """Opens a closed account again."""
    account = queries.load_account_for(current_actor(), account_id)
    form = ReasonForm()
    if form.run_on_submit(lambda: operations.reopen_account(current_actor(), account, reason=form.reason.data)):
        return redirect_with(_("The account is open again."), "accounts.user", account_id=account_id)
    return form_page("accounts/reopen.html", form, account=account)
