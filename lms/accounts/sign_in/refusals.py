"""What is answered to who must sign in first, type their password again, or set up a second step."""

from typing import Any
from urllib.parse import urlsplit

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseValue
from flask_babel import gettext as _

from lms.web.csrf import sent_from_here
from lms.web.errors import wants_json


def ask_for_password(*_given: Any, **_more: Any) -> ResponseValue:
    """Leads to the page that asks for the password again, and from there back to the page a form was on."""
    flash(_("Please type your password again."), "info")
    return redirect(url_for("security.verify", next=_page_to_return_to()))


def ask_for_second_step() -> ResponseValue:
    """Leads to the page on which a second step is set up; a form that was sent is offered to be sent again."""
    if wants_json():
        abort(403)
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("accounts.second_step"))
    return _offer_to_send_again("accounts/second_step_first.html", 403)


def ask_to_sign_in(*_given: Any, **_more: Any) -> ResponseValue:
    """Leads to the sign-in page and from there back to the requested page, or the page a form was sent from.

    Where one of our own pages sent a form, it is offered to be sent again after signing in, so that nothing is lost.
    Forms of Flask-Security are not: they hold passwords, which no page may show again.
    """
    if wants_json():
        abort(401)
    is_ours = request.blueprint != "security" and sent_from_here()
    if request.method == "POST" and is_ours and not request.files:
        return _offer_to_send_again("accounts/signed_out.html", 401)
    flash(_("Sign in to continue."), "info")
    return redirect(url_for("security.login", next=_page_to_return_to()))


def _offer_to_send_again(template: str, status: int) -> ResponseValue:
    left_out = {"csrf_token", "password"}
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in left_out]
    address = request.full_path if request.query_string else request.path
    return make_response(render_template(template, fields=fields, address=address), status)


def _page_to_return_to() -> str | None:
    if request.method in ("GET", "HEAD"):
        return request.full_path if request.query_string else request.path
    came_from = urlsplit(request.referrer or "")
    return came_from.path or None if came_from.netloc == request.host else None


def reject_json() -> None:
    """Refuses JSON where Flask-Security would take it: its pages are forms, and only they are tested."""
    if request.blueprint == "security" and request.is_json:
        abort(400)
