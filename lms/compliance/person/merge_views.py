"""Saying that two records are one person's: finding the other, comparing the two, merging, undoing."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.compliance.blueprint import bp
from lms.compliance.errors import NoSuchRecord
from lms.compliance.person.merge import load_two_for
from lms.compliance.person.merge_forms import MergeForm, OtherRecordForm, UndoMergeForm
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid, NotThere
from lms.people import api as people
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page


@bp.route("/people/<int:person_id>/merge", methods=["GET", "POST"])
@role_needed(Role.HR)
def merge_with(person_id: int) -> ResponseReturnValue:
    """Finds the other record: suggested by name and e-mail, or by its staff number."""
    actor = current_actor()
    person, members = people.load_surviving_person_for(actor, person_id)
    form = OtherRecordForm()
    form.choose_organisation(people.list_organisations_of(actor, Role.HR))
    if form.validate_on_submit():
        number = form.staff_number.data
        other = people.find_person_id_by_number(actor, form.organisation.data, number)
        if other is None:
            form.add_error(NoSuchRecord(_("None of your staff has this staff number.")))
        elif other in members:
            form.add_error(NoSuchRecord(_("This staff number belongs to the same record.")))
        else:
            return redirect(url_for("compliance.merge", person_id=person.id, other_id=other), 303)
    return render_template(
        "compliance/merge_with.html",
        form=form,
        person=person,
        likely=people.list_possible_duplicates(actor, person, members),
    ), 422 if form.errors else 200


@bp.route("/people/<int:person_id>/merge/<int:other_id>", methods=["GET", "POST"])
@role_needed(Role.HR)
def merge(person_id: int, other_id: int) -> ResponseReturnValue:
    """Shows two records side by side, and merges them."""
    actor = current_actor()
    sides = load_two_for(actor, person_id, other_id, clock.today(actor.time_zone), language_of_page())
    form = MergeForm()
    form.offer((side.person.id, f"{side.person.name} ({side.numbers})") for side in sides)
    if form.validate_on_submit():
        kept = form.keep.data
        merged = next(side.person.id for side in sides if side.person.id != kept)
        try:
            people.merge_people(actor, surviving_id=kept, merged_id=merged, reason=form.reason.data)
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("The records are merged."), "good")
            return redirect(url_for("compliance.person", person_id=kept), 303)
    return render_template("compliance/merge.html", form=form, sides=sides), 422 if form.errors else 200


@bp.route("/people/<int:person_id>/merges/<int:merge_id>/undo", methods=["GET", "POST"])
@role_needed(Role.HR)
def undo_merge(person_id: int, merge_id: int) -> ResponseReturnValue:
    """Takes a merge back: two people again, each with the facts recorded under their own number."""
    actor = current_actor()
    person, _members = people.load_surviving_person_for(actor, person_id)
    made = people.load_merge_for(actor, merge_id)
    if made.surviving_id != person.id:
        raise NotThere
    form = UndoMergeForm()
    if form.validate_on_submit():
        try:
            people.undo_merge(actor, made, reason=form.reason.data)
        except people.MergeAlreadyUndone as refusal:
            flash(refusal.message, "soon")
        else:
            flash(_("The merge is undone."), "good")
        return redirect(url_for("compliance.person", person_id=person.id), 303)
    return render_template(
        "compliance/undo_merge.html", form=form, person=person, made=made
    ), 422 if form.errors else 200
