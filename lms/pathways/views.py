"""Pages of pathways: what to do when worried about a child, and who to contact at each station."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.kernel.actor import Actor, Role
from lms.kernel.errors import NotThere
from lms.kernel.i18n import gettext as _
from lms.pathways import operations, policy, queries
from lms.pathways.errors import MayNotEditPathway, NewerVersion
from lms.pathways.forms import PathwayForm
from lms.pathways.help_page import load_reader
from lms.pathways.labels import FILTERS, TESTS
from lms.people.api import find_station
from lms.people.models import DutyStation
from lms.web.access import current_actor, public, signed_in
from lms.web.setup import page_context

bp = Blueprint("pathways", __name__, template_folder="templates")
for _name, _filter in FILTERS.items():
    bp.add_app_template_filter(_filter, _name)
for _name, _test in TESTS.items():
    bp.add_app_template_test(_test, _name)

OVERSEERS = (Role.HR, Role.COORDINATOR, Role.ADMIN)
"""The roles that work with other stations' pathways and therefore start from the list."""


@bp.get("/help-now")
@public
def help_now() -> ResponseReturnValue:
    """Shows what to do when worried about a child; works without the database."""
    reader = load_reader()
    # Rendered without Flask's context processors: they ask who is signed in, and so the database once more.
    return current_app.jinja_env.get_template("pathways/help_now.html").render(
        page_context(),
        actor=reader.actor,
        version=reader.version,
        database_down=reader.database_down,
        layout_only=reader.database_down,
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
    actor, place = current_actor(), load_station(station)
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
    place = load_station(station)
    version = queries.find_version(place.id, request.form.get("number", 0, type=int))
    if version is None:
        raise NotThere
    operations.report_outdated(current_actor(), version)
    flash(_("Thank you. The people who write this pathway can see that it needs checking."), "good")
    return redirect(url_for("pathways.station", station=place.slug), 303)


@bp.route("/pathways/<station>/edit", methods=["GET", "POST"])
@signed_in
def edit(station: str) -> ResponseReturnValue:
    """Publishes the next version of a station's pathway."""
    actor = current_actor()
    place = load_station_to_edit(actor, station)
    current = queries.find_current(place.id)
    form = PathwayForm.of(current, place.time_zone)
    newer = None
    if form.validate_on_submit():
        try:
            version = operations.publish_pathway(actor, place.id, **form.version)
        except NewerVersion:
            newer = queries.find_current(place.id)
            form.write_from(newer.number if newer else 0)
        else:
            flash(_("Version %(number)s was published.", number=version.number), "good")
            return redirect(url_for("pathways.station", station=place.slug), 303)
    status = 409 if newer else 422 if form.errors else 200
    return render_template("pathways/edit.html", station=place, version=current, form=form, newer=newer), status


def load_station(slug: str) -> DutyStation:
    """Loads a station, for everybody who is signed in; raises ``NotThere``."""
    found = find_station(slug)
    if found is None:
        raise NotThere
    return found


def load_station_to_edit(actor: Actor, slug: str) -> DutyStation:
    """Loads a station whose pathway the actor may write; raises ``NotThere`` and ``NotAllowed``."""
    found = load_station(slug)
    if not policy.may_edit(actor, found.id):
        raise MayNotEditPathway
    return found
