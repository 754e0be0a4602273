"""A request begins as a reader, and begins anew as a writer where it comes to its first write."""

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask, Response, after_this_request, flash, g, get_flashed_messages, request, session as cookie
from flask_babel import lazy_gettext
from jinja2 import Environment
from markupsafe import Markup

from lms.app import create_app
from lms.kernel import db
from lms.kernel.requests import writes_at_once
from lms.kernel.transactions import Kind, transaction_kind
from lms.people.models import Organisation
from lms.web.limits import limiter
from tests.factories.application import make_settings
from tests.factories.people import organisation


def slugs(app: Flask) -> set[str]:
    with app.app_context(), db.reading():
        return {row.slug for row in db.session.query(Organisation)}


def test_what_a_view_changed_of_its_request_is_put_back_before_it_runs_again(app: Flask) -> None:
    seen: list[object] = []

    @app.post("/saves")
    def saves() -> str:
        cookie["times"] = cookie.get("times", 0) + 1
        flash("said")
        g.times = g.get("times", 0) + 1

        @after_this_request
        def add_header(response: Response) -> Response:
            response.headers.add("X-Times", "once")
            return response

        seen.append((transaction_kind.get(), request.files["list"].read(), cookie["times"], g.times))
        shown = get_flashed_messages()
        organisation("saved")
        return f"{shown} {cookie}"

    client = app.test_client()
    with client.session_transaction() as before:
        before["_flashes"] = [("message", "earlier")]
    response = client.post("/saves", data={"list": (BytesIO(b"W-1"), "list.csv")})
    assert seen == [(Kind.READER, b"W-1", 1, 1), (Kind.WRITER, b"W-1", 1, 1)]
    assert (response.text, response.headers.getlist("X-Times")) == (
        "['earlier', 'said'] <SecureCookieSession {'times': 1}>",
        ["once"],
    )
    assert slugs(app) == {"saved"}


@pytest.mark.parametrize("status", [200, 303, 422])
def test_who_writes_nothing_runs_once_and_as_a_reader(app: Flask, status: int) -> None:
    seen = []

    @app.post("/previews")
    def previews() -> tuple[str, int]:
        seen.append(transaction_kind.get())
        return "", status

    app.test_client().post("/previews")
    assert seen == [Kind.READER]


def test_what_must_not_be_done_twice_is_done_before_the_request_begins_to_write(app: Flask) -> None:
    seen = []

    @app.post("/measures")
    def measures() -> str:
        seen.append(transaction_kind.get())
        db.begin_writing()
        organisation("measured")
        return ""

    @app.post("/always")
    @writes_at_once
    def always() -> str:
        seen.append(transaction_kind.get())
        organisation("always")
        return ""

    for address in ("/measures", "/always"):
        app.test_client().post(address)
    assert seen == [Kind.READER, Kind.WRITER]
    assert slugs(app) == {"measured", "always"}


def test_a_request_that_begins_anew_counts_once(tmp_path: Path, database_url: str) -> None:
    app = create_app(make_settings(tmp_path, database_url, rate_limits=True))

    @app.post("/limited")
    @limiter.limit("2 per hour")
    def limited() -> str:
        organisation(f"number-{len(db.session.query(Organisation).all())}")
        return ""

    assert [
        app.test_client().post("/limited", headers={"Origin": "http://localhost"}).status_code for _ in range(3)
    ] == [200, 200, 429]
    with app.app_context():
        db.db.engine.dispose()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_templates_escape_as_jinja_does(app: Flask) -> None:
    class Marked(Markup):
        pass

    class Drawn:
        def __html__(self) -> str:
            return "<svg/>"

    class Word(str):
        __slots__ = ()

    values = [
        "<b>'\"&",
        Markup("<i>"),
        Marked("<u>"),
        Drawn(),
        Word("<s>"),
        lazy_gettext("a < b"),
        5,
        1.5,
        None,
        ["<p>"],
    ]
    source = (
        "{% macro cell(value) %}<td>{{ value }}</td>{% endmacro %}{% set block %}{{ values[0] }}{% endset %}"
        "{{ block }}{{ values[0] ~ values[1] }}{{ missing }}{{ values | join }}"
        "{% for value in values %}{{ value }}{{ cell(value) }}{{ cell(cell(value)) }}{% endfor %}"
    )
    with app.app_context():
        ours = app.jinja_env.overlay(autoescape=True).from_string(source).render(values=values)
        assert ours == Environment(autoescape=True).from_string(source).render(values=values)
    assert "<b>" not in ours
    assert "<u>" in ours
