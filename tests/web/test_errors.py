"""Error pages: kind, complete, and status without database and session."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, abort, render_template_string, request
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import TooManyRequests

from lms.kernel.errors import Invalid, NotAllowed, NotThere, Refusal
from lms.web.errors import PAGES

PAGE_CODES = (400, 403, 404, 405, 408, 413, 429, 500, 503)


@pytest.fixture
def broken(layout_app: Flask) -> Iterator[FlaskClient]:
    """A browser on an application whose pages fail in every way there is."""
    layout_app.config["PROPAGATE_EXCEPTIONS"] = False

    @layout_app.get("/abort/<int:code>")
    def aborts(code: int) -> str:
        abort(code)

    @layout_app.get("/raise/<name>")
    def raises(name: str) -> str:
        raise {
            "value": ValueError("Amina Yusuf"),
            "refusal": Refusal("This attempt has been sent already."),
            "not-there": NotThere(),
            "not-allowed": NotAllowed(),
            "invalid": Invalid("The day lies in the future."),
            "integrity": IntegrityError("INSERT", {}, Exception("twice")),
            "lost": IntegrityError("SELECT", {}, Exception("gone"), connection_invalidated=True),
            "limited": TooManyRequests(retry_after=7),
        }[name]

    @layout_app.get("/database")
    def database() -> str:
        with create_engine("sqlite:////nowhere/at/all.db").connect() as connection:
            connection.execute(text("SELECT 1"))
        return ""

    @layout_app.post("/form")
    def form() -> str:
        return "taken"

    yield layout_app.test_client()


@pytest.mark.parametrize("code", PAGE_CODES)
def test_each_page_says_what_happened_what_next_and_where_help_is(broken: FlaskClient, code: int) -> None:
    response = broken.get(f"/abort/{code}")
    words = PAGES[code]
    assert response.status_code == code
    with broken.application.test_request_context():
        expected = [str(words.title), str(words.explanation), str(words.next_step)]
    for sentence in expected:
        assert sentence in response.text
    assert 'href="/help-now"' in response.text
    assert '<html lang="en" dir="ltr">' in response.text
    assert response.headers["Cache-Control"] == "no-store"


def test_a_wrong_method_names_the_right_one(broken: FlaskClient) -> None:
    response = broken.get("/form")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_an_unknown_code_still_gets_a_page(broken: FlaskClient) -> None:
    assert "could not be read" in broken.get("/abort/418").text
    assert "our fault" in broken.get("/abort/502").text


def test_pauses_say_how_long(broken: FlaskClient) -> None:
    assert broken.get("/abort/429").headers["Retry-After"] == "60"
    assert broken.get("/raise/limited").headers["Retry-After"] == "7"
    assert broken.get("/abort/503").headers["Retry-After"] == "15"


def test_a_failure_shows_its_number_and_nothing_else(broken: FlaskClient) -> None:
    response = broken.get("/raise/value")
    assert response.status_code == 500
    assert "Error number" in response.text
    assert "Amina" not in response.text
    assert "ValueError" not in response.text


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("refusal", 409, "This attempt has been sent already."),
        ("not-there", 404, "Page not found"),
        ("not-allowed", 403, "You do not have access to this page"),
        ("invalid", 422, "The day lies in the future."),
    ],
)
def test_refusals_speak_for_themselves(broken: FlaskClient, name: str, code: int, words: str) -> None:
    response = broken.get(f"/raise/{name}")
    assert response.status_code == code
    assert words in response.text


def test_a_message_is_escaped(layout_app: Flask) -> None:
    @layout_app.get("/script")
    def script() -> str:
        raise Refusal("<script>alert(1)</script>")

    assert "<script>alert" not in layout_app.test_client().get("/script").text


def test_a_database_that_is_away_is_503(broken: FlaskClient) -> None:
    assert broken.get("/database").status_code == 503
    assert broken.get("/raise/lost").status_code == 503
    assert broken.get("/raise/integrity").status_code == 500


def test_a_page_open_too_long_says_how_to_keep_what_was_typed(broken: FlaskClient) -> None:
    response = broken.post("/form", data={"answer": "b"})
    assert response.status_code == 400
    assert "This page was open too long" in response.text
    assert "copy what you typed" in response.text


def test_programs_get_json(broken: FlaskClient) -> None:
    error = broken.get("/api/v1/nothing").get_json()["error"]
    assert (error["code"], error["name"]) == (404, "not_found")
    assert error["request_id"]
    answer = broken.get("/raise/refusal", headers={"Accept": "application/json"})
    assert answer.get_json()["error"]["message"] == "This attempt has been sent already."
    assert broken.get("/nothing", headers={"Accept": "*/*"}).mimetype == "text/html"
    assert broken.get("/nothing", headers={"Accept": "text/html,*/*;q=0.8"}).mimetype == "text/html"


class LockedSession(SecureCookieSessionInterface):
    """A session that cannot be opened, as one would be that lives in a database which is away."""

    def open_session(self, app: Flask, request: Any) -> Any:
        opened = super().open_session(app, request)

        class Refusing(type(opened)):  # type: ignore[misc]
            def __getitem__(self, key: str) -> Any:
                raise RuntimeError(f"the session was asked for {key}")

            get = __getitem__

        return Refusing()


@pytest.mark.parametrize("path", ["/abort/503", "/abort/500", "/abort/404", "/database"])
def test_error_pages_read_neither_session_nor_database(broken: FlaskClient, path: str) -> None:
    layout_app = broken.application
    layout_app.session_interface = LockedSession()

    @layout_app.context_processor
    def who() -> dict[str, Any]:
        raise RuntimeError("the database was asked who is signed in")

    assert "I am worried about a child" in broken.get(path).text


def test_an_error_page_speaks_the_language_chosen(layout_app: Flask) -> None:
    layout_app.config["LANGUAGES"] = ["en", "ar"]
    browser = layout_app.test_client()
    browser.set_cookie("language", "ar")
    assert '<html lang="ar" dir="rtl">' in browser.get("/nothing").text
    assert '<html lang="ar" dir="rtl">' in browser.get("/nothing", headers={"Accept-Language": "fr"}).text
    browser.set_cookie("language", "xx")
    assert '<html lang="en" dir="ltr">' in browser.get("/nothing").text


def test_a_request_that_is_too_large_is_413(layout_app: Flask) -> None:
    layout_app.config.update(MAX_CONTENT_LENGTH=1000, WTF_CSRF_ENABLED=False)

    @layout_app.post("/upload")
    def upload() -> str:
        return render_template_string("{{ n }}", n=len(request.form))

    assert layout_app.test_client().post("/upload", data={"x": "y" * 2000}).status_code == 413
