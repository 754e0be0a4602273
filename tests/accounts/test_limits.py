"""Guessing is slowed down; a class that signs in together is not, and nobody is locked out by somebody else."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.config import Settings
from tests.factories.application import make_settings
from tests.factories.people import PASSWORD, make_small_organisation, sign_in

HERE, ELSEWHERE = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "192.0.2.2"}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return make_settings(tmp_path, database_url, rate_limits=True)


def status(client: FlaskClient, name: str, password: str, where: dict[str, str]) -> int:
    client.delete_cookie("every_sector")
    return client.post("/login", data={"email": name, "password": password}, environ_base=where).status_code


def test_five_wrong_passwords_for_one_name(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    assert [status(client, "W-1", "wrong", HERE) for _ in range(6)] == [200] * 5 + [429]
    assert status(client, " w-1 ", PASSWORD, HERE) == 429
    assert status(client, "W-1", PASSWORD, ELSEWHERE) == 302
    assert status(client, "W-2", PASSWORD, HERE) == 302
    page = client.post("/login", data={"email": "W-1", "password": "wrong"}, environ_base=HERE)
    assert "Please wait a moment" in page.get_data(as_text=True)
    assert int(page.headers["Retry-After"]) > 0


def test_ten_wrong_passwords_from_one_address(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    seen = [status(client, f"nobody-{index}", "wrong", HERE) for index in range(11)]
    assert seen == [200] * 10 + [429]
    assert status(client, "W-1", PASSWORD, HERE) == 429
    assert status(client, "W-1", PASSWORD, ELSEWHERE) == 302


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_class_signs_in_together(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    assert {status(client, f"W-{index % 5 + 1}", PASSWORD, HERE) for index in range(15)} == {302}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_mails_are_limited_by_name_and_address(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)

    def ask(email: str, where: dict[str, str]) -> int:
        return client.post("/reset", data={"email": email}, environ_base=where).status_code

    for email in ("amina@demo.example", "nobody@demo.example"):
        assert [ask(email, ELSEWHERE if index % 2 else HERE) for index in range(6)] == [200] * 5 + [429]
    third = {"REMOTE_ADDR": "192.0.2.3"}
    assert [ask(f"n{index}@demo.example", third) for index in range(11)] == [200] * 10 + [429]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_unknown_codes_are_limited(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)

    def guess(index: int, where: dict[str, str]) -> int:
        return client.get(f"/join/AAAA-BBBB-{index:04}", environ_base=where).status_code

    assert [guess(index, HERE) for index in range(11)] == [404] * 10 + [429]
    assert guess(1, ELSEWHERE) == 404


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_wrong_passwords_for_a_code_are_limited_and_right_ones_are_not(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "root@demo.example")
    address = "/admin/users/2/code"  # of Tomas, who has a role
    assert {client.post(address, data={"password": PASSWORD}).status_code for _ in range(12)} == {200}
    answers = [client.post(address, data={"password": "not-the-password"}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
