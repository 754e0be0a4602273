"""Starting a server, waiting for it, signing in: what every measurement needs."""

import http.client
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "learn-safely-2026"
MODULE = "/courses/safe-identification/noticing-safely-in-your-job"

Headers = list[tuple[str, str]]


def free_port() -> int:
    """Returns a port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(
    port: int, path: str, cookie: str = "", form: dict[str, str] | None = None, accept: str = "br"
) -> tuple[int, Headers, bytes]:
    """Asks once and returns status, headers and the body as it came over the wire."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Accept-Encoding": accept, "User-Agent": "bench"} | ({"Cookie": cookie} if cookie else {})
    if form is None:
        connection.request("GET", path, headers=headers)
    else:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers["Referer"] = f"http://127.0.0.1:{port}{path}"
        connection.request("POST", path, urlencode(form), headers)
    response = connection.getresponse()
    return response.status, response.getheaders(), response.read()


def cookies_of(headers: Headers) -> str:
    """Returns the cookies a response sets, as a browser would send them."""
    return "; ".join(value.split(";")[0] for name, value in headers if name.lower() == "set-cookie")


def sign_in(port: int, name: str) -> str:
    """Signs in as a person would and returns the session cookie as it is after the first page.

    That page puts the forms' token into it; a browser keeps what it is sent, and so is not sent it again.
    """
    _, headers, body = fetch(port, "/login", accept="identity")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', body.decode())
    if token is None:
        raise SystemExit("the sign-in form has no token")
    form = {"csrf_token": token[1], "email": f"{name}@demo.example", "password": PASSWORD}
    status, headers, _ = fetch(port, "/login", cookies_of(headers), form)
    if status != 302:
        raise SystemExit(f"{name} could not sign in: {status}")
    cookie = cookies_of(headers)
    _, headers, _ = fetch(port, "/my", cookie)
    return cookies_of(headers) or cookie


@contextmanager
def server(command: list[str], port: int, path: str, environment: dict[str, str]) -> Iterator[tuple[int, float]]:
    """Starts a server, waits until it answers, and gives its process number and how long that took in seconds."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                fetch(port, path)
                break
            except OSError:
                if process.poll() is not None or time.monotonic() - began > 180:
                    raise SystemExit(f"the server did not start: {' '.join(command)}") from None
                time.sleep(0.02)
        yield process.pid, time.monotonic() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
