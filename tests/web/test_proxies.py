"""Behind a reverse proxy: whose address counts, and that links and cookies are those of the outer address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request

from lms.kernel.config import Settings
from tests.factories.application import make_settings, running_application

PROXY = {"REMOTE_ADDR": "198.51.100.9"}


@pytest.fixture(params=[0, 1, 2])
def proxies(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def app(database_url: str, tmp_path: Path, proxies: int) -> Iterator[Flask]:
    settings: Settings = make_settings(tmp_path, database_url, trusted_proxies=proxies, secure_cookies=True)
    with running_application(settings) as application:
        application.add_url_rule("/seen", view_func=lambda: {"address": request.remote_addr, "url": request.url})
        yield application


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_only_what_trusted_proxies_say_counts(app: Flask, proxies: int) -> None:
    told = {
        # Whoever sends a request can begin this list with anything.
        "X-Forwarded-For": "10.6.6.6, 203.0.113.5, 192.0.2.7",
        "X-Forwarded-Proto": "https, https",
        "X-Forwarded-Host": "learn.example.org, learn.example.org",
    }
    seen = app.test_client().get("/seen", headers=told, environ_base=PROXY).get_json()
    assert seen["address"] == ("198.51.100.9", "192.0.2.7", "203.0.113.5")[proxies]
    assert seen["url"] == ("https://learn.example.org/seen" if proxies else "http://localhost/seen")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_cookies_are_for_tls_only(app: Flask) -> None:
    answer = app.test_client().get("/login", headers={"X-Forwarded-Proto": "https"}, environ_base=PROXY)
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
