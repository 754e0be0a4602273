"""HR's pages of people: the directory, adding somebody, and their placements."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.downloads import audited_download
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid
from lms.people import operations, queries
from lms.people.details.queries import may_correct
from lms.people.directory.queries import list_directory, list_whole_directory
from lms.people.forms import AssignmentForm, DirectoryForm, EndForm, MoveForm, NewPersonForm, NewPlacementForm
from lms.people.hooks import second_steps
from lms.people.merging.queries import list_overlapping_placements, list_similar_people, load_merged_ids
from lms.people.models import Placement
from lms.people.recording.queries import list_recorded_placements
from lms.people.views.blueprint import bp
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download_csv
from lms.web.forms import BaseForm, ReasonForm, form_page, offer, redirect_with
from lms.web.language import language_of_page
from lms.web.recorders import recorders_of

DIRECTORY_HEAD = {
    "staff_number": "staff_number",
    "name": "name",
    "email": "email",
    "organisation": "organisation",
    "station": "station",
    "sector": "sector",
    "role": "role",
    "first_day": "from_on",
    "last_day": "through_on",
    "when": "state",
}
"""The columns of the file of people, each with the field of its row."""


@bp.get("/people")
@role_needed(Role.HR)
def index() -> ResponseReturnValue:
    """Lists the people of the organisation, searched and filtered."""
    actor = current_actor()
    form = DirectoryForm(request.args)
    sectors = queries.list_sectors()
    form.offer(queries.list_stations(), sectors, language_of_page())
    today, number = clock.today(actor.time_zone), request.args.get("page", 1, type=int)
    page = list_directory(actor, today, number, **form.filters())
    names = {sector.slug: sector.name(language_of_page()) for sector in sectors}
    overlaps = list_overlapping_placements(actor)
    return render_template("people/index.html", form=form, page=page, sector_names=names, overlaps=overlaps)


@bp.get("/people.csv")
@role_needed(Role.HR)
@audited_download
def people_csv() -> ResponseReturnValue:
    """Returns the list of people, filtered as on the page, as a file."""
    actor, form = current_actor(), DirectoryForm(request.args)
    today = clock.today(actor.time_zone)
    rows = list_whole_directory(actor, today, **form.filters())
    lines = ([getattr(row, name) for name in DIRECTORY_HEAD.values()] for row in rows)
    return download_csv(list(DIRECTORY_HEAD), lines, f"people-{today}.csv")


@bp.route("/people/new", methods=["GET", "POST"])
@role_needed(Role.HR)
def new() -> ResponseReturnValue:
    """Adds somebody to the organisation, with a first placement and an account."""
    actor = current_actor()
    form = NewPersonForm()
    offer_assignments(form)
    offer(form.organisation, ((each.id, each.name) for each in queries.list_organisations_of(actor, Role.HR)))
    similar = []
    if form.validate_on_submit():
        if not form.is_new.data:
            similar = list_similar_people(actor, form.organisation.data, form.name.data, form.staff_number.data)
        if similar:
            form.is_new.errors = [_("Look at these people first. If it is one of them, record a new placement there.")]
        elif added := add_typed(form):
            return added
    return form_page("people/new.html", form, similar=similar)


def add_typed(form: NewPersonForm) -> ResponseReturnValue | None:
    """Adds the person who was typed; returns None where that is refused, and the form then says why."""
    who = {"name": form.name.data, "staff_number": form.staff_number.data, "email": form.email.data or None}
    try:
        person, is_new = operations.add_person(
            current_actor(), form.organisation.data, form.details(), form.from_on.data, form.through_on.data, **who
        )
    except Invalid as error:
        form.add_error(error)
        return None
    message = _("%(name)s has been added.", name=person.name)
    if not is_new:
        message = _("%(name)s is already recorded. Nothing was added twice.", name=person.name)
    return redirect_with(message, "people.placements", person_id=person.id)


@bp.get("/people/<int:person_id>/placement")
@role_needed(Role.HR)
def placements(person_id: int) -> ResponseReturnValue:
    """Shows a person's past, present and future placements in the organisation, with links to change them."""
    actor = current_actor()
    person = queries.load_person_for(actor, person_id)
    employments = queries.list_employments_of(actor, [person_id])
    recorded = list_recorded_placements([employment.id for employment in employments])
    return render_template(
        "people/placements.html",
        person=person,
        employments=employments,
        may_correct=may_correct(actor, person_id),
        has_second_step=any(is_set_up(person_id) for is_set_up in second_steps),
        recorded=recorded,
        recorders=recorders_of([*employments, *(each.placement for each in recorded)]),
        sector_names={sector.slug: sector.name(language_of_page()) for sector in queries.list_sectors()},
        today=clock.today(actor.time_zone),
        overlaps=list_overlapping_placements(actor, load_merged_ids(person_id)),
    )


@bp.route("/people/<int:person_id>/placement/new/<int:employment_id>", methods=["GET", "POST"])
@role_needed(Role.HR)
def place(person_id: int, employment_id: int) -> ResponseReturnValue:
    """Records another placement: after a gap, or from a future day; begins with the last assignment."""
    actor = current_actor()
    employment = queries.load_employment_for(actor, person_id, employment_id)
    form = NewPlacementForm(**last_assignment(employment_id))
    offer_assignments(form)
    if form.run_on_submit(
        lambda: operations.record_placement(
            actor, employment, form.details(), form.from_on.data, form.through_on.data, reason=form.reason.data
        )
    ):
        return redirect_with(_("The placement has been recorded."), "people.placements", person_id=person_id)
    return form_page("people/place.html", form, employment=employment)


@bp.route("/people/<int:person_id>/placement/<int:placement_id>/move", methods=["GET", "POST"])
@role_needed(Role.HR)
def move(person_id: int, placement_id: int) -> ResponseReturnValue:
    """Moves somebody to another assignment from a day on."""
    actor = current_actor()
    placement = queries.load_placement_for(actor, person_id, placement_id)
    form = MoveForm(station=placement.station_id, **placement.details._asdict())
    offer_assignments(form)
    if form.run_on_submit(
        lambda: operations.move_placement(
            actor, placement, placement.employment, form.details(), form.from_on.data, reason=form.reason.data
        )
    ):
        return redirect_with(_("The move has been recorded."), "people.placements", person_id=person_id)
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
        return redirect_with(_("The last day has been saved."), "people.placements", person_id=person_id)
    return page_about("people/end.html", form, placement)


@bp.route("/people/<int:person_id>/placement/<int:placement_id>/correct", methods=["GET", "POST"])
@role_needed(Role.HR)
def withdraw(person_id: int, placement_id: int) -> ResponseReturnValue:
    """Withdraws a placement that should not have been recorded."""
    actor = current_actor()
    placement = queries.load_placement_for(actor, person_id, placement_id)
    form = ReasonForm()
    if form.run_on_submit(
        lambda: operations.withdraw_placement(actor, placement, placement.employment, reason=form.reason.data)
    ):
        message = _("The placement has been withdrawn. Record the right one, if there is one.")
        return redirect_with(message, "people.placements", person_id=person_id)
    return page_about("people/withdraw.html", form, placement)


def last_assignment(employment_id: int) -> dict[str, Any]:
    """Returns where somebody worked last and as what, as the values of a form; none without a placement."""
    last = next(iter(queries.list_placements_of([employment_id])), None)
    return {"station": last.station_id, **last.details._asdict()} if last else {}


def page_about(template: str, form: BaseForm, placement: Placement) -> ResponseReturnValue:
    """Renders a page about one placement, with its sector's name."""
    sector = queries.find_sector(placement.sector)
    name = sector.name(language_of_page()) if sector else placement.sector
    return form_page(template, form, placement=placement, sector_name=name)


def offer_assignments(form: AssignmentForm) -> None:
    """Fills in the stations and sectors to choose from."""
    form.offer(queries.list_stations(), queries.list_sectors(), language_of_page())
