"""The first administrator of a real installation, from the command line."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.people import make_small_organisation, sign_in

GOOD = "rivers run slowly"


def run(app: Flask, *words: str, typed: str | None = None) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["people", "create-admin", *words], input=typed)
    return result.exit_code, result.output


def options(**changes: str) -> list[str]:
    values = {"name": "Noor  Rahman", "email": "Noor@Example.org", "password": GOOD} | changes
    return [word for key, value in values.items() for word in (f"--{key}", value)]


def test_an_administrator_is_made_once(app: Flask, client: FlaskClient) -> None:
    code, output = run(app, *options(organisation="rivers-relief"))
    assert (code, output) == (0, "Noor Rahman is now an administrator and signs in at http://localhost/login.\n")
    code, output = run(app, *options(password="x", organisation="another"))
    assert (code, output) == (0, "An administrator with this e-mail already exists. Nothing was changed.\n")
    sign_in(client, "noor@example.org", GOOD)
    assert client.get("/admin/users").status_code == 200
    assert client.get("/people").status_code == 200
    organisations = client.get("/admin/organisations").get_data(as_text=True)
    assert "Rivers Relief" in organisations
    assert "Another" not in organisations


def test_it_asks_for_what_is_not_given(app: Flask, client: FlaskClient) -> None:
    code, output = run(app, typed=f"Noor Rahman\nnoor@example.org\n{GOOD}\n{GOOD}\n")
    assert code == 0
    assert GOOD not in output
    sign_in(client, "noor@example.org", GOOD)
    assert client.get("/people").status_code == 403


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"password": "short"}, "Use at least 10 characters."),
        ({"password": "noor rahman 1"}, "could guess this"),
        ({"email": "noor"}, "A name and a full e-mail address are required."),
        ({"name": " "}, "A name and a full e-mail address are required."),
        ({"organisation": "Rivers Relief"}, "lower-case letters, digits and hyphens only"),
        ({"email": "amina@demo.example"}, "An account that is not an administrator signs in with this e-mail."),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_it_refuses_clearly(app: Flask, changes: dict[str, str], says: str) -> None:
    make_small_organisation(app)
    code, output = run(app, *options(**changes))
    assert code == 1
    assert says in output
    assert "Traceback" not in output
