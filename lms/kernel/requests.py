"""The application class: each request is one transaction, committed after the view and before the response."""

from collections.abc import Callable, Hashable, MutableMapping
from copy import deepcopy
from typing import Any, TypeVar
from wsgiref.types import WSGIEnvironment

import structlog
from flask import Flask, Request, g, request, session as cookie
from flask.globals import request_ctx
from flask.templating import Environment
from flask.typing import ResponseReturnValue
from jinja2 import Template
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]  # what ``escape`` itself calls
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Rule

from lms.kernel import db
from lms.kernel.before_transaction import ComputeFirst, results
from lms.kernel.error_reports import report_error
from lms.kernel.logs import describe_error
from lms.kernel.transactions import WriteNeeded
from lms.kernel.wsgi import REFUSAL

log = structlog.get_logger("request")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOADED_ANEW = frozenset({"_login_user"})
"""What a request that begins anew asks the database again: who sends it, who may have been signed out."""

View = TypeVar("View", bound=Callable[..., Any])


class RequestValues(ImmutableMultiDict[str, Any]):
    """The values of a query or a form without NUL characters, which nobody types and PostgreSQL rejects."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(mapping)
        for values in dict.values(self):
            values[:] = [value.replace("\x00", "") if isinstance(value, str) else value for value in values]


class PageRequest(Request):
    """A request whose values the databases accept."""

    parameter_storage_class = RequestValues


def escape_output(value: Any) -> str:
    """Returns what stands in a template's ``{{ }}`` as HTML, as ``escape`` does.

    It marks nothing as safe that is only put into the page, and does not copy what is: a tenth of a page with numbers.
    """
    kind = type(value)
    if kind is str:
        escaped: str = _escape_inner(value)
        return escaped
    return value if kind is Markup else escape(value)


class PageTemplate(Template):
    """A template whose output is escaped by ``escape_output``."""

    @classmethod
    def from_code(cls, *given: Any, **more: Any) -> Template:
        """Returns the template of compiled code, which looks the function up by its name."""
        template = super().from_code(*given, **more)
        template.root_render_func.__globals__["escape"] = escape_output
        return template


class PageEnvironment(Environment):
    """Jinja with one dictionary of globals for all templates."""

    template_class = PageTemplate

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Returns the dictionary itself where a template adds nothing.

        Jinja would chain an empty one before it, and look every name up in both, for every page.
        """
        return super().make_globals(d) if d else self.globals


def body_limit(app: Flask, environment: WSGIEnvironment) -> int:
    """Returns the largest body of a request, in bytes: the setting for all pages, or what its own page allows.

    A page that accepts more registers the number under its endpoint in ``app.extensions["body_limits"]``.
    """
    limits: dict[str, int] = app.extensions.get("body_limits", {})
    usual: int = app.config["MAX_CONTENT_LENGTH"]
    return limits.get(_endpoint_of(app, environment) or "", usual)


def _endpoint_of(app: Flask, environment: WSGIEnvironment) -> str | None:
    """Returns the endpoint that a request is for, before there is a request; None for an address that is none."""
    try:
        endpoint: str = app.url_map.bind_to_environ(environment).match()[0]
    except HTTPException:
        return None
    return endpoint


class RequestState:
    """What a view may change of its request, remembered before it begins so that it can begin anew."""

    def __init__(self) -> None:
        self.values = {name: value for name, value in vars(g).items() if name not in LOADED_ANEW}
        # Whole: messages to show are appended to a list in it.
        self.cookie, self.cookie_modified = deepcopy(dict(cookie)), cookie.modified
        self.flashes = request_ctx.flashes
        self.after_request_count = len(request_ctx._after_request_functions)

    def restore(self) -> None:
        """Puts everything back, uploaded files to their beginning."""
        vars(g).clear()
        vars(g).update(self.values, begun_anew=True)
        cookie.clear()
        cookie.update(self.cookie)
        cookie.modified = self.cookie_modified
        request_ctx.flashes = self.flashes
        del request_ctx._after_request_functions[self.after_request_count :]
        for file in request.files.values():
            file.seek(0)


def hashes_passwords(view: View) -> View:
    """Marks a view whose form makes or compares the hash of a password: its requests wait for a thread of their own."""
    view.hashes_passwords = True  # type: ignore[attr-defined]
    return view


def is_marked(app: Flask, endpoint: str | None, mark: str = "hashes_passwords") -> bool:
    """Returns whether the view of an endpoint is marked, by ``hashes_passwords`` where no other mark is given."""
    return getattr(app.view_functions.get(endpoint or ""), mark, False)


def takes_long(app: Flask, environment: WSGIEnvironment) -> bool:
    """Returns whether a request has the form of a view that hashes passwords."""
    return environment["REQUEST_METHOD"] not in SAFE_METHODS and is_marked(app, _endpoint_of(app, environment))


def writes_at_once(view: View) -> View:
    """Marks a view that always writes, where beginning as a reader would only be work done twice.

    One that hashes passwords begins as a reader all the same, and is a writer once that is done.
    """
    view.writes_at_once = True  # type: ignore[attr-defined]
    return view


class LazyRule(Rule):
    """A rule that compiles what builds its addresses at the first of them: for all rules that slows each start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_builder = super()._compile_builder

        def build(rule: "LazyRule", /, **values: Any) -> tuple[str, str]:
            builder: Callable[..., tuple[str, str]] = compile_builder(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", builder)
            return builder(**values)

        return build


class Application(Flask):
    """Flask with one commit after every view.

    Every request begins as a reader, which keeps nobody from writing. GET never writes. A request with another method
    that comes to its first statement that writes begins anew, as a writer: what it has read is read again, and is true
    until its commit. So a preview and a refused form, which write nothing, never wait for the lock or hold it.

    It also begins anew once something is computed that must not happen in a transaction (``computed_first``).

    The transaction is committed after the view and before the response is sent, so what a page says is stored is
    stored. A response with status 400 or above stores nothing.
    """

    request_class = PageRequest
    url_rule_class = LazyRule
    jinja_environment = PageEnvironment

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Returns the function itself: no view or hook is asynchronous, so Flask need not check each of them."""
        return func

    def log_exception(self, exc_info: Any) -> None:
        """Logs an unexpected error in one line, without its message or the path, which may contain personal data."""
        route = request.url_rule.rule if request.url_rule else "(none)"
        log.error(
            "failed", request=g.get("request_id", ""), method=request.method, route=route, **describe_error(exc_info[1])
        )
        report_error(exc_info[1], request=g.get("request_id", ""), route=f"{request.method} {route}")

    def full_dispatch_request(self) -> Any:
        """Sets before any query that this request reads, until it has to write. Raises where GET would write."""
        with db.reading():
            return super().full_dispatch_request()

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Raises the error of a body that the server has not read, before anything looks for it."""
        if refusal := request.environ.get(REFUSAL):
            raise refusal
        return super().preprocess_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """Runs the view as a reader, once more after each ``ComputeFirst``, and where it has to write as a writer.

        Raises 404 for URL parameters outside the database's integer range, or with NUL characters.
        """
        for value in (request.view_args or {}).values():
            if value > db.LARGEST_ID if isinstance(value, int) else "\x00" in str(value):
                raise NotFound
        if request.method in SAFE_METHODS:
            return super().dispatch_request()
        writes = is_marked(self, request.endpoint, "writes_at_once")
        if writes and not is_marked(self, request.endpoint):
            db.begin_writing()
            return self._dispatch_and_commit()
        before, known = RequestState(), dict[Hashable, Any]()
        token = results.set(known)
        try:
            while True:
                try:
                    return self._dispatch_and_commit()
                except WriteNeeded:
                    before.restore()
                    db.begin_writing()
                except ComputeFirst as needed:
                    before.restore()
                    db.rollback()
                    known[needed.key] = needed.compute()
                    if writes:
                        db.begin_writing()
        finally:
            results.reset(token)

    def _dispatch_and_commit(self) -> ResponseReturnValue:
        """Runs the view and then the one commit, so that errors of both get an error page."""
        response = self.make_response(super().dispatch_request())
        if response.status_code < 400:
            db.commit()
        return response
