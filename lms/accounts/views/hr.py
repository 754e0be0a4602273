"""HR's pages: codes for people without e-mail, on paper."""

from collections.abc import Sequence

from flask import Response, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts import list_queries, operations, queries, rules
from lms.accounts.models import Account
from lms.accounts.views.blueprint import bp
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.text import normalise
from lms.people.api import list_employments_for, list_stations
from lms.web.access import current_actor, role_needed


@bp.post("/people/<int:person_id>/code")
@role_needed(Role.HR)
def print_code(person_id: int) -> ResponseReturnValue:
    """Makes a code for one person and shows it once, ready to print."""
    actor = current_actor()
    account = queries.load_account_to_print_for(actor, person_id)
    employment = list_employments_for(actor, person_id)[0]
    codes = operations.print_codes(actor, [account])
    return slips(
        [account], [employment.organisation.name], [employment.staff_number], codes, url_for("accounts.codes")
    )


@bp.get("/people/codes")
@role_needed(Role.HR)
def codes() -> ResponseReturnValue:
    """Lists people without e-mail who have never signed in, to print their codes together."""
    actor = current_actor()
    station = normalise(request.args.get("station"))
    waiting = list_queries.list_waiting(actor, clock.today(actor.time_zone), clock.now(), station)
    return render_template(
        "accounts/codes.html",
        waiting=waiting,
        stations=list_stations(),
        station=station,
        most=list_queries.SLIPS,
    )


@bp.post("/people/codes")
@role_needed(Role.HR)
def print_codes() -> ResponseReturnValue:
    """Makes codes for everybody who waits at a station, and shows them once, ready to print."""
    actor = current_actor()
    station = normalise(request.form.get("station"))
    waiting = list_queries.list_waiting(actor, clock.today(actor.time_zone), clock.now(), station)
    chosen = waiting[: list_queries.SLIPS]
    accounts = queries.list_accounts_by_id([each.account_id for each in chosen])
    printed = operations.print_codes(actor, accounts)
    organisations = [each.organisation for each in chosen]
    return slips(
        accounts, organisations, [each.staff_number for each in chosen], printed, url_for("accounts.codes")
    )


def slips(
    accounts: Sequence[Account],
    organisations: Sequence[str],
    numbers: Sequence[str],
    codes: Sequence[str],
    back: str,
) -> Response:
    """Shows codes as slips to cut apart; no browser or proxy keeps the page."""
    names = [account.person.name for account in accounts]
    page = render_template(
        "accounts/slips.html",
        slips=list(zip(names, organisations, numbers, map(rules.print_code, codes), strict=True)),
        join_address=f"{current_app.extensions['settings'].public_address.rstrip('/')}/join",
        back=back,
        until=rules.expiry(clock.now()),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
