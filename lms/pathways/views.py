"""Pages of pathways: what to do when worried about a child, and who to contact at each station."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, TimeoutError as NoFreeConnection

from lms.kernel import db
from lms.kernel.actor import NOBODY, Role
from lms.kernel.errors import NotThere, require_found
from lms.kernel.i18n import gettext as _
from lms.pathways import operations, policy, queries
from lms.pathways.blueprint import bp
from lms.pathways.confirming.emails import queue_written
from lms.pathways.confirming.rules import SHOWN_STATES, Confirmation
from lms.pathways.errors import ChangeWaits, MayNotEditPathway, NewerVersion
from lms.pathways.forms import PathwayForm
from lms.pathways.labels import author_label
from lms.pathways.models import PathwayVersion
from lms.people.api import find_station
from lms.people.models import DutyStation
from lms.web.access import current_actor, public, signed_in
from lms.web.forms import redirect_with
from lms.web.setup import page_context

OVERSEERS = (Role.HR, Role.COORDINATOR, Role.ADMIN)
"""The roles that work with other stations' pathways and therefore start from the list."""


@bp.get("/help-now")
@public
def help_now() -> ResponseReturnValue:
    """Shows what to do when worried about a child, and the contacts of the reader's station; never an error."""
    return _render_with_contacts("pathways/help_now.html")


@bp.get("/support")
@public
def support() -> ResponseReturnValue:
    """Shows what helps staff who need support themselves, and the station's contact for them; never an error.

    Nothing records that it was opened: ``lms.kernel.logs.UNRECORDED``.
    """
    return _render_with_contacts("pathways/support.html")


def _render_with_contacts(template: str) -> str:
    """Renders a page for everybody with the pathway of the reader's station, or without it where the database fails."""
    actor, pathway, database_down = NOBODY, None, False
    try:
        # Even who is signed in is a query.
        actor = current_actor()
        pathway = queries.find_current_pathway(actor.station_id) if actor.station_id is not None else None
    except (DBAPIError, NoFreeConnection):
        db.rollback()
        actor, database_down = NOBODY, True
    # Rendered without Flask's context processors: they ask who is signed in, and so the database once more.
    return current_app.jinja_env.get_template(template).render(
        page_context(), actor=actor, pathway=pathway, database_down=database_down, layout_only=database_down
    )


@bp.get("/pathways")
@signed_in
def mine() -> ResponseReturnValue:
    """Redirects to one's own station; lists the stations for those who manage several or have none."""
    actor = current_actor()
    own = queries.find_station_by_id(actor.station_id) if actor.station_id is not None else None
    if own is not None and not any(actor.has(role) for role in OVERSEERS):
        return redirect(url_for("pathways.station", station=own.slug))
    return render_template("pathways/stations.html", stations=queries.list_stations(), own=own)


@bp.get("/pathways/<station>")
@signed_in
def station(station: str) -> ResponseReturnValue:
    """Shows a station's pathway and its history, and to those who write it the reports that it is out of date."""
    actor, place = current_actor(), require_found(find_station(station))
    pathway, may_edit = queries.find_current_pathway(place.id), policy.may_edit(actor, place)
    version = pathway.version if pathway else None
    return render_template(
        "pathways/station.html",
        station=place,
        pathway=pathway,
        version=version,
        versions=queries.list_versions(place.id, published=not may_edit),
        reports=queries.count_reports(version.id, actor.person_id) if version else None,
        may_edit=may_edit,
        waiting=queries.find_waiting(place.id, version.number if version else 0) if may_edit else None,
    )


@bp.post("/pathways/<station>/outdated")
@signed_in
def outdated(station: str) -> ResponseReturnValue:
    """Records that the version somebody was reading is out of date."""
    place = require_found(find_station(station))
    found = require_found(queries.find_version(place.id, request.form.get("number", 0, type=int)))
    if found.state not in SHOWN_STATES:
        raise NotThere
    operations.report_outdated(current_actor(), found.version)
    thanks = _("Thank you. The people who write this pathway can see that it needs checking.")
    return redirect_with(thanks, "pathways.station", station=place.slug)


@bp.route("/pathways/<station>/edit", methods=["GET", "POST"])
@signed_in
def edit(station: str) -> ResponseReturnValue:
    """Writes the next version of a station's pathway, from the current one or, to restore it, from another."""
    actor, place = current_actor(), require_found(find_station(station))
    if not policy.may_edit(actor, place):
        raise MayNotEditPathway
    current = queries.find_current(place.id)
    form = PathwayForm(current, place.time_zone, restored=_version_to_restore(place))
    newer, waiting = None, queries.find_waiting(place.id, current.number if current else 0)
    if form.validate_on_submit():
        try:
            version = operations.write_version(actor, place.id, **form.version)
        except NewerVersion:
            newer = queries.find_current(place.id)
            form.write_from(newer.number if newer else 0)
        except ChangeWaits:
            # The page says which one, and keeps what was typed.
            waiting = queries.find_waiting(place.id, current.number if current else 0)
        else:
            queue_written(actor, place, version)
            return redirect_with(_said_of(version), "pathways.station", station=place.slug)
    status = 409 if newer or (waiting and form.is_submitted()) else 422 if form.errors else 200
    context = {"newer": newer, "waiting": waiting, "author": author_label}
    return render_template("pathways/edit.html", station=place, version=current, form=form, **context), status


def _version_to_restore(place: DutyStation) -> PathwayVersion | None:
    number = request.args.get("version", type=int)
    return require_found(queries.find_version(place.id, number)).version if number is not None else None


def _said_of(version: PathwayVersion) -> str:
    if version.confirmation == Confirmation.BEFORE:
        return _("Version %(number)s waits to be confirmed by a second person.", number=version.number)
    if version.confirmation == Confirmation.AFTER:
        return _("Version %(number)s was published. It is shown as not yet confirmed.", number=version.number)
    return _("Version %(number)s was published.", number=version.number)
