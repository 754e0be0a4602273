"""Answers that a learner sent while signed out: sealed in a cookie for an hour, and saved when they sign in again."""

from dataclasses import replace
from typing import Any

from flask import Flask, Response, after_this_request, current_app, flash, request
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

from lms.assessment.api import load_attempt_for, load_attempt_form, save_responses
from lms.kernel.actor import NOBODY
from lms.kernel.errors import NotThere
from lms.learning.forms import read_responses
from lms.web.csrf import sent_from_here

COOKIE = "answers"
LIFETIME_SECONDS = 3600
MAX_COOKIE_LENGTH = 3800
"""Browsers drop cookies of more than 4096 characters."""
ENDPOINTS = ("learning.save", "learning.submit")


def seal_unsaved_answers(response: Response) -> Response:
    """Keeps the answers of a request that was refused because nobody is signed in, if one of our pages sent it."""
    if response.status_code == 401 and request.endpoint in ENDPOINTS and sent_from_here():
        sent = [(name, value) for name, value in request.form.items(multi=True) if name.startswith("q-")]
        sealed = str(_serializer().dumps([(request.view_args or {})["attempt_id"], sent]))
        if len(sealed) <= MAX_COOKIE_LENGTH:
            secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
            response.set_cookie(COOKIE, sealed, max_age=LIFETIME_SECONDS, secure=secure, httponly=True, samesite="Lax")
    return response


def save_unsaved_answers(_app: Flask, *, user: Any, **_more: Any) -> None:
    """Saves the answers of the person who has just signed in; those of somebody else, or too old, are dropped."""
    sealed = request.cookies.get(COOKIE)
    if sealed is None:
        return
    saved = False
    try:
        attempt_id, sent = _serializer().loads(sealed, max_age=LIFETIME_SECONDS)
        attempt = load_attempt_for(replace(NOBODY, person_id=user.person_id), attempt_id)
        saved = save_responses(attempt, read_responses(MultiDict(sent), load_attempt_form(attempt)))
    except (BadData, NotThere):
        pass

    @after_this_request
    def finish(response: Response) -> Response:
        response.delete_cookie(COOKIE)
        if saved:
            # Not before: signing in empties the session.
            flash(_("The answers that you sent while you were signed out are saved."), "good")
        return response


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="answers")
