"""The second step of signing in: an app's codes, passkeys, recovery codes, and who must have one."""

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from werkzeug.test import TestResponse

from lms.accounts.codes.operations import print_codes
from lms.accounts.models import Account
from lms.accounts.queries import find_account_by_email
from lms.audit.models import AuditEntry
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, session, unit_of_work
from tests.factories.pages import form_on
from tests.factories.people import PASSWORD, make_small_organisation, sign_in
from tests.factories.second_step import APP, SoftPasskey, set_up_app

NOW = datetime(2026, 11, 22, 8, 0, 10, tzinfo=UTC)
"""Ten seconds into a time step of apps, which has thirty."""
PAGE, PASSKEY = "/account/second-step", "/account/second-step/passkey"
ONLY_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def moment(app: Flask) -> Iterator[clock.FixedClock]:
    """The small organisation, and a clock that stands still."""
    make_small_organisation(app)
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"second_step_required": True})
    with app.app_context(), unit_of_work():
        session.execute(update(Account).where(Account.roles_since.is_not(None)).values(roles_since=NOW))
    with clock.using(clock.FixedClock(NOW)) as fixed:
        yield fixed


def password(client: FlaskClient, name: str = "amina", **more: str) -> str:
    """Takes the first step, and returns where the second one is."""
    response = client.post("/login", data={"email": f"{name}@demo.example", "password": PASSWORD, **more})
    assert response.status_code == 302
    return response.headers["Location"]


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def trail(app: Flask) -> list[str]:
    with app.app_context(), reading():
        found = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject == "account").order_by(AuditEntry.id)
        )
        return [
            action.removeprefix("accounts.") for action in found if action not in ("accounts.open", "accounts.grant")
        ]


def account(app: Flask, name: str = "amina") -> Account:
    with app.app_context(), reading():
        found = find_account_by_email(f"{name}@demo.example")
        assert found is not None
        assert found.webauthn is not None  # loaded while there is a session
        session.expunge_all()
        return found


def new_codes(client: FlaskClient) -> list[str]:
    return re.findall(r'<code dir="ltr">([^<]+)', client.post(f"{PAGE}/codes").text)


def test_an_app_and_recovery_codes(app: Flask, client: FlaskClient, moment: clock.FixedClock) -> None:
    sign_in(client)
    page = client.get(APP)
    token = form_on(page, APP).values["token"]
    wrong = client.post(APP, data={"token": token, "code": "000000"})
    assert (wrong.status_code, form_on(wrong, APP).values["token"]) == (422, token)
    assert account(app).tf_totp_secret is None
    otp = set_up_app(client, NOW)
    secret = account(app).tf_totp_secret or ""
    assert otp.secret not in secret
    codes = new_codes(client)
    assert len(set(codes)) == 10
    assert not any(code in str(account(app).mf_recovery_codes) for code in codes)
    assert client.post("/logout").status_code == 302

    step = password(client, next="/courses")
    assert step == "/login/code?next=/courses"
    assert not is_signed_in(client)
    # The code that set the app up does not work again, nor does one of a minute ago.
    for refused in (otp.at(NOW), otp.at(NOW - timedelta(minutes=1)), "abcd-abcd-abcd", ""):
        assert client.post(step, data={"code": refused}).status_code == 200
        assert not is_signed_in(client)
    moment.move_to(NOW + timedelta(seconds=30))
    code = otp.at(moment.moment)
    assert client.post(step, data={"code": f"{code[:3]} {code[3:]}"}).headers["Location"] == "/courses"
    assert is_signed_in(client)
    # Going back to the page signs nobody out.
    assert client.get(step).headers["Location"] == "/my"
    assert is_signed_in(client)
    client.post("/logout")
    step = password(client)
    assert client.post(step, data={"code": code}).status_code == 200
    # A recovery code works once, in capitals and without hyphens too.
    assert client.post(step, data={"code": codes[0].upper().replace("-", " ")}).status_code == 302
    assert is_signed_in(client)
    client.post("/logout")
    step = password(client)
    assert client.post(step, data={"code": codes[0]}).status_code == 200
    assert client.post(step, data={"code": codes[1]}).status_code == 302
    assert "8 recovery codes are left" in client.get(PAGE).text
    assert trail(app) == [
        "sign_in", "set_up_app", "make_recovery_codes",
        *["refuse_code"] * 3, "sign_in", "refuse_code",
        "use_recovery_code", "sign_in", "refuse_code", "use_recovery_code", "sign_in",
    ]  # fmt: skip
    client.post(f"{PAGE}/remove-app")
    client.post(f"{PAGE}/remove-app")
    assert trail(app)[-1] == "remove_app"
    assert account(app).mf_recovery_codes is None
    client.post("/logout")
    assert password(client) == "/my"
    with app.app_context(), reading():
        payloads = session.execute(text("SELECT payload FROM outbox WHERE kind = 'mail' ORDER BY id")).scalars()
        bodies = [(json.loads(row) if isinstance(row, str) else row)["body"] for row in payloads]
    told = ("an app was set up", "new recovery codes", "with a recovery code", "with a recovery code", "was removed")
    assert [sentence in body for sentence, body in zip(told, bodies, strict=True)] == [True] * 5


def options(page: TestResponse) -> dict[str, object]:
    found = re.search(r'data-options="([^"]+)"', page.text)
    assert found is not None, page.text
    return json.loads(html.unescape(found[1]))


def target(page: TestResponse) -> str:
    found = re.search(r'action="([^"]+)" data-passkey', page.text)
    assert found is not None
    return html.unescape(found[1])


def add_passkey(client: FlaskClient, name: str = "my phone") -> SoftPasskey:
    passkey = SoftPasskey()
    page = client.post(PASSKEY, data={"name": name, "usage": "secondary"})
    answer = client.post(target(page), data={"credential": passkey.create(options(page))})
    assert answer.headers["Location"] == PAGE
    return passkey


def use_passkey(client: FlaskClient, passkey: SoftPasskey) -> TestResponse:
    page = client.post("/login/passkey")
    return client.post(target(page), data={"credential": passkey.sign(options(page))})


def test_passkeys(app: Flask, client: FlaskClient, moment: clock.FixedClock) -> None:
    sign_in(client)
    passkey = add_passkey(client)
    again = client.post(PASSKEY, data={"name": "my phone", "usage": "secondary"})
    assert "You have a passkey of this name" in again.text
    other = app.test_client()
    sign_in(other, "tomas@demo.example")
    foreign = add_passkey(other, "his key")
    client.post("/logout")
    assert password(client) == "/login/passkey"
    # A found key opens nothing for whoever knows another account's password, and nothing without a password.
    assert use_passkey(client, foreign).headers["Location"] == "/login/passkey"
    assert not is_signed_in(client)
    for broken in ("", "{}", "[]", "x", '{"id": 1}'):
        page = client.post("/login/passkey")
        assert client.post(target(page), data={"credential": broken}).headers["Location"] == "/login/passkey"
    stranger = app.test_client()
    assert stranger.get("/login/passkey").status_code == 404
    assert stranger.post(target(page), data={"credential": passkey.sign(options(page))}).status_code in (302, 404)
    assert not is_signed_in(stranger)
    assert use_passkey(client, passkey).headers["Location"] == "/my"
    assert is_signed_in(client)
    assert account(app).passkeys[0].sign_count == 3
    # With an app too, one page takes either.
    set_up_app(client, NOW)
    client.post("/logout")
    step = client.get(password(client))
    assert step.headers["Location"] == "/login/code"
    assert "Use a passkey" in client.get("/login/code").text
    assert use_passkey(client, passkey).headers["Location"] == "/my"
    client.post(f"{PAGE}/remove-passkey", data={"name": "my phone"})
    client.post(f"{PAGE}/remove-passkey", data={"name": "my phone"})
    assert "remove_passkey" in trail(app)[-1]
    client.post("/logout")
    assert password(client) == "/login/code"


ROLE_PAGES = {"amina": "/my", "tomas": "/author", "hana": "/people", "karim": "/compliance/coverage", "root": "/admin"}


@ONLY_SQLITE
def test_who_must_have_one(app: Flask, moment: clock.FixedClock, subtests: pytest.Subtests) -> None:
    day = app.extensions["settings"].second_step_after_days
    for name, page in ROLE_PAGES.items():
        with subtests.test(who=name):
            client = app.test_client()
            moment.move_to(NOW + timedelta(days=day - 1))
            sign_in(client, f"{name}@demo.example")
            warned = "your role needs a second step" in client.get(page).text
            assert warned is (name != "amina")
            assert client.get(page).status_code == 200
            moment.move_to(NOW + timedelta(days=day))
            if name == "amina":
                assert client.get(page).status_code == 200
                continue
            for path in (page, "/my", "/account"):
                assert client.get(path).headers["Location"] == PAGE
            sent = client.post("/my/record/wrong", data={"text": "a & b"})
            assert sent.status_code == 403
            assert 'value="a &amp; b"' in sent.text
            assert "since 22 December 2026" in client.get(PAGE).text.replace("\xa0", " ")
            assert client.get("/help-now").status_code == 200
            set_up_app(client, moment.moment)
            assert client.get(page).status_code == 200


@ONLY_SQLITE
def test_it_can_be_switched_off(app: Flask, moment: clock.FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    moment.move_to(NOW + timedelta(days=400))
    client = app.test_client()
    sign_in(client, "root@demo.example")
    assert client.get("/admin").status_code == 302
    settings = app.extensions["settings"].model_copy(update={"second_step_required": False})
    monkeypatch.setitem(app.extensions, "settings", settings)
    assert client.get("/admin").status_code == 200


@ONLY_SQLITE
def second_step_on(page: TestResponse) -> tuple[str, bool]:
    """What HR reads of a second step on the page of a person, and whether it can be removed there."""
    found = re.search(r"Second step</dt>\s*<dd[^>]*>([^<]+)</dd>", page.text)
    assert found is not None
    return found[1].strip(), "Remove a lost second step" in page.text


def test_a_lost_one_is_removed(app: Flask, moment: clock.FixedClock) -> None:
    amina, hana, root = (app.test_client() for _ in range(3))
    sign_in(hana, "hana@demo.example")
    sign_in(root, "root@demo.example")
    numbers = {name: account(app, name) for name in ROLE_PAGES}
    people = {name: f"/people/{each.person_id}/second-step" for name, each in numbers.items()}
    why = {"reason": "A lost phone.", "password": PASSWORD}
    placements = f"/people/{numbers['amina'].person_id}/placement"
    assert second_step_on(hana.get(placements)) == ("not set up", False)
    assert "No second step is set up" in hana.post(people["amina"], data=why).text
    sign_in(amina)
    set_up_app(amina, NOW)
    new_codes(amina)
    add_passkey(amina)
    assert hana.post(people["amina"], data=why | {"password": "wrong"}).status_code == 422
    assert account(app).has_second_step
    assert second_step_on(hana.get(placements)) == ("set up", True)
    assert hana.post(people["amina"], data=why).status_code == 303
    assert not account(app).has_second_step
    assert not is_signed_in(amina)
    # Of somebody with a role only an administrator, or a command on the server.
    assert hana.post(people["root"], data=why).status_code == 403
    set_up_app(root, NOW)
    told = app.test_cli_runner().invoke(args=["people", "reset-second-step", "root@demo.example"])
    assert (told.exit_code, "Root Admin: the password alone" in told.output) == (0, True), told
    assert app.test_cli_runner().invoke(args=["people", "reset-second-step", "root@demo.example"]).exit_code == 1
    assert not is_signed_in(root)
    sign_in(root, "root@demo.example")
    tomas = app.test_client()
    sign_in(tomas, "tomas@demo.example")
    set_up_app(tomas, NOW)
    assert root.post(f"/admin/users/{numbers['tomas'].id}/second-step", data=why).status_code == 303
    assert not account(app, "tomas").has_second_step
    assert trail(app).count("reset_second_step") == 3


@ONLY_SQLITE
def test_nothing_goes_around_it(app: Flask, client: FlaskClient, moment: clock.FixedClock) -> None:
    sign_in(client)
    set_up_app(client, NOW)
    client.post("/logout")
    with app.app_context(), unit_of_work():
        (code,) = print_codes(SYSTEM, [account_id_of("amina")])
    new = {"password": "four good words", "again": "four good words"}
    assert client.post(f"/join/{code}", data=new).headers["Location"] == "/login"
    assert not is_signed_in(client)
    for path in ("/login/code", "/login/choose"):
        assert app.test_client().get(path).headers["Location"] == "/login"
    for path in ("/login/rescue",):
        assert client.post(path).status_code == 404


def account_id_of(name: str) -> int:
    found = find_account_by_email(f"{name}@demo.example")
    assert found is not None
    return found.id


def test_changing_it_asks_for_the_password(app: Flask, client: FlaskClient, moment: clock.FixedClock) -> None:
    sign_in(client)
    set_up_app(client, NOW)
    with client.session_transaction() as cookie:
        cookie["fs_paa"] -= 3600
        cookie.pop("fs_gexp")
    for path in (APP, PASSKEY, f"{PAGE}/codes", f"{PAGE}/remove-app", f"{PAGE}/remove-passkey"):
        answer = client.post(path, data={"name": "x"}, headers={"Referer": f"http://localhost{PAGE}"})
        assert answer.headers["Location"].startswith("/account/confirm?next=")
    assert account(app).has_second_step
    confirmed = client.post(f"/account/confirm?next={PAGE}", data={"password": PASSWORD})
    assert confirmed.headers["Location"] == PAGE
    assert client.post(f"{PAGE}/remove-app").status_code == 303
    assert not account(app).has_second_step
