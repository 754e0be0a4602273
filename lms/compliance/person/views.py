"""One person's record: statuses on any day and everything over time; and merging two records of one person."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from lms.compliance.blueprint import bp
from lms.compliance.person.history import load_person_page
from lms.compliance.person.merge import load_compared_records_for
from lms.compliance.report.filters import AsOfForm
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid, NotThere
from lms.people import api as people
from lms.web.access import current_actor, role_needed
from lms.web.forms import BaseForm, ReasonForm, choices_of, form_page, offer, reason_field, text_field
from lms.web.language import language_of_page
from lms.web.recorders import recorders_of


class OtherRecordForm(BaseForm):
    """The staff number of the other record."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    staff_number = text_field(_l("Staff number of the other record"), 40, required=_l("Write the other staff number."))


class MergeForm(BaseForm):
    """Which of two records survives, and why they are the same person's."""

    surviving = RadioField(
        _l("Which record should be kept?"),
        coerce=int,
        description=_l("Both are shown under its name and address. Nothing of the other one is lost or changed."),
        validators=[InputRequired(_l("Choose the record to keep."))],
    )
    reason = reason_field()


@bp.get("/people/<int:person_id>")
@role_needed(Role.HR)
def person(person_id: int) -> ResponseReturnValue:
    """Shows a person of one of the actor's organisations; a merged record redirects to the surviving one."""
    actor = current_actor()
    today = clock.today(actor.time_zone)
    form = AsOfForm(request.args, as_of=today)
    is_valid = form.validate()
    day = form.as_of.data if is_valid else None
    page = load_person_page(actor, person_id, day, today, language_of_page())
    if page.person.id != person_id:
        as_of = request.args.get("as_of")
        return redirect(url_for("compliance.person", person_id=page.person.id, as_of=as_of))
    form.as_of.data = day
    return form_page(
        "compliance/person.html",
        form,
        page=page,
        today=today,
        may_correct=people.may_correct(actor, page.person.id),
        overlaps=people.list_overlapping_placements(actor, page.persons),
        recorders=recorders_of(page.facts()),
    )


@bp.route("/people/<int:person_id>/merge", methods=["GET", "POST"])
@role_needed(Role.HR)
def merge_with(person_id: int) -> ResponseReturnValue:
    """Suggests other records with the same name or e-mail address, and finds one by its staff number."""
    actor = current_actor()
    person, persons = people.load_surviving_person_for(actor, person_id)
    form = OtherRecordForm()
    offer(form.organisation, ((each.id, each.name) for each in people.list_organisations_of(actor, Role.HR)))
    if form.validate_on_submit():
        other = people.find_person_id_by_number(actor, form.organisation.data, form.staff_number.data)
        if other is None:
            form.add_error(Invalid(_("None of your staff has this staff number."), field="staff_number"))
        elif other in persons:
            form.add_error(Invalid(_("This staff number belongs to the same record."), field="staff_number"))
        else:
            return redirect(url_for("compliance.merge", person_id=person.id, other_id=other), 303)
    duplicates = people.list_possible_duplicates(actor, person, persons)
    return form_page("compliance/merge_with.html", form, person=person, duplicates=duplicates)


@bp.route("/people/<int:person_id>/merge/<int:other_id>", methods=["GET", "POST"])
@role_needed(Role.HR)
def merge(person_id: int, other_id: int) -> ResponseReturnValue:
    """Shows two records side by side, and merges them."""
    actor = current_actor()
    today = clock.today(actor.time_zone)
    records = load_compared_records_for(actor, person_id, other_id, today, language_of_page())
    form = MergeForm()
    form.surviving.choices = choices_of(
        (each.person.id, f"{each.person.name} ({each.staff_numbers})") for each in records
    )
    surviving = form.surviving.data
    if form.run_on_submit(
        lambda: people.merge_people(
            actor,
            surviving_id=surviving,
            merged_id=next(each.person.id for each in records if each.person.id != surviving),
            reason=form.reason.data,
        )
    ):
        flash(_("The records are merged."), "good")
        if people.list_overlapping_placements(actor, [each.person.id for each in records]):
            flash(_("Two placements overlap. End or withdraw one of them below."), "soon")
        return redirect(url_for("compliance.person", person_id=surviving), 303)
    return form_page("compliance/merge.html", form, records=records)


@bp.route("/people/<int:person_id>/merges/<int:merge_id>/undo", methods=["GET", "POST"])
@role_needed(Role.HR)
def undo_merge(person_id: int, merge_id: int) -> ResponseReturnValue:
    """Undoes a merge: two people again, each with the facts recorded under their own number."""
    actor = current_actor()
    person, _persons = people.load_surviving_person_for(actor, person_id)
    merge = people.load_merge_for(actor, merge_id)
    if merge.surviving_id != person.id:
        raise NotThere
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            people.undo_merge(actor, merge, reason=form.reason.data)
        except people.MergeAlreadyUndone as refusal:
            flash(refusal.message, "soon")
        else:
            flash(_("The merge is undone."), "good")
        return redirect(url_for("compliance.person", person_id=person.id), 303)
    return form_page("compliance/undo_merge.html", form, person=person, merge=merge, recorders=recorders_of([merge]))
