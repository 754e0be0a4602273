"""Errors of interfaces for programs as RFC 9457 describes them, each with a remedy."""

from collections.abc import Mapping, Sequence

from flask import Response
from flask_babel import LazyString, lazy_gettext as _l
from pydantic import BaseModel, Field

from lms.kernel.errors import Invalid, Refusal
from lms.web.errors import ErrorText, request_id

MEDIA_TYPE = "application/problem+json"
DOCUMENTATION = "/api/v1/docs"
"""The page that explains each kind of problem."""


class FieldError(BaseModel, defer_build=True):
    """What is wrong with one value of a request."""

    field: str = Field(description="The path of the value, such as placement.sector.")
    message: str


class ProblemShape(BaseModel, defer_build=True):
    """What every error answers (RFC 9457)."""

    type: str = Field(description="The kind of problem, by which a program can tell it.")
    title: str
    status: int
    detail: str = Field(description="What happened.")
    remedy: str = Field(description="What to do.")
    request_id: str = Field(description="The number of this request in the log of the installation.")
    errors: list[FieldError] = Field(description="Each value that is wrong.")


class RequestProblem(Refusal):
    """A request of a program is refused; ``name`` is the last part of the problem's type."""

    def __init__(
        self,
        status: int,
        message: str | LazyString = "",
        *,
        name: str = "",
        remedy: str | LazyString = "",
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(message)
        self.status, self.name, self.remedy = status, name, remedy
        self.headers, self.errors = headers or {}, errors


TEXTS: Mapping[int, tuple[LazyString, LazyString]] = {
    400: (_l("The request could not be read."), _l("Send what the document of the interface describes.")),
    401: (
        _l("The request has no token that works."),
        _l(
            "Send the header “Authorization: Bearer” with a token. It may have expired or been revoked, or its holder "
            "may have left or lost the role: its page under Account, Access tokens, says which. Make a new one there."
        ),
    ),
    403: (
        _l("The token does not allow this."),
        _l("Use a token with the scope that the document of the interface names, made by somebody with the role."),
    ),
    404: (
        _l("There is nothing at this address that the token may see."),
        _l("Check the address and the numbers in it; another organisation's records are not found."),
    ),
    405: (_l("This address has no such method."), _l("Use one of the methods that the header Allow names.")),
    408: (_l("The request did not arrive whole in time."), _l("Send it again.")),
    409: (_l("The record has changed meanwhile."), _l("Read it again, then decide what to send.")),
    413: (_l("The request is too large."), _l("Send fewer entries at a time.")),
    415: (_l("The body is not JSON."), _l("Send JSON, with the header “Content-Type: application/json”.")),
    422: (_l("Something in the request is not valid."), _l("Correct what “errors” names and send it again.")),
    429: (_l("There were too many requests in a short time."), _l("Wait as many seconds as Retry-After says.")),
    500: (
        _l("Something went wrong on our side; it has been logged."),
        _l("Try again later. If it happens again, give the administrator the request_id."),
    ),
    503: (_l("This cannot be answered at the moment."), _l("Wait as many seconds as Retry-After says.")),
}
"""What happened and what to do, by status, where the error itself does not say."""


def describe(code: int, text: ErrorText, message: str, error: Exception | None) -> ProblemShape:
    """Returns an error as a problem."""
    known = code if code in TEXTS else 500 if code >= 500 else 400
    title, remedy = TEXTS[known]
    errors = list(error.errors) if isinstance(error, RequestProblem) else []
    if isinstance(error, Invalid) and error.field:
        errors.append(FieldError(field=error.field, message=error.message))
    own_name = error.name if isinstance(error, RequestProblem) else ""
    return ProblemShape(
        type=f"{DOCUMENTATION}#{own_name or text.name}",
        title=str(title),
        status=code,
        detail=message or str(title),
        remedy=str((error.remedy if isinstance(error, RequestProblem) else "") or remedy),
        request_id=request_id(),
        errors=errors,
    )


def problem_response(code: int, text: ErrorText, message: str, error: Exception | None) -> Response:
    """Returns an error as a problem: an ``ErrorFormat`` for ``lms.web.errors.register_error_format``."""
    headers = dict(error.headers) if isinstance(error, RequestProblem) else {}
    return Response(describe(code, text, message, error).model_dump_json(), mimetype=MEDIA_TYPE, headers=headers)
