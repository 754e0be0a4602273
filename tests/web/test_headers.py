"""Security and caching headers."""

from flask import Flask, Response, make_response
from flask.testing import FlaskClient


def add_page(layout_app: Flask, path: str = "/page", cache: str | None = None) -> None:
    def page() -> Response:
        response = make_response("<p>page</p>")
        if cache:
            response.headers["Cache-Control"] = cache
        return response

    layout_app.add_url_rule(path, f"page-{path}", page)


def test_every_answer_carries_the_policy(layout_app: Flask, browser: FlaskClient) -> None:
    add_page(layout_app)
    for path in ("/page", "/nothing", "/static/0/app.css"):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


def test_pages_are_private_and_revalidated(layout_app: Flask, browser: FlaskClient) -> None:
    add_page(layout_app)
    assert browser.get("/page").headers["Cache-Control"] == "private, no-cache"


def test_help_may_be_cached_for_use_without_a_network(layout_app: Flask, browser: FlaskClient) -> None:
    add_page(layout_app, "/help-now")
    assert "no-store" not in browser.get("/help-now").headers["Cache-Control"]


def test_what_a_view_says_stays(layout_app: Flask, browser: FlaskClient) -> None:
    add_page(layout_app, cache="public, max-age=300")
    assert browser.get("/page").headers["Cache-Control"] == "public, max-age=300"


def test_tls_is_only_promised_where_there_is_tls(layout_app: Flask, browser: FlaskClient) -> None:
    add_page(layout_app)
    assert "Strict-Transport-Security" not in browser.get("/page").headers
    secure = browser.get("/page", base_url="https://localhost")
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"
