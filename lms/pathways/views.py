"""Pages of pathways: what to do when worried about a child, and who to contact at each station."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, TimeoutError as NoFreeConnection

from lms.kernel import db
from lms.kernel.actor import NOBODY, Role
from lms.kernel.errors import require_found
from lms.kernel.i18n import gettext as _
from lms.pathways import operations, policy, queries, rules
from lms.pathways.errors import MayNotEditPathway, NewerVersion
from lms.pathways.forms import PathwayForm
from lms.pathways.labels import kind_label, overdue_pathway, tel
from lms.people.api import find_station
from lms.web.access import current_actor, public, signed_in
from lms.web.forms import redirect_with
from lms.web.setup import page_context

bp = Blueprint("pathways", __name__, template_folder="templates")
for _filter in (kind_label, tel, rules.by_kind, rules.missing_kinds):
    bp.add_app_template_filter(_filter)
bp.add_app_template_test(overdue_pathway)

OVERSEERS = (Role.HR, Role.COORDINATOR, Role.ADMIN)
"""The roles that work with other stations' pathways and therefore start from the list."""


@bp.get("/help-now")
@public
def help_now() -> ResponseReturnValue:
    """Shows what to do when worried about a child, and the contacts of the reader's station; never an error."""
    actor, version, database_down = NOBODY, None, False
    try:
        # Even who is signed in is a query.
        actor = current_actor()
        version = queries.find_current(actor.station_id) if actor.station_id is not None else None
    except (DBAPIError, NoFreeConnection):
        db.rollback()
        actor, database_down = NOBODY, True
    # Rendered without Flask's context processors: they ask who is signed in, and so the database once more.
    return current_app.jinja_env.get_template("pathways/help_now.html").render(
        page_context(), actor=actor, version=version, database_down=database_down, layout_only=database_down
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
    version = queries.find_current(place.id)
    return render_template(
        "pathways/station.html",
        station=place,
        version=version,
        versions=queries.list_versions(place.id),
        reports=queries.count_reports(version.id, actor.person_id) if version else None,
        may_edit=policy.may_edit(actor, place.id),
    )


@bp.post("/pathways/<station>/outdated")
@signed_in
def outdated(station: str) -> ResponseReturnValue:
    """Records that the version somebody was reading is out of date."""
    place = require_found(find_station(station))
    version = require_found(queries.find_version(place.id, request.form.get("number", 0, type=int)))
    operations.report_outdated(current_actor(), version)
    thanks = _("Thank you. The people who write this pathway can see that it needs checking.")
    return redirect_with(thanks, "pathways.station", station=place.slug)


@bp.route("/pathways/<station>/edit", methods=["GET", "POST"])
@signed_in
def edit(station: str) -> ResponseReturnValue:
    """Publishes the next version of a station's pathway."""
    actor, place = current_actor(), require_found(find_station(station))
    if not policy.may_edit(actor, place.id):
        raise MayNotEditPathway
    current = queries.find_current(place.id)
    form = PathwayForm(current, place.time_zone)
    newer = None
    if form.validate_on_submit():
        try:
            version = operations.publish_pathway(actor, place.id, **form.version)
        except NewerVersion:
            newer = queries.find_current(place.id)
            form.write_from(newer.number if newer else 0)
        else:
            published = _("Version %(number)s was published.", number=version.number)
            return redirect_with(published, "pathways.station", station=place.slug)
    status = 409 if newer else 422 if form.errors else 200
    return render_template("pathways/edit.html", station=place, version=current, form=form, newer=newer), status
