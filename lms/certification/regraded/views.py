"""Pages of HR: the certificates whose quiz would not be passed since a question was corrected."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.certification.awards.rules import normalise_serial
from lms.certification.blueprint import bp
from lms.certification.regraded import operations, queries
from lms.kernel.actor import Role
from lms.kernel.errors import NotThere
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor, role_needed
from lms.web.forms import ReasonForm, form_page, redirect_with


@bp.get("/certificates/marked-again")
@role_needed(Role.HR)
def regraded() -> ResponseReturnValue:
    """Lists the certificates of HR's own organisations to decide about."""
    page = queries.list_regraded(current_actor(), request.args.get("page", 1, type=int))
    return render_template("certification/regraded.html", page=page)


@bp.route("/certificates/marked-again/<serial>", methods=["GET", "POST"])
@role_needed(Role.HR)
def confirm_regraded(serial: str) -> ResponseReturnValue:
    """Lets a certificate stand, with a reason."""
    actor, stored = current_actor(), normalise_serial(serial)
    if stored is None:
        raise NotThere
    found, form = queries.load_regraded_for(actor, stored), ReasonForm()
    if form.run_on_submit(lambda: operations.confirm(actor, found, reason=form.reason.data)):
        return redirect_with(_("The certificate stays valid."), "certification.regraded")
    return form_page("certification/confirm_regraded.html", form, found=found)
