"""Requests that take long are answered one after the other, and no page waits for them."""

import asyncio
from threading import Event, Lock
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from lms.kernel.requests import takes_long
from lms.kernel.wsgi import MOST_LONG, REFUSAL, BufferedApplication, TooManyAtOnce
from tests.factories.application import running_application
from tests.waiting import DEADLINE_SECONDS, run_to_the_end


class Response:
    """Takes a response, as RSGI's side of a request does."""

    def __init__(self) -> None:
        self.status = 0

    def response_bytes(self, status: int, _headers: object, _body: bytes) -> None:
        self.status = status


def head(path: str) -> Any:
    return SimpleNamespace(
        http_version="1.1", server="127.0.0.1:80", client="127.0.0.1:9", scheme="http", method="GET", path=path,
        query_string="", headers={},
    )  # fmt: skip


def test_no_page_waits_for_what_takes_long() -> None:
    release, lock = Event(), Lock()
    at_once: list[int] = [0]

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if refusal := environ.get(REFUSAL):
            start_response(f"{refusal.code} Refused", [])
        elif environ["PATH_INFO"] == "/long":
            assert lock.acquire(blocking=False), "two at once"
            assert release.wait(DEADLINE_SECONDS)
            lock.release()
            at_once[0] += 1
            start_response("200 OK", [])
        else:
            start_response("204 No Content", [])
        return []

    async def send(application: Any, path: str) -> int:
        response = Response()
        await application(head(path), response)
        return response.status

    async def exchange() -> None:
        application = BufferedApplication(
            answer, threads=1, body_limit=lambda _: 0, takes_long=lambda environ: environ["PATH_INFO"] == "/long"
        )
        waiting = [asyncio.create_task(send(application, "/long")) for _ in range(MOST_LONG)]
        # None of them is answered before this page is.
        assert await send(application, "/page") == 204
        assert await send(application, "/long") == 503
        assert not any(each.done() for each in waiting)
        release.set()
        assert await asyncio.gather(*waiting) == [200] * MOST_LONG
        assert at_once == [MOST_LONG]
        assert await send(application, "/long") == 200

    run_to_the_end(asyncio.wait_for(exchange(), DEADLINE_SECONDS))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_only_forms_with_passwords_take_long(app: Flask) -> None:
    def long(method: str, path: str) -> bool:
        return takes_long(app, {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": "localhost",
                                "wsgi.url_scheme": "http"})  # fmt: skip

    assert long("POST", "/login")
    assert long("POST", "/account/password")
    assert long("POST", "/join/AAAA-BBBB-CCCC")
    assert not long("GET", "/login")
    assert not long("POST", "/reset")
    assert not long("POST", "/attempts/1")
    assert not long("POST", "/no/such/page")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_page_asks_to_wait(settings: Any) -> None:
    with running_application(settings) as app:
        response = app.test_client().post("/login", environ_base={REFUSAL: TooManyAtOnce()})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert "Very many people are signing in" in response.get_data(as_text=True)
