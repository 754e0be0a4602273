"""HR's page of a person: through which providers they sign in, and allowing it."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.blueprint import bp
from lms.accounts.codes.queries import load_account_for_code
from lms.accounts.single_sign_on import operations, queries, sessions
from lms.kernel.actor import Role
from lms.kernel.errors import NotThere
from lms.web.access import current_actor, role_needed
from lms.web.forms import redirect_with


@bp.get("/people/<int:person_id>/sign-in")
@role_needed(Role.HR)
def person_providers(person_id: int) -> ResponseReturnValue:
    """Shows the connections of one of HR's own people, of those whose sign-in code HR may print."""
    actor = current_actor()
    account = load_account_for_code(actor, person_id)
    links, providers = queries.list_links(account.id), sessions.list_offered()
    return render_template(
        "accounts/person_providers.html",
        account=account,
        connections=queries.describe(links, providers),
        possible=[
            each
            for each in providers
            if actor.covers(Role.HR, each.organisation_id)
            and queries.may_be_signed_in_by(each.organisation_id, account)
            and not any(operations.is_of(each, link) for link in links)
        ],
    )


@bp.post("/people/<int:person_id>/sign-in/<provider>")
@role_needed(Role.HR)
def allow_link(person_id: int, provider: str) -> ResponseReturnValue:
    """Allows a person to be connected at their next sign-in through a provider of HR's organisation."""
    actor, found = current_actor(), sessions.load_provider(provider)
    if not actor.covers(Role.HR, found.organisation_id):
        raise NotThere
    operations.allow_link(actor, found, load_account_for_code(actor, person_id))
    return redirect_with(
        _("Allowed for 14 days: the person is connected when they sign in through %(provider)s.", provider=found.name),
        "accounts.person_providers",
        person_id=person_id,
    )


@bp.post("/people/<int:person_id>/sign-in/<int:link_id>/remove")
@role_needed(Role.HR)
def remove_link(person_id: int, link_id: int) -> ResponseReturnValue:
    """Removes a connection of a person, and ends the sessions that came by it."""
    actor = current_actor()
    account = load_account_for_code(actor, person_id)
    operations.unlink(actor, account, queries.load_connection(account.id, link_id, sessions.list_offered()))
    return redirect_with(_("The connection has been removed."), "accounts.person_providers", person_id=person_id)
