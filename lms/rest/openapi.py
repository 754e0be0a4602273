"""The document of the interface (OpenAPI 3.1), made of the declared endpoints and pydantic's own JSON Schema.

Both speak the same dialect of JSON Schema, so nothing is translated (docs/decisions/0060).
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lms.accounts.api import NEEDED_ROLES, TokenScope
from lms.rest.endpoints import ENDPOINTS, KEY_PATTERN, Endpoint
from lms.rest.problems import MEDIA_TYPE, TEXTS, ProblemShape

DESCRIPTION = (
    "Programs of one organisation read and record here what the holder of their access token may. "
    "Days are written as 2026-11-22, moments in UTC. Lists come in parts: `next_cursor` asks for the next one. "
    "Every error is a problem (RFC 9457) that says what to do in `remedy`."
)
HEADERS = {
    "RateLimit-Limit": "How many requests the token has in a minute.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "In how many seconds the first of them are free again.",
}
WRITE_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A word of the caller's own for this act, such as a UUID. Sent again with the same key, nothing is "
    "recorded twice, and the answer is the same.",
    "schema": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
}


@cache
def make_document() -> dict[str, Any]:
    """Returns the document; it is the same in every installation."""
    models = {each for one in ENDPOINTS for each in (one.query, one.body, one.answer) if not isinstance(each, str)}
    shapes = sorted({*models, ProblemShape} - {None}, key=lambda each: each.__name__ if each else "")
    _refs, made = models_json_schema(
        [(each, "validation") for each in shapes if each], ref_template="#/components/schemas/{model}"
    )
    schemas = made["$defs"]
    paths: dict[str, dict[str, Any]] = {}
    for each in sorted(ENDPOINTS, key=lambda one: (one.path, one.method)):
        paths.setdefault(each.address, {})[each.method.lower()] = _operation(each, schemas)
    queries = {one.query.__name__ for one in ENDPOINTS if one.query}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Every Sector", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in schemas.items() if name not in queries},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An access token, made under Account, Access tokens.",
                }
            },
        },
    }


def _operation(one: Endpoint, schemas: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": " ".join(filter(None, (one.description, _rights(one.scope)))),
        "parameters": [*_path_parameters(one), *_query_parameters(one.query, schemas), *([WRITE_KEY] * one.writes)],
        "responses": {
            "200": {"description": "The answer.", "headers": _headers(), "content": _content(one.answer)},
            **{str(status): _problem(status) for status in _statuses(one)},
        },
    }
    if one.scope:
        made["x-scope"] = str(one.scope)
    if one.body is not None:
        made["requestBody"] = {"required": True, "content": _content(one.body)}
    return made


def _rights(scope: TokenScope | None) -> str:
    if scope is None:
        return "Any token that works."
    return f"Scope `{scope}`; role {' or '.join(sorted(NEEDED_ROLES[scope]))}."


def _statuses(one: Endpoint) -> Iterable[int]:
    yield from (401, 403, 422, 429, 503)
    if one.writes:
        yield from (400, 409)
    if one.variables:
        yield 404
    if one.body is not None:
        yield from (413, 415)


def _content(answer: type[BaseModel] | str) -> dict[str, Any]:
    if isinstance(answer, str):
        return {answer: {"schema": {"type": "string", "format": "binary"}}}
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{answer.__name__}"}}}


def _headers() -> dict[str, Any]:
    return {name: {"description": text, "schema": {"type": "integer"}} for name, text in HEADERS.items()}


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{ProblemShape.__name__}"}
    # The document is in English, whoever asks first.
    return {"description": TEXTS[status][0]._args[0], "content": {MEDIA_TYPE: {"schema": schema}}}


def _path_parameters(one: Endpoint) -> Iterable[dict[str, Any]]:
    for name, kind in one.variables.items():
        limits = {"minimum": 1, "maximum": 2**63 - 1} if kind == "integer" else {"minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": {"type": kind, **limits}}


def _query_parameters(query: type[BaseModel] | None, schemas: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Yields a query's values, each with the kinds it may have; an address cannot say null."""
    if query is None:
        return
    shape = schemas[query.__name__]
    for name, found in shape["properties"].items():
        schema = {key: value for key, value in found.items() if key not in ("description", "title", "anyOf")}
        kinds = [each for each in found.get("anyOf", ()) if each != {"type": "null"}]
        schema |= kinds[0] if kinds else {}
        if schema.get("default", "") is None:
            del schema["default"]
        yield {
            "name": name,
            "in": "query",
            "required": name in shape.get("required", ()),
            "description": found.get("description", ""),
            "schema": schema,
        }
