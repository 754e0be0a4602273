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
from lms.accounts.codes.forms import CodeForm, NewPasswordForm, NewPeopleForm
from lms.accounts.emails import queue_new_password, queue_printed_code
from lms.accounts.invitations.operations import use_invitation
from lms.accounts.invitations.queries import InvitationOver, load_invited
from lms.accounts.sign_in.devices import name_of_account, remember_device
from lms.accounts.sign_in.forms import ConfirmedForm
from lms.accounts.sign_in.limits import confirmed, limit_codes
from lms.accounts.sign_in.queries import load_actor
from lms.accounts.slips.queries import list_slips
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import NotThere
from lms.kernel.requests import hashes_passwords
from lms.people.api import list_employments_of, list_sectors, list_stations
from lms.web.access import current_actor, public, role_needed
from lms.web.forms import form_page, redirect_with
from lms.web.headers import not_stored
from lms.web.language import language_of_page
from lms.web.limits import OFFICE, limiter

MOST_SHOWN = 200
"""How many people the page shows; its buttons are for all."""


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
    form = NewPeopleForm(request.args)
    form.offer(list_stations(), list_sectors(), language_of_page())
    people = queries.list_people_without_password(current_actor(), with_email=None, **form.filters())
    return render_template(
        "accounts/codes.html",
        form=form,
        waiting=[each for each in people if not each.email],
        people=people,
        most=queries.MOST_CODES,
        most_shown=MOST_SHOWN,
        slips=list_slips(current_actor()),
    )


@bp.post("/people/codes")
@role_needed(Role.HR)
def print_codes() -> ResponseReturnValue:
    """Makes codes for everyone without a password at a station, and shows them once, ready to print."""
    actor, form = current_actor(), NewPeopleForm(request.form)
    people = queries.list_people_without_password(actor, with_email=False, **form.filters())[: queries.MOST_CODES]
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
    slip = Slip(account.person.name, "", account.address or "", code)
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
    """Lets the holder of a printed code or of an invitation's link choose a password, once, and signs them in."""
    use = use_invitation
    try:
        holder = load_invited(str(current_app.secret_key), token, clock.now())
        if holder is None:
            use = operations.use_code
            holder = queries.load_code_holder(rules.hash_code(rules.normalise_code(token)), clock.now())
    except InvitationOver as over:
        return render_template("accounts/invitation_over.html", used=over.used), 410
    except NotThere:
        return render_template("accounts/code_unknown.html"), 404
    form = NewPasswordForm(holder)
    if form.validate_on_submit():
        if not current_actor().is_anonymous:
            logout_user()
        holder.actor = load_actor(holder, clock.today())  # type: ignore[misc]
        use(holder.actor, holder, form.password.data)
        queue_new_password(holder)
        if holder.has_second_step:
            return redirect_with(_("Your password has been saved. Sign in with it now."), "security.login")
        login_user(holder)
        remember_device(name_of_account(holder.id))
        saved = _(
            "Your password has been saved. Next time, sign in with your staff number or e-mail. Below is your training."
        )
        return redirect_with(saved, "home.my")
    return form_page("accounts/join.html", form, holder=holder, invited=use is use_invitation)


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
