"""Signing in by e-mail or staff number: who gets in, and what the others learn, which is nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from flask_security.utils import get_hmac
from passlib.context import CryptContext
from werkzeug.test import TestResponse

from lms.accounts import operations, queries
from lms.accounts.codes.operations import print_codes
from lms.accounts.sign_in.queries import list_organisation_choices
from lms.app import create_app
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.config import Settings
from lms.kernel.db import unit_of_work
from tests.factories import people as make
from tests.factories.people import PASSWORD, make_small_organisation, sign_in

WRONG = "The name or the password is not right. Check both and try again."


def send(client: FlaskClient, identity: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/login", data={"email": identity, "password": password, **more})


def close(app: Flask, email: str) -> None:
    with app.app_context(), unit_of_work():
        account = queries.find_account_by_email(email)
        assert account is not None
        operations.close_account(SYSTEM, account, reason="left")


@pytest.mark.parametrize("identity", ["amina@demo.example", " AMINA@demo.example ", "W-1", "w-1"])
def test_amina_signs_in(app: Flask, client: FlaskClient, identity: str) -> None:
    make_small_organisation(app)
    sign_in(client, identity)
    assert client.get("/account").status_code == 200
    assert client.get("/").status_code == 302


NOT_LET_IN = (
    ("amina@demo.example", "not-the-password"),
    ("nobody@demo.example", PASSWORD),
    ("W-1", "not-the-password"),
    ("W-999", PASSWORD),
    ("tomas@demo.example", PASSWORD),  # closed below
    ("W-2", PASSWORD),
    ("D-1", "anything at all"),  # has not chosen a password yet
    ("W-1\x00", "not-the-password"),
    ("'; DROP TABLE account; --", PASSWORD),
    ("a" * 250, PASSWORD),
    ("صالح", PASSWORD),
)


def test_everybody_else_reads_the_same(app: Flask, client: FlaskClient, subtests: pytest.Subtests) -> None:
    make_small_organisation(app)
    close(app, "tomas@demo.example")
    with app.app_context(), unit_of_work():
        waiting = make.person("Deborah Waits")
        here = list_organisation_choices()[0][0]
        make.people.record_employment(SYSTEM, waiting, here, "D-1")
        operations.open_account(SYSTEM, waiting)
    reference = send(client, "amina@demo.example", "wrong-and-wrong").get_data(as_text=True)
    for identity, password in NOT_LET_IN:
        with subtests.test(identity=identity):
            response = send(client, identity, password)
            body = response.get_data(as_text=True)
            assert response.status_code == 200
            assert WRONG in body
            assert "Organisation" not in body
            assert without_value(body) == without_value(reference)


def without_value(body: str) -> str:
    """The page without what was typed into it and without its token."""
    body = re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", body)
    start = body.index('id="email"')
    first = body.index('value="', start)
    return body[:first] + body[body.index('"', first + 7) :]


def test_missing_fields_are_reported_once(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    for identity, password in (("", ""), ("amina@demo.example", ""), ("", PASSWORD)):
        body = send(client, identity, password).get_data(as_text=True)
        assert body.count(WRONG) == 1


@pytest.mark.parametrize("path", ["/login", "/reset", "/account/password"])
def test_no_page_with_a_password_is_cached(app: Flask, client: FlaskClient, path: str) -> None:
    make_small_organisation(app)
    if path.startswith("/account"):
        sign_in(client)
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"


REAL_COST = "$argon2id$v=19$m=19456,t=2,p=1$"


def stored_hash(app: Flask) -> str:
    with app.app_context():
        account = queries.find_account_by_email("amina@demo.example")
        assert account is not None
        return account.password or ""


@pytest.fixture
def served(app: Flask, settings: Settings) -> Iterator[Flask]:
    """The application as it is served: that of the other tests hashes more cheaply."""
    context = app.extensions["security"].pwd_context
    cheap = context.to_dict()
    context.load(create_app(settings).extensions["security"].pwd_context.to_dict())
    yield app
    context.load(cheap)


def test_passwords_are_stored_at_the_decided_cost(served: Flask, client: FlaskClient) -> None:
    make_small_organisation(served)
    sign_in(client)
    chosen = "four words of my own"
    form = {"password": PASSWORD, "new_password": chosen, "new_password_confirm": chosen}
    assert client.post("/account/password", data=form).status_code == 302
    assert stored_hash(served).startswith(REAL_COST)


@pytest.mark.parametrize("kib", [8 * 1024, 64 * 1024])
def test_a_hash_of_another_cost_is_made_anew_at_sign_in(served: Flask, client: FlaskClient, kib: int) -> None:
    make_small_organisation(served)
    with served.app_context(), unit_of_work():
        account = queries.find_account_by_email("amina@demo.example")
        assert account is not None
        # As Flask-Security hashed before: an older cost, in its own usual way.
        context = CryptContext(["argon2"], argon2__memory_cost=kib, argon2__rounds=3, argon2__parallelism=4)
        account.password = context.hash(get_hmac(PASSWORD).decode())
    assert stored_hash(served).startswith(f"$argon2id$v=19$m={kib},t=3,p=4$")
    send(client, "amina@demo.example", "not-the-password")
    assert stored_hash(served).startswith(f"$argon2id$v=19$m={kib},t=3,p=4$")
    sign_in(client)
    assert stored_hash(served).startswith(REAL_COST)
    sign_in(served.test_client())


class Hashing:
    """Counts Argon2 computations, hashing and comparing alike, without replacing them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import argon2.low_level  # noqa: PLC0415 - only here

        self.count = 0
        for name in ("hash_secret", "verify_secret"):
            real = getattr(argon2.low_level, name)
            for module in (argon2.low_level, *self.users()):
                if getattr(module, name, None) is real:
                    monkeypatch.setattr(module, name, self.counted(real))

    @staticmethod
    def users() -> list[object]:
        import sys  # noqa: PLC0415

        return [module for key, module in list(sys.modules.items()) if "argon2" in key and module is not None]

    def counted(self, real: object) -> object:
        def function(*args: object, **kwargs: object) -> object:
            self.count += 1
            return real(*args, **kwargs)  # type: ignore[operator]

        return function


def test_the_work_is_one_hash_whoever_it_is(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    make_small_organisation(app)
    close(app, "tomas@demo.example")
    hashing = Hashing(monkeypatch)
    for identity, password in (*NOT_LET_IN, ("amina@demo.example", PASSWORD)):
        with subtests.test(identity=identity):
            hashing.count = 0
            send(client, identity, password)
            assert hashing.count == 1


def two_organisations(app: Flask, second_password: str, *, same_person: bool = False) -> None:
    """Two organisations with somebody numbered W-1 in each."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        there = make.organisation("hill-health")
        if same_person:
            amina = queries.find_account_by_email("amina@demo.example")
            assert amina is not None
            make.people.record_employment(SYSTEM, amina.person, there.id, "W-1")
            return
        other = make.person("Basma Idris")
        make.employed(other, there, "W-1")
        operations.open_account(SYSTEM, other, hashed=hash_password(second_password))


def test_the_password_distinguishes_two_people_with_one_number(app: Flask, client: FlaskClient) -> None:
    two_organisations(app, "another-good-one")
    send(client, "W-1", "another-good-one")
    assert "Basma Idris" in client.get("/account").get_data(as_text=True)


def test_one_person_in_two_organisations_is_not_asked(app: Flask, client: FlaskClient) -> None:
    two_organisations(app, "", same_person=True)
    sign_in(client, "W-1")
    assert "Amina Yusuf" in client.get("/account").get_data(as_text=True)


def test_the_organisation_is_asked_only_when_both_fit(app: Flask, client: FlaskClient) -> None:
    two_organisations(app, PASSWORD)
    assert "Hill Health" not in send(client, "W-1", "not-the-password").get_data(as_text=True)
    answer = send(client, "W-1").get_data(as_text=True)
    assert "Several organisations use this number or e-mail" in answer
    assert "Hill Health" in answer
    with app.app_context():
        hill = next(str(key) for key, name in list_organisation_choices() if name == "Hill Health")
    assert send(client, "W-1", organisation="no-number").status_code == 200
    assert send(client, "W-1", organisation=hill).status_code == 302
    assert "Basma Idris" in client.get("/account").get_data(as_text=True)


EVIL = (
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example",
    "https:evil.example", "https://evil.example", "http:///evil.example", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "data:text/html,x", " //evil.example", "\t//evil.example", "/\t/evil.example",
    "//evil.example\\@localhost", "https://localhost@evil.example", "http://localhost.evil.example",
)  # fmt: skip


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nobody_is_led_out_of_the_site(app: Flask, client: FlaskClient, subtests: pytest.Subtests) -> None:
    make_small_organisation(app)
    data = {"email": "amina@demo.example", "password": PASSWORD}
    for evil in EVIL:
        for where in ({"query_string": {"next": evil}, "data": data}, {"data": data | {"next": evil}}):
            with subtests.test(evil=evil, where=sorted(where)):
                client.delete_cookie("every_sector")
                response = client.post("/login", **where)  # type: ignore[arg-type]
                assert response.status_code == 302
                place = response.headers["Location"]
                assert "\\" not in place
                assert urlsplit(urljoin("http://localhost/login", place)).netloc == "localhost"


def test_one_is_led_back_to_the_page_asked_for(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    answer = client.get("/account?from=a&to=b")
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert 'name="next" value="/account?from=a&amp;to=b"' in page
    response = client.post("/login", data={"email": "W-1", "password": PASSWORD, "next": "/account?from=a&to=b"})
    assert response.headers["Location"] == "/account?from=a&to=b"


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    response = client.post("/account/sign-out-everywhere", headers={"Referer": "http://localhost/account"})
    assert response.headers["Location"] == "/login?next=/account"
    response = client.post("/account/sign-out-everywhere", headers={"Referer": "http://evil.example/account"})
    assert response.headers["Location"] == "/login"


@pytest.mark.parametrize("address", ["/account/password", "/account/confirm", "/login", "/reset/any"])
def test_no_page_shows_a_password_again_after_the_session_ended(app: Flask, client: FlaskClient, address: str) -> None:
    make_small_organisation(app)
    fields = dict.fromkeys(("password", "new_password", "new_password_confirm"), "a secret like no other")
    response = client.post(address, data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert "a secret like no other" not in response.get_data(as_text=True)


def test_the_session_is_renewed_at_sign_in(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        cookie["csrf_token"] = "known to somebody else"
    sign_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != "known to somebody else"


def test_remember_is_asked_and_off(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    page = client.get("/login").get_data(as_text=True)
    assert "Keep me signed in: this is my own device" in page
    assert "checked" not in page
    send(client, "W-1")
    assert client.get_cookie("remember_token") is None
    with client.session_transaction() as cookie:
        assert not cookie.permanent
    client.post("/logout")
    send(client, "W-1", remember="y")
    assert client.get_cookie("remember_token") is not None
    with client.session_transaction() as cookie:
        assert cookie.permanent


def test_nothing_comes_back_after_sign_out(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client)
    assert client.get("/account").headers["Cache-Control"] == "private, no-store"
    assert client.get("/help-now").headers["Cache-Control"] == "private, no-store"
    assert client.post("/logout").headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/help-now").headers["Cache-Control"] == "private, no-cache"


def test_signing_out_everywhere_ends_other_sessions(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    other = app.test_client()
    sign_in(client)
    send(other, "W-1", remember="y")
    assert other.get("/account").status_code == 200
    response = client.post("/account/sign-out-everywhere", follow_redirects=True)
    assert "You have been signed out on all devices." in response.get_data(as_text=True)
    assert client.get("/account").status_code == 302
    assert other.get("/account").status_code == 302


def test_a_closed_account_is_signed_out(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client)
    close(app, "amina@demo.example")
    assert client.get("/account").status_code == 302


def test_a_session_lives_while_it_is_used_and_is_written_once_an_hour(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    moment = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    with clock.using(clock.FixedClock(moment)) as now:
        sign_in(client)
        client.get("/account")
        assert "Set-Cookie" not in client.get("/account").headers
        now.move_to(moment + timedelta(hours=1))  # type: ignore[attr-defined]
        assert "Set-Cookie" in client.get("/account").headers
        assert "Set-Cookie" not in client.get("/account").headers


def test_flask_security_keeps_nothing_of_its_own(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert not any("fs-static" in rule for rule in rules)
    assert {"users", "roles"} & set(app.cli.commands) == set()
    for body in ({"email": "W-1", "password": PASSWORD}, ["x"]):
        assert client.post("/login", json=body).status_code == 400
    sign_in(client)
    with app.app_context():
        account = queries.find_account_by_email("amina@demo.example")
        assert account is not None
        token = account.get_auth_token()
    stranger = app.test_client()
    assert stranger.get("/account", headers={"Authentication-Token": token}).status_code == 302
    assert stranger.get("/account", query_string={"auth_token": token}).status_code == 302


def test_pages_of_sign_in_are_ours(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    for path in ("/login", "/reset", "/join"):
        page = client.get(path)
        assert page.status_code == 200
        assert "I am worried about a child" in page.get_data(as_text=True)
    sign_in(client)
    for path in ("/account", "/account/password", "/account/confirm"):
        page = client.get(path)
        assert page.status_code == 200
        assert "I am worried about a child" in page.get_data(as_text=True)


def test_password_managers_know_the_fields(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    login = client.get("/login").get_data(as_text=True)
    assert 'autocomplete="username"' in login
    assert 'autocomplete="current-password"' in login
    assert login.count("Forgot") == 0
    sign_in(client)
    change = client.get("/account/password").get_data(as_text=True)
    assert change.count('autocomplete="new-password"') == 2
    assert change.count('autocomplete="current-password"') == 1


REFUSED_CHANGES = (
    ("not-the-password", "four-good-words-here", "four-good-words-here", "This is not your current password."),
    (PASSWORD, "short", "short", "Use at least 10 characters."),
    (PASSWORD, "four-good-words-here", "four-bad-words-here", "The passwords do not match."),
    (PASSWORD, "every-sector-1", "every-sector-1", "This is easy to guess."),
    (PASSWORD, "amina-yusuf-1", "amina-yusuf-1", "People who know your name"),
    (PASSWORD, "amina@demo.example", "amina@demo.example", "People who know your name"),
    (PASSWORD, PASSWORD, PASSWORD, "This is your current password."),
)


def test_a_refused_change_says_why(app: Flask, client: FlaskClient, subtests: pytest.Subtests) -> None:
    make_small_organisation(app)
    sign_in(client)
    for present, new, again, says in REFUSED_CHANGES:
        with subtests.test(new=new):
            data = {"password": present, "new_password": new, "new_password_confirm": again}
            assert says in client.post("/account/password", data=data).get_data(as_text=True)
    assert send(app.test_client(), "W-1", PASSWORD).status_code == 302


def test_a_changed_password_signs_out_elsewhere_and_spends_codes(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    other = app.test_client()
    sign_in(client)
    sign_in(other)
    with app.app_context(), unit_of_work():
        account = queries.find_account_by_email("amina@demo.example")
        assert account is not None
        code = print_codes(SYSTEM, [account.id])[0]
    assert client.get(f"/join/{code}").status_code == 200
    new = {"password": PASSWORD, "new_password": "four good words", "new_password_confirm": "four good words"}
    assert client.post("/account/password", data=new).status_code == 302
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert other.get(f"/join/{code}").status_code == 404
    assert send(other, "W-1", "four good words").status_code == 302
