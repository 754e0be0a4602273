"""HR asks for the sign-in slips of many people, and downloads their files."""

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.blueprint import bp
from lms.accounts.codes.forms import NewPeopleForm
from lms.accounts.codes.queries import list_people_without_password
from lms.accounts.slips import operations, queries
from lms.accounts.slips.jobs import path_of, remove_files
from lms.audit.downloads import audited_download
from lms.kernel.actor import Role
from lms.kernel.errors import NotThere
from lms.web.access import current_actor, role_needed
from lms.web.downloads import CONTENT_TYPES
from lms.web.forms import redirect_with


@bp.post("/people/codes/slips")
@role_needed(Role.HR)
def request_slips() -> ResponseReturnValue:
    """Has slips made of everybody who fits the filters; ``all=yes`` includes those with an e-mail."""
    actor, form = current_actor(), NewPeopleForm(request.form)
    with_email = None if request.form.get("all") == "yes" else False
    people = list_people_without_password(actor, with_email=with_email, **form.filters())
    if not people:
        return redirect_with(_("Nobody who matches these filters needs a code."), "accounts.codes", **form.chosen())
    slips = operations.request_slips(actor, [each.account_id for each in people])
    return redirect_with(_("Your sign-in slips are being made."), "accounts.slips", slips_id=slips.id)


@bp.get("/people/codes/slips/<int:slips_id>")
@role_needed(Role.HR)
def slips(slips_id: int) -> ResponseReturnValue:
    """Shows how far slips are made, and their files."""
    found = queries.load_own_slips(current_actor(), slips_id)
    page = render_template("accounts/slips.html", slips=found, done=sum(each["people"] for each in found.files))
    reload = {"Refresh": f"10; url={url_for('accounts.slips', slips_id=slips_id)}"}
    return page, reload if found.finished_at is None else {}


@bp.get("/people/codes/slips/<int:slips_id>/<int:part>.pdf")
@role_needed(Role.HR)
@audited_download
def slips_file(slips_id: int, part: int) -> ResponseReturnValue:
    """Sends one file of slips to whom asked for it."""
    found = queries.load_own_slips(current_actor(), slips_id)
    if found.removed_at is not None or not 0 < part <= len(found.files):
        raise NotThere
    path = path_of(found.files[part - 1]["name"])
    if not path.is_file():
        raise NotThere
    name = f"sign-in-slips-{slips_id}-{part}.pdf"
    return send_file(path, CONTENT_TYPES[".pdf"], as_attachment=True, download_name=name)


@bp.post("/people/codes/slips/<int:slips_id>/delete")
@role_needed(Role.HR)
def remove_slips(slips_id: int) -> ResponseReturnValue:
    """Removes the files at once, once they are printed."""
    remove_files(queries.load_own_slips(current_actor(), slips_id))
    return redirect_with(_("The files have been deleted. Printed codes work until they expire."), "accounts.codes")
