"""The pages by which an administrator begins and stops to see the pages of somebody else."""

from flask import redirect, session as cookie, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts import queries
from lms.accounts.blueprint import bp
from lms.accounts.policy import why_not_seen
from lms.accounts.sign_in.limits import confirmed
from lms.accounts.support import operations
from lms.accounts.support.forms import SupportViewForm
from lms.accounts.support.seen import SEEN
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid
from lms.web.access import current_actor, role_needed
from lms.web.forms import form_page, redirect_with
from lms.web.headers import clear_site_data


@bp.route("/admin/users/<int:account_id>/view", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
@confirmed
def start_view(account_id: int) -> ResponseReturnValue:
    """Begins to see the pages of an account's holder as they see them."""
    actor = current_actor()
    account = queries.load_account_for(actor, account_id)
    form = SupportViewForm()
    view = form.result_on_submit(lambda: operations.start_view(actor, account, reason=form.reason.data))
    if view is not None:
        cookie[SEEN] = view.id
        return redirect(url_for("home.my"), 303)
    if not form.is_submitted() and (refusal := why_not_seen(actor, account)):
        raise Invalid(refusal)
    return form_page("accounts/start_view.html", form, account=account, minutes=operations.MINUTES)


@bp.post("/admin/view/stop")
@role_needed(Role.ADMIN)
def stop_view() -> ResponseReturnValue:
    """Stops it; the browser forgets what it stored of those pages."""
    account_id = operations.end_view(current_actor(), cookie.pop(SEEN, 0))
    if account_id is None:
        return redirect(url_for("accounts.users"), 303)
    clear_site_data()
    return redirect_with(_("These are your own pages again."), "accounts.user", account_id=account_id)
