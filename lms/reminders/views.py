"""Pages of reminders: what was sent, focal points, the print list, and why somebody gets reminders."""

from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.api import list_hr_contacts
from lms.compliance.api import list_requirements, statuses_of
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.config import current_settings
from lms.kernel.errors import require_found
from lms.kernel.i18n import gettext as _
from lms.kernel.text import normalise
from lms.people.api import list_employers, list_organisations_of, list_sectors, load_organisation_names
from lms.reminders import operations
from lms.reminders.errors import FocalPointWithdrawn
from lms.reminders.forms import FocalPointForm, LogForm, PrintListForm
from lms.reminders.labels import KIND_LABELS
from lms.reminders.print_list import build_print_list
from lms.reminders.queries.focal_points import list_focal_points_for
from lms.reminders.queries.log import list_log
from lms.reminders.queries.print_list import list_stations_of
from lms.reminders.queries.runs import find_last_finished
from lms.reminders.rules import is_late
from lms.web.access import current_actor, role_needed, signed_in
from lms.web.forms import ReasonForm, form_page, redirect_with
from lms.web.language import language_of_page

bp = Blueprint("reminders", __name__, template_folder="templates")


@bp.errorhandler(FocalPointWithdrawn)
def show_the_list(refusal: FocalPointWithdrawn) -> ResponseReturnValue:
    """Redirects to the list: mostly it is a second click."""
    flash(refusal.message, "soon")
    return redirect(url_for("reminders.settings"), 303)


@bp.get("/reminders")
@role_needed(Role.HR)
def index() -> ResponseReturnValue:
    """Lists what was sent to whom in the name of the actor's organisations, the latest first."""
    form = LogForm(request.args)
    page = list_log(current_actor(), request.args.get("page", 1, type=int), **form.data)
    run = find_last_finished()
    return render_template(
        "reminders/index.html",
        form=form,
        page=page,
        kinds=KIND_LABELS,
        run=run,
        run_late=is_late(run.finished_at if run else None, clock.now()),
        mails_go_out=bool(current_settings().mail_server),
    )


@bp.route("/reminders/settings", methods=["GET", "POST"])
@role_needed(Role.HR)
def settings() -> ResponseReturnValue:
    """Lists the focal points, who get the weekly figures of a sector, and adds one."""
    actor, language = current_actor(), language_of_page()
    form = FocalPointForm()
    form.offer(list_organisations_of(actor, Role.HR), list_sectors(), language)
    if form.run_on_submit(
        lambda: operations.appoint_focal_point(
            actor, form.organisation.data, form.sector.data, form.who.data, reason=form.reason.data
        )
    ):
        message = _("The focal point was added. They get the figures with the next reminders, and then once a week.")
        return redirect_with(message, "reminders.settings")
    return form_page("reminders/settings.html", form, focal_points=list_focal_points_for(actor), language=language)


@bp.route("/reminders/settings/<int:focal_point_id>/end", methods=["GET", "POST"])
@role_needed(Role.HR)
def end_focal_point(focal_point_id: int) -> ResponseReturnValue:
    """Removes a focal point, after a confirmation."""
    actor = current_actor()
    listed = require_found(next(iter(list_focal_points_for(actor, focal_point_id)), None))
    form = ReasonForm()
    if form.validate_on_submit():
        operations.withdraw_focal_point(actor, focal_point_id, reason=form.reason.data)
        return redirect_with(_("They no longer get these figures."), "reminders.settings")
    return form_page("reminders/end_focal_point.html", form, listed=listed, language=language_of_page())


@bp.get("/reminders/print")
@role_needed(Role.HR)
def print_list() -> ResponseReturnValue:
    """Lists staff without e-mail who have something due, by station, ready to print."""
    actor = current_actor()
    today = clock.today(actor.time_zone)
    form = PrintListForm(request.args)
    form.offer(list_stations_of(actor, today))
    station = normalise(form.station.data)
    listed = build_print_list(actor, today, station, request.args.get("page", 1, type=int))
    return render_template(
        "reminders/print.html",
        form=form,
        listed=listed,
        stations=[(name, list(of_it)) for name, of_it in groupby(listed.items, key=lambda entry: entry[0].station)],
        station=station,
        today=today,
        several=len(list_organisations_of(actor, Role.HR)) > 1,
        language=language_of_page(),
    )


@bp.get("/reminders/why")
@signed_in
def why() -> ResponseReturnValue:
    """Explains why somebody gets reminders: what is required of them, by whom, and what to do if it is wrong."""
    actor = current_actor()
    person_id = actor.require_person()
    rows = statuses_of(person_id, clock.today(actor.time_zone))
    return render_template(
        "reminders/why.html",
        rows=rows,
        requirements={each.requirement.id: each for each in list_requirements({row.requirement_id for row in rows})},
        employers=load_organisation_names({row.organisation_id for row in rows}),
        contacts=list_hr_contacts([each.id for each in list_employers(person_id)], clock.today()),
    )
