"""Access tokens, and the requests of programs that have one."""

from collections.abc import Collection
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from lms.accounts.api import TokenScope
from lms.accounts.queries import find_account_by_email
from lms.accounts.tokens.operations import make_token
from lms.kernel.db import unit_of_work
from tests.factories.people import actor_of


def token_of(app: Flask, who: str, *scopes: TokenScope, organisation_id: int = 1, days: int = 30) -> str:
    """Makes a token of somebody by the first part of their e-mail, for everything their role allows unless told."""
    with app.app_context(), unit_of_work():
        account = find_account_by_email(f"{who}@demo.example")
        assert account is not None
        actor = actor_of(account)
        allowed = scopes or allowed_scopes(actor.roles)
        return make_token(actor, name="a test", organisation_id=organisation_id, scopes=allowed, days=days)[1]


def allowed_scopes(roles: Collection[str]) -> tuple[TokenScope, ...]:
    """Returns what somebody with roles may make a token for."""
    return tuple(TokenScope) if "hr" in roles else (TokenScope.COURSES_READ,)


def ask(app: Flask, token: str, path: str, method: str = "GET", **more: Any) -> TestResponse:
    """Sends one request of a program: with its token, and without cookies."""
    headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
    return app.test_client(use_cookies=False).open(f"/api/v1{path}", method=method, headers=headers, **more)
