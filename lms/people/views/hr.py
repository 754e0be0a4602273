"""HR's pages: the directory of the own organisation, adding people, and their placements."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid
from lms.people import operations, queries
from lms.people.directory.queries import list_directory
from lms.people.forms import (
    DirectoryForm,
    EndForm,
    MoveForm,
    NewPersonForm,
    NewPlacementForm,
    WithdrawForm,
    WorkForm,
)
from lms.people.models import Placement
from lms.people.views.blueprint import bp
from lms.web.access import current_actor, role_needed
from lms.web.forms import BaseForm
from lms.web.language import language_of_page


@bp.get("/people")
@role_needed(Role.HR)
def index() -> ResponseReturnValue:
    """Lists the people of the organisation, searched and filtered."""
    actor = current_actor()
    form = DirectoryForm(request.args)
    sectors = queries.list_sectors()
    form.offer(queries.list_stations(), sectors, language_of_page())
    today = clock.today(actor.time_zone)
    page = list_directory(actor, form.wanted(), today, request.args.get("page", 1, type=int))
    names = {sector.slug: sector.name(language_of_page()) for sector in sectors}
    return render_template("people/index.html", form=form, page=page, sector_names=names)


@bp.route("/people/new", methods=["GET", "POST"])
@role_needed(Role.HR)
def new() -> ResponseReturnValue:
    """Adds somebody to the organisation, with a first placement and an account."""
    actor = current_actor()
    form = NewPersonForm()
    offer_work(form)
    form.choose_organisation(queries.list_organisations_of(actor, Role.HR))
    if form.validate_on_submit():
        try:
            person, is_new = operations.add_person(actor, form.organisation.data, form.newcomer())
        except Invalid as error:
            form.add_error(error)
        else:
            words = (
                _("%(name)s is added.")
                if is_new
                else _("%(name)s was here already: nothing was added twice.")
            )
            flash(words % {"name": person.name}, "good")
            return redirect(url_for("people.placements", person_id=person.id), 303)
    return render_template("people/new.html", form=form), 422 if form.errors else 200


@bp.get("/people/<int:person_id>/placement")
@role_needed(Role.HR)
def placements(person_id: int) -> ResponseReturnValue:
    """Shows where a person works, worked and will work in the organisation, and what can be changed."""
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
    """Places somebody again: after a gap, or from a day to come."""
    actor = current_actor()
    employment = queries.load_employment_for(actor, person_id, employment_id)
    form = NewPlacementForm()
    offer_work(form)
    if form.validate_on_submit():
        try:
            operations.place(
                actor,
                employment,
                form.work(),
                form.from_on.data,
                form.through_on.data,
                reason=form.reason.data,
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("The placement is recorded."), "good")
            return redirect(url_for("people.placements", person_id=person_id), 303)
    return render_template("people/place.html", form=form, employment=employment), 422 if form.errors else 200


@bp.route("/people/<int:person_id>/placement/<int:placement_id>/move", methods=["GET", "POST"])
@role_needed(Role.HR)
def move(person_id: int, placement_id: int) -> ResponseReturnValue:
    """Moves somebody to other work from a day on."""
    actor = current_actor()
    placement = queries.load_placement_for(actor, person_id, placement_id)
    form = MoveForm()
    offer_work(form)
    form.begin_with(placement)
    if form.validate_on_submit():
        try:
            operations.move(
                actor,
                placement,
                placement.employment,
                form.work(),
                form.from_on.data,
                reason=form.reason.data,
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("The move is recorded."), "good")
            return redirect(url_for("people.placements", person_id=person_id), 303)
    return page_about("people/move.html", form, placement), 422 if form.errors else 200


@bp.route("/people/<int:person_id>/placement/<int:placement_id>/end", methods=["GET", "POST"])
@role_needed(Role.HR)
def end(person_id: int, placement_id: int) -> ResponseReturnValue:
    """Sets the last day of a placement."""
    actor = current_actor()
    placement = queries.load_placement_for(actor, person_id, placement_id)
    form = EndForm(through_on=placement.through_on)
    if form.validate_on_submit():
        try:
            operations.end_placement(
                actor, placement, placement.employment, form.through_on.data, reason=form.reason.data
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("The last day is saved."), "good")
            return redirect(url_for("people.placements", person_id=person_id), 303)
    return page_about("people/end.html", form, placement), 422 if form.errors else 200


@bp.route("/people/<int:person_id>/placement/<int:placement_id>/correct", methods=["GET", "POST"])
@role_needed(Role.HR)
def correct(person_id: int, placement_id: int) -> ResponseReturnValue:
    """Withdraws a placement that should not have been recorded."""
    actor = current_actor()
    placement = queries.load_placement_for(actor, person_id, placement_id)
    form = WithdrawForm()
    if form.validate_on_submit():
        operations.withdraw_placement(actor, placement, placement.employment, reason=form.reason.data)
        flash(_("The placement is withdrawn. Record the right one, if there is one."), "good")
        return redirect(url_for("people.placements", person_id=person_id), 303)
    return page_about("people/correct.html", form, placement), 422 if form.errors else 200


def page_about(template: str, form: BaseForm, placement: Placement) -> str:
    """Renders a page about one placement, with its sector's name."""
    sector = queries.find_sector(placement.sector)
    name = sector.name(language_of_page()) if sector else placement.sector
    return render_template(template, form=form, placement=placement, sector_name=name)


def offer_work(form: WorkForm) -> None:
    """Fills in where one can work and in which sectors."""
    form.offer(queries.list_stations(), queries.list_sectors(), language_of_page())
