"""Every page is signed-in, for a role, or on the short public list; nobody gets into another's rooms."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.factories.people import make_small_organisation, sign_in

PUBLIC = {
    "home.index", "home.healthz", "home.readyz", "web.asset",
    "accounts.type_code", "accounts.join", "accounts.language",
    "pathways.help_now", "certification.verify", "certification.verified",
    # Flask-Security guards its own: signing in, resetting; the others ask for a session themselves.
    "security.login", "security.logout", "security.forgot_password", "security.reset_password",
    "security.change_password", "security.verify",
}  # fmt: skip
ROLES = ("amina", "tomas", "hana", "karim", "root")
WHO = {"learner": "amina", "trainer": "tomas", "hr": "hana", "coordinator": "karim", "admin": "root"}


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def access(app: Flask, rule: Rule) -> object:
    return getattr(app.view_functions[rule.endpoint], "access", None)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_route_says_who_may_open_it(app: Flask) -> None:
    unknown = [
        rule.rule
        for rule in rules(app)
        if rule.endpoint not in PUBLIC and access(app, rule) in (None, "public")
    ]
    assert unknown == []
    listed = {rule.endpoint for rule in rules(app)}
    assert PUBLIC - listed == set(), "the public list names pages that are not there"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nobody_signed_out_gets_in(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    for rule in rules(app):
        if rule.endpoint in PUBLIC or rule.arguments or "GET" not in (rule.methods or ()):
            continue
        response = client.get(rule.rule)
        assert response.status_code == 302, rule.rule
        assert response.headers["Location"].startswith("/login"), rule.rule


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ROLES)
def test_route_by_role_matrix(app: Flask, client: FlaskClient, who: str) -> None:
    make_small_organisation(app)
    sign_in(client, f"{who}@demo.example")
    for rule in rules(app):
        needed = access(app, rule)
        if rule.arguments or "GET" not in (rule.methods or ()) or rule.endpoint in PUBLIC:
            continue
        status = client.get(rule.rule).status_code
        may = needed == "signed-in" or (isinstance(needed, tuple) and who in {WHO[role] for role in needed})
        assert (status in (200, 302)) == may, f"{who} at {rule.rule}: {status}"
        if not may:
            assert status == 403, f"{who} at {rule.rule}: {status}"
