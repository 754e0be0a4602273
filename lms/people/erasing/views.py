"""The page that erases who somebody was."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kernel.actor import Role
from lms.people.erasing import operations
from lms.people.erasing.forms import EraseForm
from lms.people.erasing.queries import load_person_to_erase
from lms.people.views.audited_reads import audited_read
from lms.people.views.blueprint import bp
from lms.web.access import current_actor, role_needed
from lms.web.forms import form_page, redirect_with


@bp.route("/people/<int:person_id>/erase", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
@audited_read
def erase_person(person_id: int) -> ResponseReturnValue:
    """Says what is erased and what stays, and erases it."""
    person = load_person_to_erase(person_id)
    form = EraseForm()
    if form.run_on_submit(lambda: operations.erase_person(current_actor(), person.id, reason=form.reason.data)):
        return redirect_with(_("The person's data is erased."), "people.erase_person", person_id=person_id)
    return form_page("people/erase.html", form, person=person)
