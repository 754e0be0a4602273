"""Access tokens: made on a page, shown once, and worth nothing once their holder may not any more."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import operations as accounts
from lms.accounts.api import TokenScope
from lms.accounts.models import AccessToken, Account
from lms.accounts.queries import find_account_by_email
from lms.accounts.tokens.operations import MOST_TOKENS, revoke_token
from lms.audit.models import AuditEntry
from lms.kernel import clock
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.config import Settings
from lms.kernel.db import reading, session, unit_of_work
from lms.people import operations as placements
from lms.people.models import Employment, Placement
from tests.factories import people
from tests.factories.application import make_settings, running_application
from tests.factories.tokens import ask, token_of

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PLACEMENT = {"station": "north-river", "sector": "wash", "role": "driver", "from_on": "2026-12-01"}
JOINER = {"staff_number": "W-77", "name": "Noor Nasser", "placement": PLACEMENT}
FIELDS = {"name": "payroll", "organisation": "1", "days": "30", "password": people.PASSWORD}


def actions(app: Flask) -> list[str]:
    with app.app_context(), reading():
        found = select(AuditEntry.action).where(AuditEntry.subject == "access_token").order_by(AuditEntry.id)
        return list(session.scalars(found))


@only_sqlite
def test_a_token_is_shown_once_works_for_programs_alone_and_can_be_revoked(app: Flask, client: FlaskClient) -> None:
    people.make_small_organisation(app)
    people.sign_in(client, "hana@demo.example")
    page = client.post("/account/tokens/new", data=FIELDS | {"scopes": ["people:read", "courses:read"]})
    token = re.findall(r"es_[\w-]{43}", page.text)[0]
    assert page.headers["Cache-Control"] == "private, no-store"
    assert token not in client.get("/account/tokens").text
    answer = ask(app, token, "/token")
    assert answer.json is not None
    assert answer.json["scopes"] == ["courses:read", "people:read"]
    assert answer.json["organisation"] == "rivers-relief"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-store"
    # Neither is a token accepted on pages, nor a session here.
    assert app.test_client().get("/people", headers={"Authorization": f"Bearer {token}"}).status_code == 302
    assert client.get("/api/v1/token").status_code == 401
    with app.app_context(), reading():
        assert token not in str(session.execute(select(AccessToken.__table__)).all())
    assert client.post("/account/tokens/1/revoke").status_code == 303
    assert ask(app, token, "/token").status_code == 401
    assert client.post("/account/tokens/1/revoke").status_code == 303
    # Its use is recorded once a day.
    assert actions(app) == ["accounts.make_token", "accounts.use_token", "accounts.revoke_token"]


@only_sqlite
@pytest.mark.parametrize(
    ("who", "changes"),
    [
        ("karim", {"scopes": ["people:read"]}),
        ("hana", {"scopes": []}),
        ("hana", {"scopes": ["people:read"], "password": "wrong"}),
        ("hana", {"scopes": ["people:read"], "days": "100000"}),
    ],
)
def test_nobody_makes_a_token_for_more_than_they_may(
    app: Flask, client: FlaskClient, who: str, changes: dict[str, object]
) -> None:
    people.make_small_organisation(app)
    people.sign_in(client, f"{who}@demo.example")
    page = client.post("/account/tokens/new", data=FIELDS | changes)
    assert page.status_code == 422
    # What was typed is still there.
    assert 'value="payroll"' in page.text
    assert not actions(app)


@only_sqlite
def test_a_token_rests_with_the_role_of_a_holder_without_a_second_step(app: Flask) -> None:
    people.make_small_organisation(app)
    token = token_of(app, "hana")
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"second_step_required": True, "second_step_after_days": 0})
    assert ask(app, token, "/token").status_code == 401
    with app.app_context(), unit_of_work():
        hana = find_account_by_email("hana@demo.example")
        assert hana is not None
        hana.tf_primary_method = "authenticator"
    assert ask(app, token, "/token").status_code == 200


@only_sqlite
def test_nobody_collects_tokens(app: Flask, client: FlaskClient) -> None:
    people.make_small_organisation(app)
    for _ in range(MOST_TOKENS):
        token_of(app, "hana", TokenScope.PEOPLE_READ)
    people.sign_in(client, "hana@demo.example")
    page = client.post("/account/tokens/new", data=FIELDS | {"scopes": ["people:read"]})
    assert page.status_code == 422
    assert "Revoke one that is no longer needed." in page.text


def revoked(token: AccessToken, _account: Account) -> None:
    revoke_token(SYSTEM, token)


def expired(token: AccessToken, _account: Account) -> None:
    token.expires_at = clock.now() - timedelta(seconds=1)


def closed(_token: AccessToken, account: Account) -> None:
    accounts.close_account(SYSTEM, account, reason="A test.")


def without_role(_token: AccessToken, account: Account) -> None:
    accounts.remove_role(SYSTEM, account, Role.HR, 1)


def left(_token: AccessToken, account: Account) -> None:
    employment = session.scalars(select(Employment).where(Employment.person_id == account.person_id)).one()
    placement = session.scalars(select(Placement).where(Placement.employment_id == employment.id)).one()
    placements.end_placement(SYSTEM, placement, employment, clock.today() - timedelta(days=1))


@pytest.mark.parametrize("end", [revoked, expired, closed, without_role, left])
def test_a_token_ends(app: Flask, end: Callable[[AccessToken, Account], None]) -> None:
    people.make_small_organisation(app)
    token = token_of(app, "hana")
    assert ask(app, token, "/token").status_code == 200
    with app.app_context(), unit_of_work():
        account = find_account_by_email("hana@demo.example")
        assert account is not None
        end(session.scalars(select(AccessToken)).one(), account)
    answer = ask(app, token, "/token")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


@only_sqlite
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer es_" + 43 * "a", "Basic aGFuYTp4", "Bearer é"])
def test_what_is_no_token_opens_nothing(app: Flask, header: str) -> None:
    answer = app.test_client().get("/api/v1/token", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")


@only_sqlite
def test_hr_and_administrators_see_and_revoke_the_tokens_of_others_and_nobody_else_does(
    app: Flask, client: FlaskClient
) -> None:
    people.make_small_organisation(app)
    with app.app_context(), unit_of_work():
        there = people.organisation("hill-aid", initials="HA")
        hugo = people.person("Hugo Hill", "hugo@demo.example")
        people.placed(people.employed(hugo, there, "H-1"), people.station("south-hill"))
        people.account(hugo, Role.HR, at=there)
    token_of(app, "karim")
    seen = {}
    for who in ("hugo", "karim", "hana", "root"):
        client.delete_cookie("every_sector")
        people.sign_in(client, f"{who}@demo.example")
        shown, acted = client.get("/account/tokens").text, client.get("/account/tokens/1/revoke").status_code
        seen[who] = ("Begins with" in shown, acted)
    assert seen == {"hugo": (False, 404), "karim": (True, 200), "hana": (True, 200), "root": (True, 200)}


@only_sqlite
def test_a_token_says_how_many_requests_are_left_and_waits_alone(settings: Settings) -> None:
    limited = make_settings(settings.instance, settings.database_url, rate_limits=True)
    with running_application(limited) as app:
        people.make_small_organisation(app)
        token, other = token_of(app, "hana"), token_of(app, "hana")
        first = ask(app, token, "/token")
        assert (first.headers["RateLimit-Limit"], first.headers["RateLimit-Remaining"]) == ("600", "599")
        assert 0 <= int(first.headers["RateLimit-Reset"]) <= 61
        client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
        assert {client.get("/api/v1/token", headers=headers).status_code for _ in range(599)} == {200}
        refused = ask(app, token, "/token")
        assert refused.status_code == 429
        assert refused.mimetype == "application/problem+json"
        assert 0 < int(refused.headers["Retry-After"]) <= 61
        assert refused.headers["RateLimit-Remaining"] == "0"
        assert ask(app, other, "/token").status_code == 200
        # Also where a request begins anew, to write.
        written = ask(app, other, "/people", "POST", json=JOINER, headers={"Idempotency-Key": "a"})
        assert (written.status_code, written.headers["RateLimit-Remaining"]) == (200, "598")
