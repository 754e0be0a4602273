"""The pages of registration: asking to join, the link, and HR's list and decision."""

from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from lms.accounts.blueprint import bp
from lms.accounts.registering import operations, queries, rules
from lms.accounts.registering.forms import ApproveForm, ApproveOneForm, OpeningForm, RegisterForm
from lms.accounts.registering.models import RegistrationRequest
from lms.accounts.sign_in.limits import accepted, limit_codes, limit_name
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import NotThere, require_found
from lms.people.api import list_organisations_of, list_sectors, list_stations, load_person_for, sector_names
from lms.web.access import current_actor, public, role_needed
from lms.web.forms import BaseForm, ReasonForm, choices_of, form_page, redirect_with
from lms.web.headers import not_stored
from lms.web.language import language_of_page


def register() -> ResponseReturnValue:
    """Takes who asks to join, and says the same whether the e-mail is known or not."""
    openings = queries.list_openings()
    if not openings:
        raise NotThere
    form = RegisterForm()
    stations = queries.find_offered_stations({number for each in openings for number in each.stations})
    form.offer(openings, stations, list_sectors(), language_of_page())
    if form.validate_on_submit():
        typed = {name: form[name].data for name in ("name", "email", "sector", "staff_number")}
        operations.request_registration(typed | {"station_id": form.station.data, "language": language_of_page()})
        sent = _("Look for an e-mail from us, which can take some minutes, and open the link in it within two days.")
        return redirect_with(sent, "security.login")
    return form_page("accounts/register.html", form, openings=openings)


# The same limits as for a forgotten password: each sends an e-mail to whoever is named.
bp.route("/register", methods=["GET", "POST"])(public(limit_name(register, "5 per hour", "20 per hour", accepted)))


@bp.route("/register/<token>", methods=["GET", "POST"])
@public
@limit_codes
@not_stored
def prove_registration(token: str) -> ResponseReturnValue:
    """Shows what was typed to whoever has the e-mail, and sends it to HR when they say that it is theirs."""
    try:
        found = queries.load_by_link(str(current_app.secret_key), token, clock.now())
    except NotThere:
        return render_template("accounts/registration_over.html"), 404
    form = BaseForm()
    if form.validate_on_submit():
        operations.prove(found)
        return redirect(url_for("accounts.prove_registration", token=token), 303)
    names = sector_names(language_of_page())
    return form_page("accounts/prove_registration.html", form, found=found, sector_names=names)


@bp.route("/people/registrations", methods=["GET", "POST"])
@role_needed(Role.HR)
def registrations() -> ResponseReturnValue:
    """Lists who asks to join, the oldest first, and approves those that are ticked."""
    actor, now = current_actor(), clock.now()
    form = ApproveForm(from_on=clock.today(actor.time_zone))
    if form.validate_on_submit():
        chosen = queries.load_waiting(actor, now, request.form.getlist("chosen", type=int))
        numbers = {each: request.form.get(f"number-{each.id}", "").strip() for each in chosen}
        if not chosen:
            form.form_errors.append(_("Tick whom you approve. Others have been decided meanwhile."))
        elif added := form.result_on_submit(
            lambda: operations.approve(actor, numbers, role=form.role.data.lower(), from_on=form.from_on.data)
        ):
            message = ngettext("%(num)s person has been added.", "%(num)s people have been added.", len(added))
            return redirect_with(message, "accounts.registrations")
    page = queries.list_waiting(actor, now, request.args.get("page", 1, type=int))
    return form_page(
        "accounts/registrations.html",
        form,
        page=page,
        known=queries.list_known(actor, page.items) if page.items else set(),
        openings={each.organisation_id: each for each in queries.list_openings()},
        organisations=list_organisations_of(actor, Role.HR),
        sector_names=sector_names(language_of_page()),
    )


@bp.route("/people/registrations/<int:registration_id>", methods=["GET", "POST"])
@role_needed(Role.HR)
def registration(registration_id: int) -> ResponseReturnValue:
    """Shows one request with the people who may be the same, and approves it as somebody new."""
    actor = current_actor()
    found = load(registration_id)
    form = ApproveOneForm(from_on=clock.today(actor.time_zone), staff_number=found.staff_number)
    if form.run_on_submit(
        lambda: operations.approve(
            actor, {found: form.staff_number.data.strip()}, role=form.role.data.lower(), from_on=form.from_on.data
        )
    ):
        return redirect_with(_("The person has been added and is invited."), "accounts.registrations")
    return page_of(found, form, ReasonForm(formdata=None))


@bp.post("/people/registrations/<int:registration_id>/join/<int:person_id>")
@role_needed(Role.HR)
def join_registration(registration_id: int, person_id: int) -> ResponseReturnValue:
    """Decides that it is somebody who is recorded already."""
    actor, found = current_actor(), load(registration_id)
    person = load_person_for(actor, person_id)
    form = ApproveOneForm(formdata=None, staff_number=found.staff_number)
    joined = BaseForm()
    if joined.run_on_submit(lambda: operations.join(actor, found, person)):
        return redirect_with(_("The e-mail of %(name)s has been recorded.", name=person.name), "accounts.registrations")
    form.form_errors += joined.form_errors
    return page_of(found, form, ReasonForm(formdata=None))


@bp.post("/people/registrations/<int:registration_id>/refuse")
@role_needed(Role.HR)
def refuse_registration(registration_id: int) -> ResponseReturnValue:
    """Refuses a request, with a reason that is sent to who asked."""
    found, reason = load(registration_id), ReasonForm()
    if reason.run_on_submit(lambda: operations.refuse(current_actor(), found, reason=reason.reason.data)):
        return redirect_with(_("The request has been refused, and the reason sent."), "accounts.registrations")
    return page_of(found, ApproveOneForm(formdata=None, staff_number=found.staff_number), reason)


@bp.route("/people/registrations/open/<int:organisation_id>", methods=["GET", "POST"])
@role_needed(Role.HR)
def open_registration(organisation_id: int) -> ResponseReturnValue:
    """Opens registration for e-mails of the organisation, or closes it."""
    actor = current_actor()
    organisation = queries.load_organisation_for(actor, organisation_id)
    opening = queries.find_opening_of(organisation_id)
    saved: dict[str, Any] = {}
    if opening is not None:
        saved = {"domains": "\n".join(opening.domains), "stations": opening.stations, "sectors": opening.sectors}
    form = OpeningForm(**saved)
    form.stations.choices = choices_of((each.id, f"{each.name}, {each.country}") for each in list_stations())
    form.sectors.choices = choices_of((each.slug, each.name(language_of_page())) for each in list_sectors())
    if form.run_on_submit(
        lambda: operations.open_registration(
            actor,
            organisation,
            domains=rules.read_domains(form.domains.data or ""),
            stations=form.stations.data or [],
            sectors=form.sectors.data or [],
            reason=form.reason.data,
        )
    ):
        queries.offered().put("open", None)
        return redirect_with(_("Saved."), "accounts.registrations")
    return form_page("accounts/open_registration.html", form, organisation=organisation)


def load(registration_id: int) -> RegistrationRequest:
    """Loads a request that waits for who acts. Raises ``NotThere``, also where a colleague has decided it."""
    found = queries.load_waiting(current_actor(), clock.now(), [registration_id])
    return require_found(found[0] if found else None)


def page_of(found: RegistrationRequest, form: ApproveOneForm, reason: ReasonForm) -> ResponseReturnValue:
    """Renders the page of one request, with the errors of either form."""
    page, status = form_page(
        "accounts/registration.html",
        form,
        found=found,
        reason=reason,
        similar=queries.list_same(current_actor(), found),
        sector_names=sector_names(language_of_page()),
    )
    return page, 422 if reason.errors else status
