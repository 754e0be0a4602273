"""HR's pages about one person: adding them, and their placements."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid
from lms.people import operations, queries
from lms.people.forms import AssignmentForm, EndForm, MoveForm, NewPersonForm, NewPlacementForm, WithdrawPlacementForm
from lms.people.models import Placement
from lms.people.views.blueprint import bp
from lms.web.access import current_actor, role_needed
from lms.web.forms import BaseForm, offer
from lms.web.language import language_of_page


@bp.route("/people/new", methods=["GET", "POST"])
@role_needed(Role.HR)
def new() -> ResponseReturnValue:
    """Adds somebody to the organisation, with a first placement and an account."""
    actor = current_actor()
    form = NewPersonForm()
    offer_assignments(form)
    offer(form.organisation, ((each.id, each.name) for each in queries.list_organisations_of(actor, Role.HR)))
    if form.validate_on_submit():
        try:
            person, is_new = operations.add_person(actor, form.organisation.data, form.new_hire())
        except Invalid as error:
            form.add_error(error)
        else:
            message = (
                _("%(name)s has been added.", name=person.name)
                if is_new
                else _("%(name)s is already recorded. Nothing was added twice.", name=person.name)
            )
            flash(message, "good")
            return redirect(url_for("people.placements", person_id=person.id), 303)
    return render_template("people/new.html", form=form), 422 if form.errors else 200


@bp.get("/people/<int:person_id>/placement")
@role_needed(Role.HR)
def placements(person_id: int) -> ResponseReturnValue:
    """Shows a person's past, present and future placements in the organisation, with links to change them."""
    actor = current_actor()
    person = queries.load_person_for(actor, person_id)
    employments = queries.list_employments_for(actor, person_id)
    known = queries.list_placements_of([employment.id for employment in employments])
    names = {sector.slug: sector.name(language_of_page()) for sector in queries.list_sectors()}
    return render_template(
        "people/placements.html",
        person=person,
        employments=employments,
        placements=known,
        sector_names=names,
        today=clock.today(actor.time_zone),
    )


@bp.route("/people/<int:person_id>/placement/new/<int:employment_id>", methods=["GET", "POST"])
@role_needed(Role.HR)
def place(person_id: int, employment_id: int) -> ResponseReturnValue:
    """Records another placement: after a gap, or from a future day."""
    actor = current_actor()
    employment = queries.load_employment_for(actor, person_id, employment_id)
    form = NewPlacementForm()
    offer_assignments(form)
    if form.run_on_submit(
        lambda: operations.record_placement(
            actor, employment, form.details(), form.from_on.data, form.through_on.data, reason=form.reason.data
        )
    ):
        return to_placements(person_id, _("The placement has been recorded."))
    return render_template("people/place.html", form=form, employment=employment), 422 if form.errors else 200


@bp.route("/people/<int:person_id>/placement/<int:placement_id>/move", methods=["GET", "POST"])
@role_needed(Role.HR)
def move(person_id: int, placement_id: int) -> ResponseReturnValue:
    """Moves somebody to another assignment from a day on."""
    actor = current_actor()
    placement = queries.load_placement_for(actor, person_id, placement_id)
    form = MoveForm()
    offer_assignments(form)
    form.begin_with(placement)
    if form.run_on_submit(
        lambda: operations.move_placement(
            actor, placement, placement.employment, form.details(), form.from_on.data, reason=form.reason.data
        )
    ):
        return to_placements(person_id, _("The move has been recorded."))
    return page_about("people/move.html", form, placement)


@bp.route("/people/<int:person_id>/placement/<int:placement_id>/end", methods=["GET", "POST"])
@role_needed(Role.HR)
def end(person_id: int, placement_id: int) -> ResponseReturnValue:
    """Sets the last day of a placement."""
    actor = current_actor()
    placement = queries.load_placement_for(actor, person_id, placement_id)
    form = EndForm(through_on=placement.through_on)
    if form.run_on_submit(
        lambda: operations.end_placement(
            actor, placement, placement.employment, form.through_on.data, reason=form.reason.data
        )
    ):
        return to_placements(person_id, _("The last day has been saved."))
    return page_about("people/end.html", form, placement)


@bp.route("/people/<int:person_id>/placement/<int:placement_id>/correct", methods=["GET", "POST"])
@role_needed(Role.HR)
def withdraw(person_id: int, placement_id: int) -> ResponseReturnValue:
    """Withdraws a placement that should not have been recorded."""
    actor = current_actor()
    placement = queries.load_placement_for(actor, person_id, placement_id)
    form = WithdrawPlacementForm()
    if form.run_on_submit(
        lambda: operations.withdraw_placement(actor, placement, placement.employment, reason=form.reason.data)
    ):
        return to_placements(person_id, _("The placement has been withdrawn. Record the right one, if there is one."))
    return page_about("people/withdraw.html", form, placement)


def to_placements(person_id: int, message: str) -> ResponseReturnValue:
    """Leads back to a person's placements with a message."""
    flash(message, "good")
    return redirect(url_for("people.placements", person_id=person_id), 303)


def page_about(template: str, form: BaseForm, placement: Placement) -> ResponseReturnValue:
    """Renders a page about one placement, with its sector's name."""
    sector = queries.find_sector(placement.sector)
    name = sector.name(language_of_page()) if sector else placement.sector
    page = render_template(template, form=form, placement=placement, sector_name=name)
    return page, 422 if form.errors else 200


def offer_assignments(form: AssignmentForm) -> None:
    """Fills in the stations and sectors to choose from."""
    form.offer(queries.list_stations(), queries.list_sectors(), language_of_page())
