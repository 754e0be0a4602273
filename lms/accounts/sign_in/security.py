"""The setup of Flask-Security: reset, password change and hashing are its work; finding accounts and actors is ours."""

from dataclasses import replace
from typing import Any, cast

from flask import Flask, flash, g, request, session as cookie
from flask_babel import gettext as _
from flask_login import user_logged_in, user_logged_out
from flask_security import (
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
    password_changed,
    password_reset,
    user_authenticated,
    wan_deleted,
    wan_registered,
)
from flask_security.utils import set_request_attr

from lms.accounts.codes.operations import use_up_codes
from lms.accounts.codes.queries import list_codes_printed_since_sign_in
from lms.accounts.emails import queue_new_password
from lms.accounts.models import Account, Passkey, SignedIn, has_role
from lms.accounts.operations import sign_out_everywhere
from lms.accounts.queries import find_account_by_email, find_account_where, load_own_account
from lms.accounts.registering.queries import is_offered
from lms.accounts.second_step.forms import CodeStepForm, NewPasskeyAnswer, NewPasskeyForm, NoRescueForm, PasskeyAnswer
from lms.accounts.second_step.operations import note_passkey, note_removed_passkey
from lms.accounts.second_step.passkeys import using_passkeys
from lms.accounts.second_step.settings import PasskeyOptions, required_day, roles_rest, second_step_config
from lms.accounts.second_step.totp import AppCodes
from lms.accounts.second_step.views import REPLACED_VIEWS
from lms.accounts.sign_in import queries
from lms.accounts.sign_in.devices import key_of_device, name_of_account, remember_device
from lms.accounts.sign_in.forms import ChangeForm, ConfirmForm, Passwords, ResetForm, SignInForm
from lms.accounts.sign_in.hashing import PasswordContext
from lms.accounts.sign_in.lifetimes import is_over, note_use
from lms.accounts.sign_in.limits import LIMITED_VIEWS, NAME_OF_FIRST_STEP, typed_name
from lms.accounts.sign_in.operations import end_session, note_new_device, record_sign_in, start_session
from lms.accounts.sign_in.refusals import ask_for_password, ask_for_second_step, ask_to_sign_in, reject_json
from lms.accounts.sign_in.settings import security_config
from lms.accounts.single_sign_on.sessions import list_offered, take_origin
from lms.accounts.single_sign_on.views import public as single_sign_on
from lms.accounts.support.operations import end_view
from lms.accounts.support.seen import AS_ONESELF, SEEN, see_as_other, set_up_support
from lms.audit.api import record
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.db import db
from lms.kernel.requests import writes_at_once
from lms.web.access import current_actor
from lms.web.formatting import day as in_words, moment
from lms.web.headers import clear_site_data

SESSION_KEYS_OF_LOGIN = frozenset({"_user_id", "_fresh", "_id", "_remember", "_remember_seconds"})
"""What Flask-Login has just written; everything older in the cookie is removed at sign-in."""


class Datastore(SQLAlchemyUserDatastore):
    """Finds accounts for Flask-Security, with who acts, and ends their sessions where it asks for that."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Account | None:  # noqa: ARG002
        """Finds an account by one attribute."""
        attribute, value = kwargs.popitem()
        if attribute == "email":
            account = find_account_by_email(str(value))
        else:
            account = find_account_where(getattr(Account, attribute) == value)
        if account is not None:
            account.actor = queries.load_actor(account, clock.today())  # type: ignore[misc]
        return account

    def set_uniquifier(self, user: UserMixin, uniquifier: str | None = None) -> None:  # noqa: ARG002
        """Ends every session of an account, because its password has changed."""
        sign_out_everywhere(cast("Account", user))


class NoRole(RoleMixin):
    """Roles live in role_grant; Flask-Security only needs a class."""


def set_up_accounts(app: Flask) -> None:
    """Connects Flask-Security to the app."""
    app.config.update(security_config() | second_step_config(app))
    security = Security(
        app,
        Datastore(db, Account, NoRole, Passkey),
        login_form=SignInForm,
        reset_password_form=ResetForm,
        change_password_form=ChangeForm,
        verify_form=ConfirmForm,
        two_factor_verify_code_form=CodeStepForm,
        two_factor_rescue_form=NoRescueForm,
        wan_register_form=NewPasskeyForm,
        wan_register_response_form=NewPasskeyAnswer,
        wan_signin_response_form=PasskeyAnswer,
        password_util_cls=Passwords,
        totp_cls=AppCodes,
        webauthn_util_cls=PasskeyOptions,
    )
    security.pwd_context = PasswordContext(**security.pwd_context.to_dict())
    app.view_functions.update(LIMITED_VIEWS | REPLACED_VIEWS | single_sign_on.REPLACED_VIEWS)
    app.jinja_env.globals.update(sign_in_providers=list_offered, registration_is_open=is_offered)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("security.wan_"):
            app.view_functions[endpoint] = using_passkeys(view)
    # It commits by itself, after the request; those with passwords do so after ours, when nothing is left.
    writes_at_once(app.view_functions["security.logout"])
    security.want_json(lambda _request: False)
    security.unauthn_handler(ask_to_sign_in)
    security.reauthn_handler(ask_for_password)
    app.extensions["ask_for_second_step"] = ask_for_second_step
    set_up_sessions(app, security)
    set_up_support(app)
    app.before_request(reject_json)
    for signal in (password_reset, password_changed):
        signal.connect(record_new_password, app)
    wan_registered.connect(on_passkey_added, app)
    wan_deleted.connect(on_passkey_removed, app)


def set_up_sessions(app: Flask, security: Security) -> None:
    """Authenticates by the session cookie only, clears it at sign-in and keeps it alive while it is used."""
    login_manager = security.login_manager
    login_manager.unauthorized_callback = ask_to_sign_in
    # Tokens in headers are off. Marking sessions as stale when a phone changes networks helps nobody here.
    login_manager.request_loader(None)
    login_manager.session_protection = None
    login_manager.user_loader(load_signed_in)
    user_logged_in.connect(begin_session, app)
    user_authenticated.connect(welcome, app)
    user_logged_out.connect(leave_session, app)


def load_signed_in(token: str) -> Account | SignedIn | None:
    """Loads who acts in the session that the cookie names, on Flask-Security's own pages their account.

    Returns None where the session has ended or the account is closed. Where an administrator sees the pages of
    somebody else, it is them; raises what ``see_as_other`` refuses.
    """
    signed_in = queries.find_signed_in(token, clock.today())
    if signed_in is None or not signed_in.active or is_over(signed_in):
        return None
    if signed_in.holds_role and roles_rest(signed_in.roles_since, has_second_step=signed_in.has_second_step):
        signed_in.needs_second_step = True
        signed_in.actor = replace(signed_in.actor, scopes={Role.LEARNER: None})
    g.session_token = token
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", cookie.get("fs_paa", 0))
    note_use(signed_in)
    if SEEN in cookie and request.endpoint not in AS_ONESELF:
        return see_as_other(signed_in)
    if request.blueprint != "security":
        return signed_in
    account = load_own_account(signed_in.actor)
    account.actor = signed_in.actor  # type: ignore[misc]
    return account


def begin_session(_app: Flask, *, user: Account, **_: Any) -> None:
    """Starts a session, and removes what was in the cookie before sign-in, so that nobody can have planted it.

    The cookie ends with the browser, unless the person said that this is their own device.
    """
    if "tf_user_id" in cookie:
        g.name_of_first_step = cookie.get(NAME_OF_FIRST_STEP, "")
    origin = take_origin(user)
    g.by_strong_provider = origin.get("second_step", False)
    for key in set(cookie) - SESSION_KEYS_OF_LOGIN:
        del cookie[key]
    g.pop("csrf_token", None)
    cookie["_user_id"] = start_session(user.id, origin)
    note_use()
    cookie.permanent = cookie.get("_remember") == "set"


def welcome(_app: Flask, *, user: Account, authn_via: list[str] | None, **_more: Any) -> None:
    """Shows who signed in with a password, or through a provider, which codes were printed since; audits the sign-in.

    They get an e-mail where their device did not know them. From now on it does, but not by a name of several accounts:
    it would give whoever has one of them more guesses at the others. Who has a role learns from when signing in takes a
    second step.
    """
    if authn_via == ["password"]:
        name = "" if g.get("compared_with_several") else typed_name()
    elif authn_via == ["provider"]:
        name = ""
    elif "name_of_first_step" in g:
        name = g.name_of_first_step
    else:
        return
    names = [each for each in (name, name_of_account(user.id)) if each]
    if not any(map(key_of_device, names)):
        note_new_device(user)
    remember_device(*names)
    has_step = user.has_second_step or g.get("by_strong_provider")
    if has_role(user) and not has_step and (required := required_day(user.roles_since)):
        day = in_words(required)
        sentence = _("From %(day)s, your role needs a second step to sign in. Set it up under “Your account”.", day=day)
        if clock.today() < required:
            flash(sentence, "warning")
    for code in list_codes_printed_since_sign_in(user.id):
        printed = {"at": moment(code.printed_at), "organisation": code.organisation}
        hr = _("HR of %(organisation)s printed a sign-in code for you on %(at)s.", **printed)
        administrator = _("An administrator printed a sign-in code for you on %(at)s.", **printed)
        what = _("If you did not ask for it, change your password under “Your account”: that makes the code useless.")
        flash(f"{hr if code.organisation else administrator} {what}", "warning")
    record_sign_in(user.id)


def leave_session(_app: Flask, **_: Any) -> None:
    """Ends the session of somebody who signs out, and lets the browser forget their pages: phones are shared."""
    end_session(g.pop("session_token", ""))
    if SEEN in cookie:
        end_view(current_actor(), cookie.pop(SEEN))
    clear_site_data()


def record_new_password(_app: Flask, *, user: Account, **_: Any) -> None:
    """Uses up printed codes once a password was chosen in another way, audits the new password, and mails its owner."""
    use_up_codes(user)
    queue_new_password(user)
    record(queries.load_actor(user, clock.today()), "accounts.set_password", "account", user.id)


def on_passkey_added(_app: Flask, *, user: Any, **_: Any) -> None:
    """Notes a new passkey, and leads to recovery codes where there are none."""
    note_passkey(current_actor(), user)


def on_passkey_removed(_app: Flask, *, user: Any, **_: Any) -> None:
    """Notes a removed passkey."""
    note_removed_passkey(current_actor(), user)
