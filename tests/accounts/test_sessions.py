"""Sessions end on the server: whoever copied a cookie is signed out with its owner."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.accounts import operations, queries
from lms.accounts.codes.operations import print_codes
from lms.accounts.models import SignedInSession
from lms.accounts.sign_in.operations import remove_old_sessions
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, session, unit_of_work
from tests.factories.people import PASSWORD, make_small_organisation, sign_in

COOKIES = ("every_sector", "remember_token")
NEW = "four good words"


def copies(app: Flask, client: FlaskClient) -> list[FlaskClient]:
    """A browser for each cookie of another one, with a copy of nothing but that cookie."""
    found = []
    for name in COOKIES:
        cookie = client.get_cookie(name)
        assert cookie is not None
        browser = app.test_client()
        browser.set_cookie(name, cookie.value)
        found.append(browser)
    return found


def is_signed_in(client: FlaskClient) -> bool:
    """Whether a page of ours and one of Flask-Security's open; both look the session up."""
    answers = {client.get(path).status_code for path in ("/account", "/account/password")}
    assert len(answers) == 1
    return answers == {200}


def sign_in_to_stay(client: FlaskClient) -> None:
    response = client.post("/login", data={"email": "W-1", "password": PASSWORD, "remember": "y"})
    assert response.status_code == 302


def new_password(app: Flask, client: FlaskClient) -> None:
    data = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert client.post("/account/password", data=data).status_code == 302


def printed_code(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        account = queries.find_account_by_email("amina@demo.example")
        assert account is not None
        (code,) = print_codes(SYSTEM, [account.id])
    assert app.test_client().post(f"/join/{code}", data={"password": NEW, "again": NEW}).status_code == 303


def closed_and_opened_again(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        account = queries.find_account_by_email("amina@demo.example")
        assert account is not None
        operations.close_account(SYSTEM, account, reason="left")
        operations.reopen_account(SYSTEM, account, reason="came back")


def signed_out(app: Flask, client: FlaskClient) -> None:
    assert client.post("/logout").status_code == 302


def signed_out_everywhere(app: Flask, client: FlaskClient) -> None:
    assert app.test_client().get("/account").status_code == 302
    assert client.post("/account/sign-out-everywhere").status_code == 303


@pytest.mark.parametrize(
    "end", [signed_out, signed_out_everywhere, new_password, printed_code, closed_and_opened_again]
)
def test_copied_cookies_end_with_the_session(
    app: Flask, client: FlaskClient, end: Callable[[Flask, FlaskClient], None]
) -> None:
    make_small_organisation(app)
    sign_in_to_stay(client)
    copied = copies(app, client)
    assert all(map(is_signed_in, copied))
    end(app, client)
    assert not any(map(is_signed_in, copied))


def test_signing_out_ends_one_session_only(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    other = app.test_client()
    sign_in_to_stay(other)
    sign_in(client)
    signed_out(app, client)
    assert is_signed_in(other)


def test_the_next_person_on_a_phone_ends_the_session_before(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in_to_stay(client)
    copied = copies(app, client)
    with app.app_context(), unit_of_work():
        account = queries.find_account_by_email("tomas@demo.example")
        assert account is not None
        (code,) = print_codes(SYSTEM, [account.id])
    assert client.post(f"/join/{code}", data={"password": NEW, "again": NEW}).status_code == 303
    assert "Tomas Silva" in client.get("/account").get_data(as_text=True)
    assert not any(map(is_signed_in, copied))
    client.delete_cookie("every_sector")
    assert not is_signed_in(client)


def test_the_device_that_changes_a_password_stays_signed_in(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in_to_stay(client)
    new_password(app, client)
    assert is_signed_in(client)
    assert all(map(is_signed_in, copies(app, client)))


def test_cookies_of_the_version_before_name_no_session(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), reading():
        account = queries.find_account_by_email("amina@demo.example")
        assert account is not None
        uniquifier = account.fs_uniquifier
    with client.session_transaction() as cookie:
        cookie["_user_id"] = uniquifier
    assert not is_signed_in(client)


def test_everybody_signs_in_again_after_90_days(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    moment = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    with clock.using(clock.FixedClock(moment)) as now, app.app_context():
        sign_in_to_stay(client)
        for days, left in ((90, 1), (91, 0)):
            now.move_to(moment + timedelta(days=days))  # type: ignore[attr-defined]
            remove_old_sessions()
            with reading():
                assert session.scalar(select(func.count(SignedInSession.id))) == left
    assert not is_signed_in(client)
