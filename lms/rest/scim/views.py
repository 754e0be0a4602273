"""The addresses of SCIM: each needs a token with the scope for directories, and the rest is the standard's."""

import json

from flask import Response, request

from lms.accounts.api import TokenScope
from lms.rest.bearer import authenticate
from lms.rest.blueprint import bp
from lms.rest.scim.errors import MEDIA_TYPE

PREFIX = "/scim/v2"
ONE = ("GET", "PUT", "PATCH", "DELETE")
ADDRESSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("/ServiceProviderConfig", ("GET",)),
    ("/ResourceTypes", ("GET",)),
    ("/ResourceTypes/<type_name>", ("GET",)),
    ("/Schemas", ("GET",)),
    ("/Schemas/<schema_name>", ("GET",)),
    ("/Users", ("GET", "POST")),
    ("/Users/.search", ("POST",)),
    ("/Users/<user_id>", ONE),
    ("/Groups", ("GET", "POST")),
    ("/Groups/.search", ("POST",)),
    ("/Groups/<group_id>", ONE),
    ("/.search", ("POST",)),
)


def directory_request(**_variables: str) -> Response:
    """Answers one request of a directory."""
    caller = authenticate(TokenScope.DIRECTORY)
    from scim2_server.requests import ScimRequest  # noqa: PLC0415 - only installations with a directory need it

    from lms.rest.scim.service import answer  # noqa: PLC0415 - the same

    found = answer(
        caller,
        ScimRequest(
            method=request.method,
            base_url=f"{request.url_root.rstrip('/')}{PREFIX}",
            path=request.path.removeprefix(PREFIX),
            query=request.args.to_dict(),
            headers=list(request.headers.items()),
            body=request.get_data(),
        ),
    )
    body = "" if found.body is None else json.dumps(found.body)
    return Response(body, found.status, found.headers, mimetype=MEDIA_TYPE)


directory_request.access = str(TokenScope.DIRECTORY)  # type: ignore[attr-defined]
for _path, _methods in ADDRESSES:
    _name = f"directory{_path}".replace("/", "_").replace(".", "")
    bp.add_url_rule(PREFIX + _path, _name, directory_request, methods=_methods)
