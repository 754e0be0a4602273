"""Error pages: what happened, what to do next, what is not lost. They read no database and no session."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from flask import Flask, Response, current_app, g, jsonify, request
from flask_babel import LazyString, force_locale, lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError as NoFreeConnection
from werkzeug.exceptions import HTTPException

from lms.kernel.errors import Refusal
from lms.web.language import direction_of, language_without_session

log = structlog.get_logger(__name__)
RETRY_SECONDS = {429: 60, 503: 15}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one error page; ``name`` is what programs read."""

    name: str
    title: LazyString
    happened: LazyString
    next_step: LazyString
    kept: LazyString | None = None


BAD_REQUEST = Words(
    "bad_request",
    _l("That did not arrive as we expected"),
    _l("Something in the address or in what was sent could not be read."),
    _l("Go back, reload the page and try once more."),
)
PAGES: dict[int, Words] = {
    400: BAD_REQUEST,
    401: Words(
        "sign_in_first",
        _l("Please sign in"),
        _l("This page is for people who are signed in."),
        _l("Sign in, then open the page again."),
    ),
    403: Words(
        "not_allowed",
        _l("This is not yours to open"),
        _l("You are signed in, but this page or this step belongs to another role."),
        _l("If you need it for your work, ask the person who looks after training in your organisation."),
    ),
    404: Words(
        "not_found",
        _l("This page is not here"),
        _l("The address may be mistyped, the page may have moved, or it is not open to you."),
        _l("Check the address, or begin again from the start page."),
    ),
    405: Words(
        "wrong_method",
        _l("This step cannot be opened like that"),
        _l("The address belongs to a button on another page and cannot be opened by itself."),
        _l("Go back and use the button there."),
    ),
    409: Words(
        "refused",
        _l("This cannot be done now"),
        _l("Something has changed since the page was opened."),
        _l("Go back and reload the page to see how things stand."),
        _l("Nothing that was saved before is lost."),
    ),
    413: Words(
        "too_large",
        _l("That is too large to send"),
        _l("The file or the text is bigger than we can take."),
        _l("Go back and choose a smaller file, or split it into parts."),
        _l("Nothing was changed."),
    ),
    422: Words(
        "invalid",
        _l("That cannot be accepted as it is"),
        _l("Something in what was sent does not fit."),
        _l("Go back, correct it and send it again."),
        _l("Nothing was changed."),
    ),
    429: Words(
        "too_many_requests",
        _l("Please wait a moment"),
        _l("There were many tries in a short time, so we have paused for everybody's safety."),
        _l("Wait a minute, then try again. You have done nothing wrong."),
        _l("What you saved before is still there."),
    ),
    500: Words(
        "failure",
        _l("Something went wrong on our side"),
        _l(
            "This is our fault, not yours. It has been written down for the people who look after the server."
        ),
        _l("Try again in a few minutes. If it happens again, tell them the number below."),
        _l("What you saved before is still there."),
    ),
    503: Words(
        "away",
        _l("We will be back in a moment"),
        _l("The platform cannot reach its records just now."),
        _l("Wait a little, then reload this page."),
        _l("What you saved before is still there. What is still on your screen you can send again."),
    ),
}
OPEN_TOO_LONG = Words(
    "page_expired",
    _l("This page was open too long"),
    _l("For safety on shared phones, a page can be sent only for some hours after it was opened."),
    _l("Go back, reload the page, and send it again."),
    _l("Your answers are still there."),
)


def request_id() -> str:
    """Returns the number under which this request is in the log, making one where none is given yet."""
    if not isinstance(getattr(g, "request_id", None), str):
        g.request_id = secrets.token_hex(6)
    return str(g.request_id)


def wants_json() -> bool:
    """Says whether a program asked, rather than a person with a browser."""
    accepted = request.accept_mimetypes
    return request.path.startswith("/api/") or accepted["application/json"] > accepted["text/html"]


def error_response(code: int, words: Words, message: str = "") -> Response:
    """Renders one error as a page or as JSON; ``message`` replaces the general words of what happened."""
    # The template is rendered without Flask's context processors, and the language is chosen without the
    # session: both may ask the database, which may be what is broken.
    language = language_without_session()
    with force_locale(language):
        if wants_json():
            error = {
                "code": code,
                "name": words.name,
                "message": message or str(words.happened),
                "request_id": request_id(),
            }
            response = jsonify(error=error)
        else:
            page = current_app.jinja_env.get_template("web/error.html").render(
                code=code,
                words=words,
                message=message,
                request_id=request_id(),
                language=language,
                direction=direction_of(language),
                product_name=current_app.config["PRODUCT_NAME"],
                quick_exit_url=current_app.config["QUICK_EXIT_URL"],
            )
            response = Response(page, mimetype="text/html")
    response.status_code = code
    # An error is about this moment: a browser that kept it would show it after the cure.
    response.headers["Cache-Control"] = "no-store"
    if code in RETRY_SECONDS:
        response.headers["Retry-After"] = str(RETRY_SECONDS[code])
    return response


def _kept_headers(error: HTTPException) -> Sequence[tuple[str, str]]:
    return [
        (name, value)
        for name, value in error.get_headers()
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}
    ]


def answer_http(error: HTTPException) -> Response | HTTPException:
    """Turns an HTTP error into its page; answers that are not errors pass."""
    if error.code is None or error.code < 400:
        return error
    words = PAGES.get(error.code, PAGES[500] if error.code >= 500 else BAD_REQUEST)
    response = error_response(error.code, words)
    for name, value in _kept_headers(error):
        response.headers[name] = value
    return response


def answer_csrf(_: CSRFError) -> Response:
    """Tells a person whose page was open too long how to keep what they wrote."""
    return error_response(400, OPEN_TOO_LONG)


def answer_refusal(error: Refusal) -> Response:
    """Shows a refusal in its own words."""
    return error_response(error.status, PAGES.get(error.status, PAGES[409]), error.message)


def answer_away(error: DBAPIError | NoFreeConnection) -> Response:
    """Answers 503 while the database is away, busy or full."""
    cause = getattr(error, "orig", None)
    # Only the driver's own words: SQLAlchemy's message would carry the values of the statement.
    log.error("database away", error=type(error).__name__, cause=str(cause), request=request_id())
    return error_response(503, PAGES[503])


def answer_database(error: DBAPIError) -> Response:
    """Answers 503 for a connection lost in the middle; any other database error is a failure of ours."""
    if error.connection_invalidated:
        return answer_away(error)
    raise error


def set_up_errors(app: Flask) -> None:
    """Gives the application its error pages."""
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(CSRFError, answer_csrf)
    app.register_error_handler(Refusal, answer_refusal)
    app.register_error_handler(OperationalError, answer_away)
    app.register_error_handler(InterfaceError, answer_away)
    app.register_error_handler(NoFreeConnection, answer_away)
    app.register_error_handler(DBAPIError, answer_database)
