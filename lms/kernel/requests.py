"""The application class: each request is one transaction, stored after the view and before the answer."""

from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from flask import Flask, Request, g, request
from flask.templating import Environment
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import NotFound

from lms.kernel import db
from lms.kernel.logs import describe_error

log = structlog.get_logger("request")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def reject_out_of_range_ids(parts: dict[str, Any]) -> None:
    """Answers 404 to parts of an address that the databases cannot even be asked for."""
    for part in parts.values():
        if (isinstance(part, int) and part > db.LARGEST_ID) or (isinstance(part, str) and "\x00" in part):
            raise NotFound


class Words(ImmutableMultiDict[str, Any]):
    """What an address or a form says, without NUL: nobody types one, and PostgreSQL can neither keep nor seek it."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(mapping)
        for words in dict.values(self):
            words[:] = [word.replace("\x00", "") if isinstance(word, str) else word for word in words]


class PageRequest(Request):
    """A request whose words the databases can be asked for."""

    parameter_storage_class = Words


class PageEnvironment(Environment):
    """Jinja with one table of globals for all templates."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Returns the table itself where a template brings nothing of its own.

        Jinja would put an empty table before it, and walk through both, name by name, for every page.
        """
        return super().make_globals(d) if d else self.globals


class Application(Flask):
    """Flask with the one commit point of the house around every view.

    GET never writes: whatever a view does there is forgotten. For the other methods the work is committed after the
    view and before the response leaves, so what a person was told is stored is stored. A refused form (status 400
    and above) stores nothing.
    """

    request_class = PageRequest
    jinja_environment = PageEnvironment

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Returns a function as it is: the house has no asynchronous ones, so none of a page's hooks is looked at."""
        return func

    def log_exception(self, exc_info: Any) -> None:
        """Writes one line of an error that nobody expected, as the other lines are: without its words or the path."""
        route = request.url_rule.rule if request.url_rule else "(none)"
        log.error(
            "failed",
            request=g.get("request_id", ""),
            method=request.method,
            route=route,
            **describe_error(exc_info[1]),
        )

    def full_dispatch_request(self) -> Any:
        """Says before anything touches the database whether this request means to write."""
        token = db.writing.set(request.method not in SAFE_METHODS)
        try:
            return super().full_dispatch_request()
        finally:
            db.writing.reset(token)

    def dispatch_request(self) -> ResponseReturnValue:
        """Runs the view and then the one commit, inside the reach of the error pages."""
        reject_out_of_range_ids(request.view_args or {})
        response = self.make_response(super().dispatch_request())
        if request.method not in SAFE_METHODS and response.status_code < 400:
            db.commit()
        return response
