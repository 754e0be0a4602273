"""Printed sign-in codes: HR prints them, and people choose a password with them."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import login_user, logout_user

from lms.accounts.administration.views import user_page
from lms.accounts.blueprint import bp
from lms.accounts.codes import operations, queries, rules
from lms.accounts.codes.forms import CodeForm, NewPasswordForm
from lms.accounts.emails import queue_new_password, queue_printed_code
from lms.accounts.sign_in.forms import ConfirmedForm
from lms.accounts.sign_in.limits import confirmed, limit_codes
from lms.accounts.sign_in.queries import load_actor
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import NotThere
from lms.kernel.requests import hashes_passwords
from lms.kernel.text import normalise
from lms.people.api import list_employments_of, list_stations
from lms.web.access import current_actor, public, role_needed
from lms.web.forms import form_page, redirect_with
from lms.web.headers import not_stored
from lms.web.limits import OFFICE, limiter


@dataclass(frozen=True, slots=True)
class Slip:
    """A code to print, with the person it is for."""

    name: str
    organisation: str
    staff_number: str
    code: str


@bp.post("/people/<int:person_id>/code")
@role_needed(Role.HR)
def print_code(person_id: int) -> ResponseReturnValue:
    """Makes a code for one person and shows it once, ready to print."""
    actor = current_actor()
    account = queries.load_account_for_code(actor, person_id)
    employment = list_employments_of(actor, [person_id])[0]
    (code,) = operations.print_codes(actor, [account.id], organisation_id=employment.organisation_id)
    queue_printed_code(account, employment.organisation.name)
    slip = Slip(account.person.name, employment.organisation.name, employment.staff_number, code)
    return print_page([slip], url_for("accounts.codes"))


@bp.get("/people/codes")
@role_needed(Role.HR)
def codes() -> ResponseReturnValue:
    """Lists people without e-mail who have never signed in, to print their codes together."""
    station = normalise(request.args.get("station"))
    return render_template(
        "accounts/codes.html",
        waiting=queries.list_people_without_password(current_actor(), station),
        stations=list_stations(),
        station=station,
        most=queries.MOST_CODES,
    )


@bp.post("/people/codes")
@role_needed(Role.HR)
def print_codes() -> ResponseReturnValue:
    """Makes codes for everyone without a password at a station, and shows them once, ready to print."""
    actor, station = current_actor(), normalise(request.form.get("station"))
    people = queries.list_people_without_password(actor, station)[: queries.MOST_CODES]
    made = operations.print_codes(actor, [each.account_id for each in people])
    slips = (
        Slip(each.name, each.organisation, each.staff_number, code) for each, code in zip(people, made, strict=True)
    )
    return print_page(list(slips), url_for("accounts.codes"))


@bp.post("/admin/users/<int:account_id>/code")
@role_needed(Role.ADMIN)
@confirmed
def print_user_code(account_id: int) -> ResponseReturnValue:
    """Makes a code for somebody with a role, for whom HR may not, and shows it once."""
    account = queries.load_role_holder_for(current_actor(), account_id)
    form = ConfirmedForm()
    if not form.validate_on_submit():
        return user_page(account, form)
    (code,) = operations.print_codes(current_actor(), [account.id])
    queue_printed_code(account)
    slip = Slip(account.person.name, "", account.email or "", code)
    return print_page([slip], url_for("accounts.user", account_id=account_id))


@bp.route("/join", methods=["GET", "POST"])
@public
@limiter.limit(OFFICE, methods=["POST"])
def type_code() -> ResponseReturnValue:
    """Takes a printed code."""
    form = CodeForm()
    if form.validate_on_submit():
        code = rules.format_code(rules.normalise_code(form.code.data or "")) or "-"
        return redirect(url_for("accounts.join", token=code), 303)
    return form_page("accounts/type_code.html", form)


@bp.route("/join/<token>", methods=["GET", "POST"])
@public
@hashes_passwords
@limit_codes
@not_stored
def join(token: str) -> ResponseReturnValue:
    """Lets the holder of a printed code choose a password, once, and signs them in."""
    try:
        holder = queries.load_code_holder(rules.hash_code(rules.normalise_code(token)), clock.now())
    except NotThere:
        return render_template("accounts/code_unknown.html"), 404
    form = NewPasswordForm(holder)
    if form.validate_on_submit():
        if not current_actor().is_anonymous:
            logout_user()
        holder.actor = load_actor(holder, clock.today())  # type: ignore[misc]
        operations.use_code(holder.actor, holder, form.password.data)
        queue_new_password(holder)
        login_user(holder)
        saved = _("Your password has been saved. Next time, sign in with your staff number or e-mail.")
        return redirect_with(saved, "home.my")
    return form_page("accounts/join.html", form, holder=holder)


def print_page(slips: Iterable[Slip], back: str) -> ResponseReturnValue:
    """Shows codes as slips to cut apart; no browser or proxy stores the page."""
    page = render_template(
        "accounts/printed_codes.html",
        slips=slips,
        format_code=rules.format_code,
        join_address=f"{current_app.extensions['settings'].public_address.rstrip('/')}/join",
        back=back,
        until=clock.now() + rules.VALID_FOR,
    )
    return page, {"Cache-Control": "no-store"}
