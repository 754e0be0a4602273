"""Nobody waits for the hashing of somebody else's password: no transaction is open meanwhile."""

import re
import sqlite3
from collections.abc import Callable
from threading import Thread, current_thread, main_thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.recoverable import generate_reset_password_token

from lms.accounts.codes.operations import print_codes
from lms.accounts.models import SignInProvider
from lms.accounts.queries import find_account_by_email
from lms.kernel import clock, db
from lms.kernel.actor import SYSTEM
from lms.kernel.requests import is_marked
from tests.accounts.test_sign_in import Hashing
from tests.factories.people import PASSWORD, make_small_organisation, sign_in
from tests.waiting import DEADLINE_SECONDS

NEW = "four good words"
BOTH = {"password": NEW, "again": NEW, "password_confirm": NEW}
CHANGE = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
GRANT = {"password": PASSWORD, "role": "trainer", "organisation": "", "reason": "Writes courses."}
LOST = {"password": PASSWORD, "reason": "A lost phone."}

TOKEN = {"name": "Payroll", "scopes": "people:read", "days": "90", "password": "wrong"}
WEBHOOK = {"address": "https://hr.invalid/", "kinds": "award.issued", "password": "wrong"}
FORMS: tuple[tuple[str, str, dict[str, str], int], ...] = (
    ("right", "/login", {"email": "W-1", "password": PASSWORD}, 302),
    ("wrong", "/login", {"email": "W-1", "password": "wrong"}, 200),
    ("unknown", "/login", {"email": "nobody@demo.example", "password": PASSWORD}, 200),
    ("change", "/account/password", CHANGE, 302),
    ("wrong change", "/account/password", CHANGE | {"password": "wrong"}, 200),
    ("confirm", "/account/confirm", {"password": PASSWORD}, 302),
    ("reset", "/reset/{token}", BOTH, 302),
    ("code", "/join/{code}", BOTH, 303),
    ("role", "/admin/users/{tomas}/roles/new", GRANT, 303),
    ("wrong role", "/admin/users/{tomas}/roles/new", GRANT | {"password": "wrong"}, 422),
    ("lost step", "/admin/users/{tomas}/second-step", LOST, 422),
    ("lost step, for HR", "/people/{amina}/second-step", LOST, 422),
    ("token", "/account/tokens/new", TOKEN, 422),
    ("webhook", "/account/webhooks/new", WEBHOOK, 422),
    ("provider", "/admin/sign-in/new", {"password": PASSWORD}, 422),
    ("change of a provider", "/admin/sign-in/{provider}", {"password": "wrong"}, 422),
    ("printed code", "/admin/users/{tomas}/code", {"password": PASSWORD}, 200),
    ("support", "/admin/users/{tomas}/view", LOST | {"password": "wrong"}, 422),
)
"""Every form that hashes: its address, what is sent by Root, Hana or nobody, and the status of the answer."""


class WatchedHashing(Hashing):
    """Notes at each hash which transactions are open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, watch: Callable[[], str]) -> None:
        self.seen: list[str] = []
        self.watch = watch
        super().__init__(monkeypatch)

    def counted(self, real: object) -> object:
        counted: Callable[..., object] = super().counted(real)  # type: ignore[assignment]

        def function(*args: object, **kwargs: object) -> object:
            self.seen.append(self.watch())
            return counted(*args, **kwargs)

        return function


def open_transactions(app: Flask) -> str:
    """Says which transaction is open: this request's own, or that of anybody who writes on SQLite."""
    engine = db.db.engine
    if db.session().in_transaction() or engine.pool.checkedout():  # type: ignore[attr-defined]
        return "its own"
    if engine.dialect.name == "sqlite":
        other = sqlite3.connect(str(engine.url.database), timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return "the lock"
        finally:
            other.close()
    return ""


def test_no_transaction_is_open_while_a_password_is_hashed(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    make_small_organisation(app)
    with app.app_context(), db.unit_of_work():
        amina, tomas = (find_account_by_email(f"{name}@demo.example") for name in ("amina", "tomas"))
        assert amina is not None
        assert tomas is not None
        values = {"slug": "rivers", "name": "Rivers", "issuer": "https://login.example", "client_id": "training"}
        provider = SignInProvider(
            **values, client_secret="", match_by="email", email_domains=[], organisation_id=1, recorded_at=clock.now()
        )
        db.session.add(provider)
        db.session.flush()
        places = {
            "token": generate_reset_password_token(amina),  # type: ignore[no-untyped-call]
            "code": print_codes(SYSTEM, [tomas.id])[0],
            "tomas": str(tomas.id),
            "amina": str(amina.person_id),
            "provider": str(provider.id),
        }
    hana = app.test_client()
    sign_in(hana, "hana@demo.example")
    sign_in(client, "root@demo.example")
    hashing = WatchedHashing(monkeypatch, lambda: open_transactions(app))
    password = PASSWORD
    for name, address, form, status in FORMS:
        with subtests.test(name):
            hashing.seen.clear()
            of_root = address.startswith(("/account/password", "/account/confirm", "/admin"))
            of_hana = address.startswith(("/people", "/account/tokens", "/account/webhooks"))
            sender = client if of_root else hana if of_hana else app.test_client()
            sent = form | ({"password": password} if form.get("password") == PASSWORD and sender is client else {})
            answer = sender.post(address.format(**places), data=sent)
            assert answer.status_code == status, answer.get_data(as_text=True)
            assert hashing.seen
            assert set(hashing.seen) == {""}
            if name == "change":
                password = NEW


def test_nobody_waits_for_the_command_that_creates_administrators(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def watch() -> str:
        with app.app_context():
            return open_transactions(app)

    hashing = WatchedHashing(monkeypatch, watch)
    words = ("--name", "Ada Root", "--email", "ada@relief.example", "--password", NEW)
    assert app.test_cli_runner().invoke(args=["people", "create-admin", *words]).exit_code == 0
    assert hashing.seen == [""]


def test_forms_that_hash_are_marked(app: Flask) -> None:
    urls = app.url_map.bind("localhost")
    addresses = {
        re.sub(r"\{(tomas|amina|provider)\}", "1", re.sub(r"\{(token|code)\}", "x", each[1])) for each in FORMS
    }
    endpoints = {urls.match(address, "POST")[0] for address in addresses}
    assert endpoints == {name for name in app.view_functions if is_marked(app, name)}


def test_a_password_that_changes_meanwhile_is_compared_anew(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_small_organisation(app)
    other = app.test_client()
    sign_in(other)
    answers: list[str] = []

    def change() -> None:
        answers.append(other.post("/account/password", data=CHANGE).headers["Location"])

    def change_once() -> str:
        if current_thread() is main_thread() and not answers:
            # In a thread of its own: a request within a request would share its context.
            thread = Thread(target=change)
            thread.start()
            thread.join(DEADLINE_SECONDS)
        return ""

    hashing = WatchedHashing(monkeypatch, change_once)
    assert client.post("/login", data={"email": "W-1", "password": PASSWORD}).status_code == 200
    assert answers == ["/account"]
    assert hashing.count == 4  # two of the change, and the old and the new one of who signs in
    assert client.get("/account").status_code == 302
