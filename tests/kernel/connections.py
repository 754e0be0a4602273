"""Connections to a real server."""

import socket
import subprocess
from contextlib import suppress
from email.message import Message
from http.client import HTTPResponse
from select import select

from tests.waiting import DEADLINE_SECONDS, wait_until


def connected(process: subprocess.Popen[str], port: int) -> socket.socket:
    """Waits until the server listens, and returns a connection on which it has answered."""

    def attempt() -> socket.socket | None:
        assert process.poll() is None, "the server ended"
        with suppress(ConnectionRefusedError):
            return connect(port)
        return None

    connection = wait_until(attempt, "the server listens")
    assert connection is not None
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert connection.recv(4096).startswith(b"HTTP/1.1 200")
    return connection


def connect(port: int) -> socket.socket:
    """Returns a connection to a server that listens."""
    return socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_SECONDS)


def exchange(port: int, request: bytes) -> tuple[int, Message, bytes]:
    """Sends a request as it is and returns status, headers and body of the response."""
    with connect(port) as connection:
        connection.sendall(request)
        return read_response(connection)


def read_response(connection: socket.socket, method: str = "GET") -> tuple[int, Message, bytes]:
    """Waits for a response and returns its status, headers and body."""
    response = HTTPResponse(connection, method=method)
    response.begin()
    return response.status, response.headers, response.read()


def is_waiting(connection: socket.socket) -> bool:
    """Returns whether a connection is open and nothing was answered on it."""
    return not select([connection], [], [], 0)[0]
