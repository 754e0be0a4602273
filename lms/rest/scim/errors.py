"""What is refused to a directory, in the words of SCIM (RFC 7644, section 3.12)."""

import json

from flask import Response
from flask_babel import LazyString, lazy_gettext as _l

from lms.rest.problems import RequestProblem, describe
from lms.web.errors import ErrorText

MEDIA_TYPE = "application/scim+json"
SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"

REMEDIES: dict[str, LazyString] = {
    "uniqueness": _l("Find who has it, here under People and in the directory, and correct one of the two."),
    "invalidValue": _l("Correct it in the directory, or in its mapping of attributes; it is then sent again."),
    "mutability": _l("Correct it where it is recorded."),
    "invalidSyntax": _l("Send what /scim/v2/Schemas describes."),
    "invalidFilter": _l("Filter by userName, externalId, id, active, emails, parts of the name or employeeNumber."),
    "invalidPath": _l("Send a path to an attribute that /scim/v2/Schemas describes."),
    "noTarget": _l("Read the record again, then decide what to send."),
}
"""What to do, by the kind of error."""

REMEDIES_BY_STATUS: dict[int, LazyString] = {
    412: REMEDIES["noTarget"],
    501: _l("Send the request without it: /scim/v2/ServiceProviderConfig says what is offered."),
}
"""What to do, where SCIM has no keyword for the error."""


def refused(status: int, message: str | LazyString, *, kind: str) -> RequestProblem:
    """Returns the refusal of a request; ``kind`` is a keyword of SCIM, or empty where it has none."""
    remedy = REMEDIES_BY_STATUS.get(status) or REMEDIES.get(kind, "")
    return RequestProblem(status, f"{str(message).rstrip('.')}.", name=kind, remedy=remedy)


def invalid(message: str | LazyString, *, attribute: str) -> RequestProblem:
    """Returns the refusal of one attribute, which is named as directories name it."""
    return refused(400, f"{attribute}: {message}", kind="invalidValue")


def scim_response(code: int, text: ErrorText, message: str, error: Exception | None) -> Response:
    """Returns an error as SCIM has it: an ``ErrorFormat`` for ``lms.web.errors.register_error_format``."""
    problem = describe(code, text, message, error)
    body = {"schemas": [SCHEMA], "status": str(code), "detail": f"{problem.detail} {problem.remedy}"}
    if isinstance(error, RequestProblem) and error.name in REMEDIES:
        body["scimType"] = error.name
    headers = dict(error.headers) if isinstance(error, RequestProblem) else {}
    return Response(json.dumps(body), mimetype=MEDIA_TYPE, headers=headers)
