"""HR's page of invitations by e-mail."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from lms.accounts.blueprint import bp
from lms.accounts.codes.forms import NewPeopleForm
from lms.accounts.codes.queries import list_people_without_password
from lms.accounts.invitations import operations, queries
from lms.kernel.actor import Role
from lms.kernel.config import current_settings
from lms.people.api import list_sectors, list_stations
from lms.web.access import current_actor, role_needed
from lms.web.forms import redirect_with
from lms.web.language import language_of_page

MOST_SHOWN = 200
"""How many people the page shows; the button invites all."""


@bp.get("/people/invitations")
@role_needed(Role.HR)
def invitations() -> ResponseReturnValue:
    """Lists people with an e-mail who have never signed in, to invite them together or one by one."""
    form = NewPeopleForm(request.args)
    form.offer(list_stations(), list_sectors(), language_of_page())
    waiting = list_people_without_password(current_actor(), with_email=True, **form.filters())
    invited_at = queries.list_invited_at([each.account_id for each in waiting])
    return render_template(
        "accounts/invitations.html",
        form=form,
        waiting=waiting,
        shown=waiting[:MOST_SHOWN],
        invited_at=invited_at,
        new=[each for each in waiting if each.account_id not in invited_at],
        mails_go_out=bool(current_settings().mail_server),
    )


@bp.post("/people/invitations")
@role_needed(Role.HR)
def invite() -> ResponseReturnValue:
    """Invites everybody who fits the filters, or with ``again=no`` those who were never invited."""
    actor, form = current_actor(), NewPeopleForm(request.form)
    waiting = [each.account_id for each in list_people_without_password(actor, with_email=True, **form.filters())]
    if request.form.get("again") == "no":
        invited = queries.list_invited_at(waiting)
        waiting = [account_id for account_id in waiting if account_id not in invited]
    if waiting:
        operations.request_invitations(actor, waiting)
    message = ngettext("%(num)s invitation is being sent.", "%(num)s invitations are being sent.", len(waiting))
    return redirect_with(message, "accounts.invitations", **form.chosen())


@bp.post("/people/<int:person_id>/invitation")
@role_needed(Role.HR)
def invite_person(person_id: int) -> ResponseReturnValue:
    """Invites one person, also again."""
    actor = current_actor()
    account = queries.load_account_to_invite(actor, person_id)
    operations.request_invitations(actor, [account.id])
    message = _("An invitation to %(name)s is being sent.", name=account.person.name)
    return redirect_with(message, "people.placements", person_id=person_id)
