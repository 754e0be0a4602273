"""Requests as Granian gives them become requests as WSGI knows them, and responses arrive as they were made."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lms.kernel.config import ROOT
from tests.kernel.connections import connect, connected, exchange, read_response
from tests.kernel.echo_server import LARGE_BYTES, LIMIT_BYTES
from tests.waiting import process_group, reserved_port

pytestmark = pytest.mark.faults


@contextmanager
def echoing(*options: str) -> Iterator[int]:
    """Yields the port of the echo server."""
    with reserved_port() as port:
        command = [sys.executable, "-m", "tests.kernel.echo_server", str(port), *options]
        with process_group(command, cwd=ROOT, stderr=subprocess.DEVNULL, text=True) as process:
            connected(process, port).close()
            yield port


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    """The port of an echo server, which checks what it gets against PEP 3333."""
    with echoing() as port:
        yield port


def asked(port: int, line: str, *headers: str, body: bytes = b"") -> dict[str, str]:
    """Returns what the application found in a request."""
    head = "\r\n".join([f"{line} HTTP/1.1", "Host: example.org:81", "Connection: close", *headers, "", ""])
    status, _, content = exchange(port, head.encode("latin-1") + body)
    assert status == 200, content
    found: dict[str, str] = json.loads(content)
    return found


def test_the_head_of_a_request(echo: int) -> None:
    found = asked(
        echo,
        "GET /courses/%C3%A9%2Fb?q=%C3%A9+1&r",
        "Accept: a",
        "Accept: b",
        "Cookie: x=1",
        "Cookie: y=2",
        "X_Forwarded_For: 192.0.2.1",
        "X-Forwarded-For: 192.0.2.2",
    )
    assert found["REQUEST_METHOD"] == "GET"
    assert found["PATH_INFO"].encode("latin-1").decode() == "/courses/é/b"
    assert found["QUERY_STRING"] == "q=%C3%A9+1&r"
    assert (found["SERVER_NAME"], found["SERVER_PORT"]) == ("127.0.0.1", str(echo))
    assert (found["HTTP_HOST"], found["REMOTE_ADDR"]) == ("example.org:81", "127.0.0.1")
    assert (found["SERVER_PROTOCOL"], found["wsgi.url_scheme"]) == ("HTTP/1.1", "http")
    assert (found["HTTP_ACCEPT"], found["HTTP_COOKIE"]) == ("a,b", "x=1; y=2")
    # An underscore in a name does not pass for the hyphen of what a proxy says.
    assert found["HTTP_X_FORWARDED_FOR"] == "192.0.2.2"
    assert "CONTENT_LENGTH" not in found


@pytest.mark.parametrize("size", [0, 1, 70_000, LIMIT_BYTES])
def test_bodies_arrive_whole(echo: int, size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    body = body[:size]
    found = asked(echo, "POST /", "Content-Type: text/x", f"Content-Length: {size}", body=body)
    assert (found["length"], found["digest"]) == (size, hashlib.sha256(body).hexdigest())
    assert (found["CONTENT_TYPE"], found["CONTENT_LENGTH"]) == ("text/x", str(size))


def test_responses_arrive_as_they_were_made(echo: int) -> None:
    host = b" HTTP/1.1\r\nHost: a\r\n\r\n"
    with connect(echo) as connection:
        # One connection for all: none of them leaves anything behind.
        for method, path, status, length in (
            ("GET", "/", 200, None),
            ("HEAD", "/", 200, 0),
            ("GET", "/empty", 204, 0),
            ("GET", "/large", 200, LARGE_BYTES),
            ("GET", "/fails", 500, 0),
            ("GET", "/", 200, None),
        ):
            connection.sendall(f"{method} {path}".encode() + host)
            found, headers, body = read_response(connection, method)
            assert found == status, path
            assert length is None or len(body) == length, path
            if status < 500:
                assert headers.get_all("Set-Cookie") == ["a=1", "b=2"], path


def test_a_refused_body_is_thrown_away_so_that_the_browser_sees_why(echo: int) -> None:
    """The system's buffers do not hold it: the browser would be told that the connection was reset."""
    body = b"x" * 20_000_000
    status, _, content = exchange(
        echo, f"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    )
    assert (status, json.loads(content)["length"]) == (413, 0)


def test_a_body_that_stops_is_answered_and_the_connection_closed() -> None:
    with echoing("0.1") as port, connect(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
        status, _, _ = read_response(connection)
        assert status == 408
        assert connection.recv(1) == b""


def test_whoever_hangs_up_half_way_leaves_nothing_behind(echo: int) -> None:
    for _ in range(5):
        with connect(echo) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
    assert asked(echo, "POST /", "Content-Length: 2", body=b"ok")["length"] == 2
