"""Requests that are never sent to the end hold nobody else up, and bodies above the limit are not read."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from socket import socket

import pytest
from flask import Flask
from werkzeug.test import create_environ

from lms.kernel.requests import body_limit
from tests.kernel.connections import connect, exchange, is_waiting, read_response
from tests.waiting import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.skipif(sys.platform != "linux", reason="the server's tests are Linux's")]

STALLED = 12
HEAD = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
KINDS = {
    "head sent, body begun": HEAD + b"Content-Length: 1000\r\n\r\nemail=",
    "head half sent": HEAD,
    "chunked body begun": HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\nemail=",
    "connected and silent": b"",
}
PAGE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
FORM = HEAD + b"Content-Length: 7\r\nConnection: close\r\n\r\nemail=a"


def answered_meanwhile(port: int, begin: bytes, go_on: Callable[[socket], None]) -> bool:
    """Answers pages and forms while twelve requests are under way; returns whether these were open all the time."""
    with ExitStack() as stack:
        stalled = [stack.enter_context(connect(port)) for _ in range(STALLED)]
        for connection in stalled:
            connection.sendall(begin)
        for request, expected in (PAGE, 200), (FORM, 400), (PAGE, 200):
            for connection in stalled:
                go_on(connection)
            assert exchange(port, request)[0] == expected
        return all(is_waiting(connection) for connection in stalled)


# A chunked body is refused at once: nothing of it waits.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if "chunked" not in kind])
def test_twelve_stalled_requests_hold_nobody_up(listening: int, kind: str) -> None:
    # A machine that is so busy that the server gives up the twelve before it answers gets another try.
    wait_until(
        lambda: answered_meanwhile(listening, KINDS[kind], lambda _: None), "pages are answered while twelve are open"
    )


def test_twelve_trickles_hold_nobody_up(listening: int) -> None:
    begin = KINDS["head sent, body begun"]
    wait_until(
        lambda: answered_meanwhile(listening, begin, lambda connection: connection.sendall(b"x")),
        "pages are answered while twelve are open",
    )


def test_a_form_sent_in_small_parts_is_answered(listening: int) -> None:
    with connect(listening) as connection:
        for byte in FORM:
            connection.sendall(bytes([byte]))
            # Other requests are answered in between.
            assert byte != ord("=") or exchange(listening, PAGE)[0] == 200
        assert read_response(connection)[0] == 400


def refusals() -> Iterator[tuple[bytes, int, str]]:
    yield HEAD + b"Content-Length: 9000000000\r\n\r\nemail=", 413, "This is too large to send"
    yield HEAD + b"Content-Length: 2000001\r\nExpect: 100-continue\r\n\r\n", 413, "This is too large to send"
    yield KINDS["chunked body begun"], 411, "We could not read that"
    yield HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 411, "We could not read that"
    yield HEAD + b"Content-Length: -1\r\n\r\n", 400, ""
    yield HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nemail", 400, ""
    # No length is no body: the form without its token.
    yield HEAD + b"\r\n", 400, "This page was open too long"


def test_bodies_that_cannot_be_read_are_refused_at_once(listening: int) -> None:
    """The rest of these bodies never comes: whatever is answered was answered without it."""
    for request, status, title in refusals():
        with connect(listening) as connection:
            connection.sendall(request)
            found, headers, body = read_response(connection)
        assert found == status, request
        text = body.decode()
        heading = re.search(r"<h1[^>]*>([^<]*)", text)
        assert (heading[1].strip() if heading else text) == title, request
        assert not title or "no-store" in headers["Cache-Control"]


def test_only_the_upload_of_lists_accepts_large_bodies(app: Flask) -> None:
    settings = app.extensions["settings"]
    limits = {
        ("POST", "/people/import"): settings.max_import_bytes,
        ("GET", "/people/import"): settings.max_import_bytes,
        ("POST", "/login"): settings.max_request_bytes,
        ("PUT", "/people/import"): settings.max_request_bytes,
        ("POST", "/nowhere"): settings.max_request_bytes,
    }
    assert {key: body_limit(app, create_environ(key[1], method=key[0])) for key in limits} == limits
