"""How an address of the interface is declared once: what it checks, what it answers, and what its document says."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

from flask import Response, request
from flask_babel import gettext as _, lazy_gettext as _l
from pydantic import BaseModel, ConfigDict, ValidationError

from lms.accounts.api import TokenHolder, TokenScope
from lms.compliance.api import StillUpdating
from lms.rest.bearer import authenticate
from lms.rest.blueprint import bp
from lms.rest.idempotency.operations import store_answer
from lms.rest.idempotency.queries import find_answer
from lms.rest.problems import FieldError, RequestProblem

VERSION = "/api/v1"
T = TypeVar("T")
AGAIN_SECONDS = 10
KEY_PATTERN = r"[!-~]{1,100}"
"""What a key of a write is made of."""
View = Callable[..., BaseModel | Response]


class Shape(BaseModel):
    """What every part of a request or an answer is: without members that nobody has described."""

    # Built when it is first needed: at the start nobody asks.
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True, defer_build=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One address with one method.

    ``path`` is Flask's. ``query`` and ``body`` are what it takes, ``answer`` is what it gives; a response of another
    kind, such as a PDF, has its media type instead.
    """

    method: str
    path: str
    name: str
    scope: TokenScope | None
    summary: str
    description: str
    answer: type[BaseModel] | str
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None

    @property
    def writes(self) -> bool:
        """Says whether it records something: it then needs an idempotency key."""
        return self.scope == TokenScope.PEOPLE_WRITE

    @property
    def address(self) -> str:
        """Returns the path as OpenAPI writes it."""
        return VERSION + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", self.path)

    @property
    def variables(self) -> Mapping[str, str]:
        """Returns the JSON type of each variable of the path."""
        found = re.findall(r"<(?:(\w+):)?(\w+)>", self.path)
        return {name: "integer" if kind == "int" else "string" for kind, name in found}


ENDPOINTS: list[Endpoint] = []
"""All addresses, in the order in which they are declared."""


def endpoint(
    method: str,
    path: str,
    *,
    scope: TokenScope | None,
    answer: type[BaseModel] | str,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
) -> Callable[[View], View]:
    """Declares a view, which is called with ``caller``, and with ``query``, ``body`` and the path's variables.

    Its docstring is the text of the document: the first line the summary, the rest the description.
    """

    def declare(view: View) -> View:
        summary, _newline, description = (view.__doc__ or "").partition("\n")
        known = Endpoint(
            method=method,
            path=path,
            name=view.__name__,
            scope=scope,
            summary=summary.strip(),
            description=re.sub(r"\s+", " ", description).strip(),
            answer=answer,
            query=query,
            body=body,
        )

        @wraps(view)
        def answered(**variables: Any) -> Response:
            caller = authenticate(scope)
            if query is not None:
                variables["query"] = read(lambda: query.model_validate_strings(request.args.to_dict()))
            elif request.args:
                raise RequestProblem(
                    422, errors=[FieldError(field=name, message=_("This is not known here.")) for name in request.args]
                )
            if body is not None:
                variables["body"] = read_body(body)
            return (
                write_once(known, caller, view, variables) if known.writes else respond(call(view, caller, variables))
            )

        answered.access = str(scope or "token")  # type: ignore[attr-defined]
        ENDPOINTS.append(known)
        bp.add_url_rule(VERSION + path, known.name, answered, methods=[method])
        return view

    return declare


def call(view: View, caller: TokenHolder, variables: Mapping[str, Any]) -> BaseModel | Response:
    """Calls a view. Raises ``RequestProblem`` 503 while the figures it needs are being updated."""
    try:
        return view(caller=caller, **variables)
    except StillUpdating as updating:
        raise RequestProblem(
            503,
            updating.message,
            name="still_updating",
            remedy=_l("Send the same again after Retry-After seconds."),
            headers={"Retry-After": str(AGAIN_SECONDS)},
        ) from None


def write_once(known: Endpoint, caller: TokenHolder, view: View, variables: Mapping[str, Any]) -> Response:
    """Calls a view that writes, or answers what it answered before to the same key.

    Raises ``RequestProblem`` 400 without a key, and 422 for a key that was sent with something else.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch(KEY_PATTERN, key):
        raise RequestProblem(
            400,
            _l("A write needs the header Idempotency-Key, with 1 to 100 letters, digits and signs."),
            name="idempotency_key_missing",
            remedy=_l("Send a new key, such as a UUID, with each act, and the same key when you try it again."),
        )
    digest = hashlib.sha256(b"\0".join((request.path.encode(), request.get_data()))).hexdigest()
    before = find_answer(caller, key)
    if before is not None and before.digest != digest:
        raise RequestProblem(
            422,
            _l("This Idempotency-Key was sent before with something else."),
            name="idempotency_key_reused",
            remedy=_l("Send a new key with each act."),
        )
    answer = before.answer if before else ""
    if before is None:
        made = call(view, caller, variables)
        answer = made.model_dump_json() if isinstance(made, BaseModel) else made.get_data(as_text=True)
        store_answer(caller, key, digest, answer, known.name)
    response = Response(answer, mimetype="application/json")
    response.headers["Idempotent-Replayed"] = "true" if before else "false"
    return response


def read(parse: Callable[[], T]) -> T:
    """Returns what a request says. Raises ``RequestProblem`` 422 that names every value that is wrong."""
    try:
        return parse()
    except ValidationError as error:
        raise RequestProblem(422, errors=field_errors(error)) from None


def field_errors(error: ValidationError) -> list[FieldError]:
    """Returns what pydantic says is wrong, by the path of the value; never the value itself."""
    return [
        FieldError(field=".".join(map(str, each["loc"])), message=each["msg"])
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def read_body(model: type[BaseModel]) -> BaseModel:
    """Returns the body. Raises ``RequestProblem`` 415 for another media type, 422 for what does not fit."""
    if not request.is_json:
        raise RequestProblem(415, name="not_json")
    return read(lambda: model.model_validate_json(request.get_data()))


def respond(made: BaseModel | Response) -> Response:
    """Returns an answer as JSON; what was read has an ETag, and is not sent again to who has it."""
    response = made if isinstance(made, Response) else Response(made.model_dump_json(), mimetype="application/json")
    if cursor := getattr(made, "next_cursor", None):
        following = urlencode({**request.args.to_dict(), "cursor": cursor})
        response.headers["Link"] = f'<{request.path}?{following}>; rel="next"'
    if request.method in ("GET", "HEAD") and response.status_code == 200:
        response.add_etag()
        response.make_conditional(request)
    return response
