"""The document of the interface is valid, and the application keeps to it, whatever is sent and whoever asks."""

import json
from collections.abc import Callable

import hypothesis
import pytest
import schemathesis
from flask import Flask
from openapi_spec_validator import validate
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lms.accounts.api import TokenScope
from lms.rest.endpoints import ENDPOINTS
from tests.factories.tokens import ask, token_of, two_organisations

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
SCOPES = {
    "GET /token": None,
    "GET /people": "people:read",
    "GET /people/<int:person_id>": "people:read",
    "GET /placements": "people:read",
    "POST /people": "people:write",
    "POST /people/<int:person_id>/placements": "people:write",
    "POST /people/<int:person_id>/placements/<int:placement_id>/end": "people:write",
    "GET /requirements": "requirements:read",
    "GET /status": "status:read",
    "POST /status": "status:read",
    "POST /clearance": "status:read",
    "GET /report": "report:read",
    "GET /awards": "awards:read",
    "GET /certificates/<serial>": "awards:read",
    "GET /certificates/<serial>.pdf": "awards:read",
    "GET /courses": "courses:read",
}
"""Which scope each address needs; a new one is added here, and read by whoever reviews it."""

ELSEWHERE = ("Omar", "Hill Aid", "hill-aid", "H-1")
NAMES = ("Amina", "Tomas Silva", "Hana Haddad", "Karim Nasser", "W-1")


@only_sqlite
def test_each_address_needs_its_scope_and_no_other(app: Flask) -> None:
    assert {f"{each.method} {each.path}": each.scope for each in ENDPOINTS} == SCOPES
    two_organisations(app)
    # Roles are given by directories alone, below /scim.
    tokens = {scope: token_of(app, "hana", scope) for scope in TokenScope if scope is not TokenScope.ROLES}
    # The coordinator sees no names, whatever is asked.
    tokens["coordinator"] = token_of(app, "karim")  # type: ignore[index]
    for each in ENDPOINTS:
        path = each.path.replace("<int:person_id>", "1").replace("<int:placement_id>", "1").replace("<serial>", "x")
        for scope, token in tokens.items():
            has_scope = each.scope in (None, scope) or (scope == "coordinator" and each.scope == "courses:read")
            answer = ask(app, token, path, each.method, json={} if each.body else None)
            assert (answer.status_code == 403) != has_scope, (each.path, scope, answer.text)
            if not has_scope:
                said = f'Bearer realm="api", error="insufficient_scope", scope="{each.scope}"'
                assert answer.headers["WWW-Authenticate"] == said


@only_sqlite
def test_the_document_is_valid_and_there_as_a_page(app: Flask) -> None:
    client = app.test_client()
    document = client.get("/api/v1/openapi.json")
    assert document.json is not None
    validate(document.json)
    assert document.json["openapi"].startswith("3.1.")
    assert client.get("/api/v1/openapi.json", headers={"If-None-Match": document.headers["ETag"]}).status_code == 304
    page = client.get("/api/v1/docs")
    assert "Set-Cookie" not in page.headers
    assert all(f'id="{each.name}"' in page.text for each in ENDPOINTS)
    # What refers to a part of the document has that part.
    for name in document.json["components"]["schemas"]:
        assert f'id="{name}"' in page.text


def checked(app: Flask, token: str, forbidden: tuple[str, ...]) -> Callable[[schemathesis.Case], None]:
    # Its client does not unpack what is compressed.
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {token}"} if token else {})
    checks = [
        schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance,
        response_schema_conformance,
    ]  # fmt: skip

    def check(case: schemathesis.Case) -> None:
        response = case.call(headers=headers)
        assert response.status_code < 500
        case.validate_response(response, checks=checks)
        # What was sent may come back; nothing else of the other organisation does.
        sent = json.dumps([case.body if case.body is not None else "", case.query or {}], default=str)
        shown = [word for word in forbidden if word in response.text and word not in sent]
        assert not shown, (case.as_curl_command(), shown)
        assert "Set-Cookie" not in response.headers

    return check


@only_sqlite
@pytest.mark.parametrize(
    ("who", "forbidden"), [("hana", ELSEWHERE), ("karim", ELSEWHERE + NAMES), ("", ELSEWHERE + NAMES)]
)
def test_whatever_is_sent_nothing_breaks_and_no_wall_is_crossed(
    app: Flask, who: str, forbidden: tuple[str, ...]
) -> None:
    two_organisations(app)
    token = token_of(app, who) if who else ""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    check = checked(app, token, forbidden)
    tried = hypothesis.settings(
        max_examples=4 if who == "hana" else 1,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in schemathesis.GenerationMode:
            strategy = operation.as_strategy(generation_mode=mode)

            @tried
            @hypothesis.given(strategy)
            def send(case: schemathesis.Case) -> None:
                check(case)

            send()
