"""The language chosen on a page is the person's own: their e-mails come in it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.kernel.db import session
from lms.people.models import Person, PersonCorrection
from tests.factories.people import make_small_organisation, sign_in


@pytest.fixture(autouse=True)
def two_languages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_small_organisation(app)
    monkeypatch.setitem(app.config, "LANGUAGES", ["en", "fr"])


def language_of_amina(app: Flask) -> str | None:
    with app.app_context():
        return session.scalar(select(Person.language).where(Person.email == "amina@demo.example"))


def choose(client: FlaskClient, language: str) -> None:
    answer = client.post("/language", data={"language": language, "next": "/my"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/my")


def test_a_language_chosen_on_a_page_reaches_e_mails(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    choose(client, "fr")
    assert language_of_amina(app) == "fr"
    # Chosen once more, it is no news.
    choose(client, "fr")
    with app.app_context():
        change = session.scalars(select(PersonCorrection)).one()
        assert (change.field, change.old_value, change.new_value) == ("language", "en", "fr")


@pytest.mark.parametrize("language", ["zz", "", "fr' --", "x" * 500])
def test_only_languages_that_are_offered_are_stored(app: Flask, client: FlaskClient, language: str) -> None:
    sign_in(client)
    choose(client, language)
    assert language_of_amina(app) == "en"


def test_who_is_not_signed_in_chooses_for_the_device_only(app: Flask, client: FlaskClient) -> None:
    choose(client, "fr")
    cookie = client.get_cookie("language")
    assert cookie is not None and cookie.value == "fr"
    assert language_of_amina(app) == "en"
