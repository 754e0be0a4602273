"""The pages that correct who somebody is."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kernel.actor import Role
from lms.people import policy, queries
from lms.people.details import operations
from lms.people.details.forms import FIELD_LABELS, DetailsForm, StaffNumberForm
from lms.people.details.queries import list_corrections, load_person_to_correct
from lms.people.employers.queries import list_employers_ever
from lms.people.views.audited_reads import audited_read
from lms.people.views.blueprint import bp
from lms.web.access import current_actor, role_needed
from lms.web.forms import form_page, redirect_with
from lms.web.recorders import recorders_of
from lms.web.setup import has_endpoint


@bp.route("/people/<int:person_id>/correct", methods=["GET", "POST"])
@role_needed(Role.HR, Role.ADMIN)
@audited_read
def correct_person(person_id: int) -> ResponseReturnValue:
    """Corrects name, e-mail and language, and shows what was recorded before."""
    actor = current_actor()
    person = load_person_to_correct(actor, person_id)
    own = min((each for each in list_employers_ever([person_id]) if policy.may_act_for(actor, each)), default=None)
    form = DetailsForm(obj=person)
    form.offer(person.language)
    values = {name: form[name].data for name in operations.DETAILS}
    corrected = form.result_on_submit(
        lambda: operations.correct_person(actor, person, values, organisation_id=own, reason=form.reason.data)
    )
    if corrected is not None:
        flash(
            _("The correction has been saved. The next certificate shows %(name)s.", name=person.name_on_certificates),
            "good",
        )
        named_anew = any(each.field in ("name", "printed_name") for each in corrected)
        if own and named_anew and has_endpoint("certification.rename"):
            return redirect(url_for("certification.rename", person_id=person_id), 303)
        back = "people.placements" if own else "people.correct_person"
        return redirect(url_for(back, person_id=person_id), 303)
    corrections = list_corrections(actor, person_id)
    return form_page(
        "people/correct_person.html",
        form,
        person=person,
        is_staff=own is not None,
        corrections=corrections,
        recorders=recorders_of(corrections),
        fields=FIELD_LABELS,
        may_erase=actor.has(Role.ADMIN),
    )


@bp.route("/people/<int:person_id>/correct/number/<int:employment_id>", methods=["GET", "POST"])
@role_needed(Role.HR)
def correct_number(person_id: int, employment_id: int) -> ResponseReturnValue:
    """Corrects a staff number."""
    actor = current_actor()
    employment = queries.load_employment_for(actor, person_id, employment_id)
    form = StaffNumberForm(obj=employment)
    if form.run_on_submit(
        lambda: operations.correct_staff_number(actor, employment, form.staff_number.data, reason=form.reason.data)
    ):
        return redirect_with(_("The staff number has been corrected."), "people.placements", person_id=person_id)
    return form_page("people/correct_number.html", form, employment=employment)
