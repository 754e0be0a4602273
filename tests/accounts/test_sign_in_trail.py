"""Who signed in and which sign-ins were refused is in the audit trail; what somebody typed is not."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.accounts import operations
from lms.accounts.queries import find_account_by_email
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, session, unit_of_work
from tests.factories import people as make
from tests.factories.people import PASSWORD, make_small_organisation, sign_in


def entries(app: Flask) -> list[tuple[object, ...]]:
    with app.app_context(), reading():
        rows = session.execute(
            text(
                "SELECT action, account_id, subject, subject_id, reason, detail FROM audit_entry "
                "WHERE action LIKE 'accounts.%sign_in' ORDER BY id"
            )
        )
        return [(*row[:5], row.detail in ({}, "{}")) for row in rows]


def id_of(app: Flask, email: str) -> int:
    with app.app_context(), reading():
        account = find_account_by_email(email)
        assert account is not None
        return account.id


@pytest.mark.parametrize("name", ["amina@demo.example", "W-1"])
def test_a_sign_in_is_in_the_trail(app: Flask, client: FlaskClient, name: str) -> None:
    make_small_organisation(app)
    sign_in(client, name)
    amina = id_of(app, "amina@demo.example")
    assert entries(app) == [("accounts.sign_in", amina, "account", amina, "", True)]


def test_refused_sign_ins_are_in_the_trail_without_what_was_typed(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        tomas = find_account_by_email("tomas@demo.example")
        assert tomas is not None
        operations.close_account(SYSTEM, tomas, reason="left")
        other = make.person("Basma Idris")
        make.employed(other, make.organisation("hill-health"), "W-1")
        operations.open_account(SYSTEM, other)
    for name, password in (
        ("amina@demo.example", "wrong and wrong"),
        ("tomas@demo.example", PASSWORD),  # closed
        ("nobody@demo.example", "wrong and wrong"),
        ("W-1", "wrong and wrong"),  # a number of two people
        ("", ""),  # no try at all
    ):
        assert client.post("/login", data={"email": name, "password": password}).status_code == 200
    refused = ("accounts.refuse_sign_in", None)
    assert entries(app) == [
        (*refused, "account", id_of(app, "amina@demo.example"), "", True),
        (*refused, "account", id_of(app, "tomas@demo.example"), "", True),
        (*refused, "unknown_account", None, "", True),
        (*refused, "unknown_account", None, "", True),
    ]


def test_the_trail_shows_them(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    for name in ("amina@demo.example", "nobody@demo.example"):
        client.post("/login", data={"email": name, "password": "wrong and wrong"})
    sign_in(client, "root@demo.example")
    page = client.get("/admin/audit").get_data(as_text=True)
    assert "refused a sign-in to <a" in page
    assert "the account of Amina Yusuf" in page
    assert "refused a sign-in to an unknown account" in page
    assert "nobody@demo.example" not in page
