"""Whose pages a request shows while an administrator sees those of somebody else: the one place that decides it.

Who acts is loaded here and nowhere else. So where a request may not be answered, no view ever learns who acts.
"""

from dataclasses import replace
from functools import partial

from flask import (
    Flask,
    Response,
    after_this_request,
    current_app,
    flash,
    g,
    redirect,
    request,
    session as cookie,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from markupsafe import Markup

from lms.accounts.models import SignedIn, SupportView
from lms.accounts.policy import why_not_seen
from lms.accounts.queries import find_account
from lms.accounts.second_step.settings import roles_rest
from lms.accounts.sign_in.queries import load_actor
from lms.accounts.support.queries import find_current_view
from lms.audit.api import record
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.db import unit_of_work
from lms.kernel.errors import Refusal
from lms.kernel.requests import SAFE_METHODS, is_marked
from lms.web.access import current_actor
from lms.web.errors import ErrorText, error_response
from lms.web.formatting import moment

SEEN = "support_view"
"""Where the session's cookie has which row of ``support_view`` it shows; not there in everybody else's."""

AS_ONESELF = frozenset({"accounts.stop_view", "security.logout"})
"""What an administrator does themselves meanwhile."""

PRIVATE_BLUEPRINTS = frozenset({"accounts", "security", "webhooks"})
"""Passwords, second steps, sessions, tokens, codes and what was printed with them."""

PRIVATE = frozenset({"home.stored", "home.stored_json"})
"""The other pages that only the person themselves opens."""

READ_ONLY = ErrorText(
    "read_only",
    _l("You can only read here"),
    _l("These are somebody else's pages. You see them as they do, but you cannot do anything for them."),
    _l("Go back and read on, or stop seeing their pages with the button above."),
    _l("Nothing was changed."),
)
OWN_ALONE = ErrorText(
    "own_alone",
    _l("Only they open this page themselves"),
    _l("Passwords, sign-in, access tokens, downloads and all that is stored about somebody stay their own."),
    _l("Go back and read on, or stop seeing their pages with the button above."),
)


class ViewOnly(Refusal):
    """The pages of somebody else are read, and some of them are not even that."""

    status = 403

    def __init__(self, page: ErrorText) -> None:
        super().__init__(page.explanation)
        self.page = page


class ViewOver(Refusal):
    """Its time is over, or whose pages they are has become an administrator or cannot sign in any more."""


def set_up_support(app: Flask) -> None:
    """Refuses before any view what is not reading, and leads back to one's own pages when the time is over."""
    app.before_request(refuse_to_act)
    app.register_error_handler(ViewOnly, lambda error: error_response(403, error.page, error=error))
    app.register_error_handler(ViewOver, return_to_own)


def refuse_to_act() -> None:
    """Has it decided who acts, before a view that does not ask.

    Other pages are left to ask themselves: looking at the cookie would make public ones depend on it.
    """
    if (request.method not in SAFE_METHODS or is_private()) and SEEN in cookie:
        current_actor()


def see_as_other(administrator: SignedIn) -> SignedIn:
    """Returns whose pages the session of an administrator shows.

    Raises ``ViewOnly`` for what is not shown, and ``ViewOver``.
    """
    view = find_current_view(administrator.actor, cookie[SEEN], clock.now())
    account = find_account(view.account_id) if view else None
    if view is None or account is None or why_not_seen(administrator.actor, account):
        raise ViewOver
    actor = load_actor(account, clock.today())
    if roles_rest(account.roles_since, has_second_step=account.has_second_step):
        # Their pages would lead to the second step, which is not shown; learners' pages are what is left.
        actor = replace(actor, scopes={Role.LEARNER: None})
    g.page_banner = partial(render_banner, administrator.actor, actor.name, view)
    if request.method not in SAFE_METHODS:
        raise ViewOnly(READ_ONLY)
    if is_private():
        raise ViewOnly(OWN_ALONE)
    after_this_request(partial(record_page, administrator.actor, view.id, account.id))
    return SignedIn(
        administrator.fs_uniquifier,
        actor,
        signed_in_at=administrator.signed_in_at,
        active=True,
        roles_since=account.roles_since,
        has_second_step=account.has_second_step,
    )


def is_private() -> bool:
    """Says whether only the person themselves opens the page of this request, or downloads its file."""
    is_file = is_marked(current_app, request.endpoint, "is_audited_download")
    return is_file or request.blueprint in PRIVATE_BLUEPRINTS or request.endpoint in PRIVATE


def record_page(administrator: Actor, view_id: int, account_id: int, response: Response) -> Response:
    """Records which page an administrator read, in a transaction of its own; not each picture on it.

    A file is not sent, such as a signed certificate or a question bank with its keys: it would stay with them.
    """
    if "filename" in response.headers.get("Content-Disposition", ""):
        response.close()
        return error_response(403, OWN_ALONE)
    if (
        request.method == "GET"
        and response.status_code in (200, 304)
        and not (response.mimetype or "").startswith("image/")
    ):
        with unit_of_work():
            page = str(request.endpoint)
            record(administrator, "accounts.read_page", "account", account_id, view=view_id, page=page)
    return response


def render_banner(administrator: Actor, name: str, view: SupportView) -> Markup:
    """Renders whose pages these are, until when, and how to stop."""
    # Without Flask's context processors: on the page of an error, they would ask again who acts.
    template = current_app.jinja_env.get_template("accounts/_support_banner.html")
    until = moment(view.until_at, zone=administrator.time_zone)
    return Markup(template.render(name=name, until=until))  # noqa: S704 - rendered by a template that escapes


def return_to_own(_error: ViewOver) -> ResponseReturnValue:
    """Leads to the administrator's own pages; what was sent meanwhile is not done, for anybody."""
    cookie.pop(SEEN)
    flash(_("You no longer see the pages of somebody else: the time is over. These are your own."), "info")
    return redirect(url_for("accounts.users"), 303)
