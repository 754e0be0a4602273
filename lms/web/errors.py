"""Error pages: what happened, what to do next, what is not lost. They query no database and no session."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from flask import Flask, Response, current_app, g, jsonify, request
from flask_babel import LazyString, force_locale, lazy_gettext as _l
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError as NoFreeConnection
from werkzeug.exceptions import HTTPException

from lms.kernel.errors import Refusal
from lms.kernel.wsgi import TooManyAtOnce
from lms.web.formatting import waiting_time
from lms.web.language import direction_of, language_without_session
from lms.web.limits import seconds_to_wait

log = structlog.get_logger(__name__)
RETRY_SECONDS = {429: 60, 503: 15}


@dataclass(frozen=True, slots=True)
class ErrorText:
    """The text of one error page; ``name`` is the error's code in JSON."""

    name: str
    title: LazyString
    explanation: LazyString
    next_step: LazyString
    not_lost: LazyString | None = None


PAGES: dict[int, ErrorText] = {
    400: ErrorText(
        "bad_request",
        _l("We could not read that"),
        _l("Something in the address or in the form could not be read."),
        _l("Go back, reload the page and try again."),
    ),
    401: ErrorText(
        "sign_in_first",
        _l("Please sign in"),
        _l("This page is for people who are signed in."),
        _l("Sign in, then open the page again."),
    ),
    403: ErrorText(
        "not_allowed",
        _l("You do not have access to this page"),
        _l("You are signed in, but this page or action is for another role."),
        _l("If you need it for your work, ask the person responsible for training in your organisation."),
    ),
    404: ErrorText(
        "not_found",
        _l("Page not found"),
        _l("The address may be wrong, the page may have moved, or you may not have access to it."),
        _l("Check the address, or go to the start page."),
    ),
    405: ErrorText(
        "wrong_method",
        _l("This address cannot be opened directly"),
        _l("It belongs to a button on another page."),
        _l("Go back and use the button there."),
    ),
    408: ErrorText(
        "too_slow",
        _l("This took too long to send"),
        _l("The connection was lost or very slow, so not everything you sent has arrived."),
        _l("Go back and send it again, if you can where the signal is better."),
        _l("Nothing was changed. What you saved before is still there."),
    ),
    409: ErrorText(
        "refused",
        _l("This cannot be done now"),
        _l("Something has changed since you opened the page."),
        _l("Go back and reload the page to see the current state."),
        _l("Nothing that was saved before is lost."),
    ),
    413: ErrorText(
        "too_large",
        _l("This is too large to send"),
        _l("The file or text is larger than we can accept."),
        _l("Go back and choose a smaller file, or split it into parts."),
        _l("Nothing was changed."),
    ),
    422: ErrorText(
        "invalid",
        _l("This cannot be accepted"),
        _l("Something you sent is not valid."),
        _l("Go back, correct it and send it again."),
        _l("Nothing was changed."),
    ),
    429: ErrorText(
        "too_many_requests",
        _l("Please wait a moment"),
        _l("There were many attempts in a short time, so we have paused to protect everybody's accounts."),
        _l("Wait a little, then try again. You have done nothing wrong."),
        _l("What you saved before is still there."),
    ),
    500: ErrorText(
        "failure",
        _l("Something went wrong on our side"),
        _l("This is our fault, not yours. The error has been logged for the people who run this service."),
        _l("Try again in a few minutes. If it happens again, give them the error number below."),
        _l("What you saved before is still there."),
    ),
    503: ErrorText(
        "away",
        _l("We will be back in a moment"),
        _l("We cannot reach our records at the moment."),
        _l("Wait a little, then reload this page."),
        _l("What you saved before is still there. You can send what is on your screen again."),
    ),
}
PAGE_EXPIRED = ErrorText(
    "page_expired",
    _l("This page was open too long"),
    _l("For safety on shared phones, a page can only be sent for some hours after you opened it."),
    _l("Go back and send it again. If that does not help, copy what you typed, reload the page and paste it."),
    _l("Everything that was saved before is still there."),
)

MANY_AT_ONCE = ErrorText(
    "busy",
    _l("Very many people are signing in"),
    _l("Passwords are checked one after the other, and there is a queue at the moment."),
    _l("Wait ten seconds, then reload this page: what you typed is sent again."),
    _l("Your password and everything you saved are as they were."),
)


def request_id() -> str:
    """Returns the id of this request in the log, making one where there is none yet."""
    if not isinstance(getattr(g, "request_id", None), str):
        g.request_id = secrets.token_hex(6)
    return str(g.request_id)


def wants_json() -> bool:
    """Returns whether the client wants JSON rather than a page."""
    accepted = request.accept_mimetypes
    return request.path.startswith("/api/") or accepted["application/json"] > accepted["text/html"]


ErrorFormat = Callable[[int, ErrorText, str, Exception | None], Response]
"""What makes the response of an error: of its status, the text of its page, its own message, and what was raised."""


def register_error_format(app: Flask, prefix: str, error_format: ErrorFormat) -> None:
    """Lets errors at the addresses below a prefix be in a format of their own: interfaces for programs."""
    app.extensions.setdefault("error_formats", {})[prefix] = error_format


def format_of_address() -> ErrorFormat | None:
    """Returns the format of errors at the address of this request, where it has one of its own."""
    formats: dict[str, ErrorFormat] = current_app.extensions.get("error_formats", {})
    return next((formats[prefix] for prefix in formats if request.path.startswith(prefix)), None)


def error_response(code: int, text: ErrorText, message: str = "", error: Exception | None = None) -> Response:
    """Returns an error as a page or as JSON; ``message`` replaces the general text of what happened."""
    # The template is rendered without Flask's context processors, and the language is chosen without the
    # session: both may query the database, which may be what is broken.
    language = language_without_session()
    with force_locale(language):
        if own_format := format_of_address():
            response = own_format(code, text, message, error)
        elif wants_json():
            shown = {
                "code": code,
                "name": text.name,
                "message": message or str(text.explanation),
                "request_id": request_id(),
            }
            response = jsonify(error=shown)
        else:
            page = current_app.jinja_env.get_template("web/error.html").render(
                code=code,
                text=text,
                message=message,
                request_id=request_id(),
                language=language,
                direction=direction_of(language),
                product_name=current_app.config["PRODUCT_NAME"],
                quick_exit_url=current_app.config["QUICK_EXIT_URL"],
            )
            response = Response(page, mimetype="text/html")
    response.status_code = code
    # A browser that cached an error page would show it after the error is gone.
    response.headers["Cache-Control"] = "no-store"
    if code in RETRY_SECONDS:
        response.headers["Retry-After"] = str(RETRY_SECONDS[code])
    return response


def handle_http(error: HTTPException) -> Response | HTTPException:
    """Returns the page of an HTTP error; responses that are not errors pass."""
    if error.code is None or error.code < 400:
        return error
    text = PAGES.get(error.code, PAGES[500] if error.code >= 500 else PAGES[400])
    response = error_response(error.code, text, error=error)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


def handle_limit(_error: RateLimitExceeded) -> Response:
    """Returns the page of a limit, which says how long it lasts."""
    seconds = seconds_to_wait()
    with force_locale(language_without_session()):
        time = waiting_time(seconds)
    wait = _l("Wait %(time)s, then try again. You have done nothing wrong.", time=time)
    response = error_response(429, replace(PAGES[429], next_step=wait))
    response.headers["Retry-After"] = str(seconds)
    return response


def handle_many(error: TooManyAtOnce) -> Response:
    """Returns the page that asks to wait until fewer passwords are to be checked."""
    response = error_response(503, MANY_AT_ONCE)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def handle_refusal(error: Refusal) -> Response:
    """Returns the page of a refusal with its own message."""
    return error_response(error.status, PAGES.get(error.status, PAGES[409]), error.message, error)


def handle_database(error: DBAPIError | NoFreeConnection) -> Response:
    """Returns 503 while the database is down, busy or full; any other database error is a bug."""
    if not isinstance(error, OperationalError | InterfaceError | NoFreeConnection) and not error.connection_invalidated:
        raise error
    cause = getattr(error, "orig", None)
    # Only the driver's own message: SQLAlchemy's contains the values of the statement.
    log.error("database unavailable", error=type(error).__name__, cause=str(cause), request=request_id())
    return error_response(503, PAGES[503])


def set_up_errors(app: Flask) -> None:
    """Registers the error pages."""
    app.register_error_handler(HTTPException, handle_http)
    app.register_error_handler(RateLimitExceeded, handle_limit)
    app.register_error_handler(TooManyAtOnce, handle_many)
    app.register_error_handler(CSRFError, lambda _error: error_response(400, PAGE_EXPIRED))
    app.register_error_handler(Refusal, handle_refusal)
    app.register_error_handler(NoFreeConnection, handle_database)
    app.register_error_handler(DBAPIError, handle_database)
