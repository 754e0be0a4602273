"""The administrator's pages: organisations and duty stations."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kernel.actor import Role
from lms.people import operations, queries
from lms.people.forms import ChangeOrganisationForm, NewOrganisationForm, NewStationForm
from lms.people.views.blueprint import bp
from lms.web.access import current_actor, role_needed
from lms.web.forms import form_page, redirect_with


@bp.get("/admin/organisations")
@role_needed(Role.ADMIN)
def organisations() -> ResponseReturnValue:
    """Lists the organisations."""
    return render_template("people/organisations.html", rows=queries.list_organisation_sizes())


@bp.route("/admin/organisations/new", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def new_organisation() -> ResponseReturnValue:
    """Adds an organisation."""
    form = NewOrganisationForm()
    if form.run_on_submit(
        lambda: operations.record_organisation(current_actor(), slug=form.slug.data, **form.values())
    ):
        added = _("%(name)s has been added. Now give somebody there the HR role.", name=form.name.data)
        return redirect_with(added, "people.organisations")
    return form_page("people/organisation.html", form, organisation=None)


@bp.route("/admin/organisations/<int:organisation_id>", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def change_organisation(organisation_id: int) -> ResponseReturnValue:
    """Changes an organisation's names, time zone, and whether coordinators see its figures."""
    organisation = queries.load_organisation(organisation_id)
    form = ChangeOrganisationForm(obj=organisation)
    if form.run_on_submit(
        lambda: operations.change_organisation(current_actor(), organisation, **form.values(), reason=form.reason.data)
    ):
        return redirect_with(_("%(name)s has been saved.", name=organisation.name), "people.organisations")
    return form_page("people/organisation.html", form, organisation=organisation)


@bp.get("/admin/stations")
@role_needed(Role.ADMIN)
def stations() -> ResponseReturnValue:
    """Lists the duty stations."""
    return render_template("people/stations.html", stations=queries.list_stations())


@bp.route("/admin/stations/new", methods=["GET", "POST"])
@role_needed(Role.ADMIN)
def new_station() -> ResponseReturnValue:
    """Adds a duty station."""
    form = NewStationForm()
    typed = {name: form[name].data for name in ("slug", "name", "country", "time_zone")}
    if form.run_on_submit(lambda: operations.record_station(current_actor(), **typed)):
        return redirect_with(_("%(name)s has been added.", name=form.name.data), "people.stations")
    return form_page("people/station.html", form)
