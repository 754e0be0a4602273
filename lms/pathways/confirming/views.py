"""Pages of changed pathways: a version and what it changes, confirming and refusing it, marking a number."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.kernel.errors import NotThere, require_found
from lms.kernel.i18n import gettext as _
from lms.pathways import policy, queries
from lms.pathways.blueprint import bp
from lms.pathways.confirming import operations
from lms.pathways.confirming.emails import queue_decided, queue_marked
from lms.pathways.confirming.forms import ConfirmChangeForm, RefuseChangeForm
from lms.pathways.confirming.rules import SHOWN_STATES, WAITS_AT_MOST, contact_changes
from lms.pathways.errors import AlreadyDecided
from lms.pathways.labels import author_label
from lms.pathways.queries import DecidedVersion
from lms.people.api import find_station
from lms.people.models import DutyStation
from lms.web.access import current_actor, signed_in
from lms.web.forms import redirect_with


@bp.get("/pathways/<station>/versions/<int:number>")
@signed_in
def version(station: str, number: int) -> ResponseReturnValue:
    """Shows one version and what it changes; one that is not published to those who may write the pathway."""
    place, found = _load(station, number)
    return _page(place, found, ConfirmChangeForm(), RefuseChangeForm())


@bp.post("/pathways/<station>/versions/<int:number>/confirm")
@signed_in
def confirm(station: str, number: int) -> ResponseReturnValue:
    """Confirms a version that somebody else wrote."""
    actor, (place, found) = current_actor(), _load(station, number)
    form = ConfirmChangeForm()
    if not form.validate_on_submit():
        return _page(place, found, form, RefuseChangeForm(formdata=None)), 422
    try:
        operations.confirm_version(actor, place.id, number)
    except AlreadyDecided as error:
        flash(error.message, "soon")
        return redirect(url_for("pathways.version", station=station, number=number), 303)
    queue_decided(actor, place, found.version)
    return redirect_with(_("Version %(number)s is confirmed.", number=number), "pathways.station", station=station)


@bp.post("/pathways/<station>/versions/<int:number>/refuse")
@signed_in
def refuse(station: str, number: int) -> ResponseReturnValue:
    """Refuses a version, or withdraws one's own."""
    actor, (place, found) = current_actor(), _load(station, number)
    form = RefuseChangeForm()
    if not form.validate_on_submit():
        return _page(place, found, ConfirmChangeForm(formdata=None), form), 422
    try:
        operations.refuse_version(actor, place.id, number, reason=form.reason.data)
    except AlreadyDecided as error:
        flash(error.message, "soon")
        return redirect(url_for("pathways.version", station=station, number=number), 303)
    queue_decided(actor, place, found.version, form.reason.data)
    return redirect_with(_("Version %(number)s is refused.", number=number), "pathways.station", station=station)


@bp.post("/pathways/<station>/numbers")
@signed_in
def mark_number(station: str) -> ResponseReturnValue:
    """Records at once that a number does not answer, or answers again."""
    actor, place = current_actor(), require_found(find_station(station))
    phone, answers = request.form.get("phone", ""), request.form.get("answers") == "1"
    if operations.mark_number(actor, place.id, phone, answers=answers):
        queue_marked(actor, place, phone, answers=answers)
    saved = _("The page says that this number answers.") if answers else _("The page says that it does not answer.")
    return redirect_with(saved, "pathways.station", station=place.slug)


def _load(station: str, number: int) -> tuple[DutyStation, DecidedVersion]:
    """Loads a version that the actor may see. Raises ``NotThere``."""
    place = require_found(find_station(station))
    found = require_found(queries.find_version(place.id, number))
    if found.state not in SHOWN_STATES and not policy.may_edit(current_actor(), place):
        raise NotThere
    return place, found


def _page(place: DutyStation, found: DecidedVersion, confirming: ConfirmChangeForm, refusing: RefuseChangeForm) -> str:
    actor, current = current_actor(), queries.find_current(place.id)
    before = queries.find_published_before(found.version)
    is_open = found.state in operations.OPEN and (current is None or current.number <= found.version.number)
    may_edit = policy.may_edit(actor, place)
    return render_template(
        "pathways/version.html",
        station=place,
        shown=found,
        author=author_label,
        current=current,
        before=before,
        changes=contact_changes(before.contacts if before else [], found.version.contacts),
        is_open=is_open,
        is_own=found.version.recorded_by == actor.account_id,
        may_edit=may_edit,
        may_confirm=is_open and policy.may_confirm(actor, place, found.version),
        lapses_at=found.version.recorded_at + WAITS_AT_MOST,
        confirming=confirming,
        refusing=refusing,
    )
