"""Starting a server, waiting for it, signing in: what every measurement needs."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

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
    port: int, path: str, cookie: str = "", form: Mapping[str, str | list[str]] | None = None, accept: str = "br"
) -> tuple[int, Headers, bytes]:
    """Asks once and returns status, headers and the body as it came over the wire."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Accept-Encoding": accept, "User-Agent": "bench"} | ({"Cookie": cookie} if cookie else {})
    if form is None:
        connection.request("GET", path, headers=headers)
    else:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        # As browsers do for a form of our own page.
        headers["Sec-Fetch-Site"] = "same-origin"
        connection.request("POST", path, urlencode(form, doseq=True), headers)
    response = connection.getresponse()
    return response.status, response.getheaders(), response.read()


def cookies_of(headers: Headers) -> str:
    """Returns the cookies a response sets, as a browser would send them."""
    return "; ".join(value.split(";")[0] for name, value in headers if name.lower() == "set-cookie")


def sign_in(port: int, name: str) -> str:
    """Signs in as a person would and returns the session cookie as it is after the first page.

    That page puts the forms' token into it; a browser keeps what it is sent, and so is not sent it again.
    """
    _, headers, _ = fetch(port, "/login")
    form = {"email": f"{name}@demo.example", "password": PASSWORD}
    status, headers, _ = fetch(port, "/login", cookies_of(headers), form)
    if status != 302:
        raise SystemExit(f"{name} could not sign in: {status}")
    cookie = cookies_of(headers)
    _, headers, _ = fetch(port, "/my", cookie)
    return cookies_of(headers) or cookie


def redirected(response: tuple[int, Headers, bytes]) -> str:
    """Returns the path that a response leads to."""
    status, headers, _ = response
    if status not in (302, 303):
        raise SystemExit(f"a form was answered by {status}")
    return urlsplit(next(value for name, value in headers if name.lower() == "location")).path


def serve(port: int, *more: str) -> list[str]:
    """Returns the command that starts our server."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(port), *more]


def hello(port: int) -> list[str]:
    """Returns the command that starts the bare page."""
    return [sys.executable, "-m", "bench.hello", str(port)]


def environment_of(folder: str | Path, **more: str) -> dict[str, str]:
    """Returns the environment of a server with its data in a folder."""
    own = {"LMS_INSTANCE": str(folder), "LMS_LOG_FORMAT": "json", "LMS_RATE_LIMITS": "false"}
    # Empty means no: an installation is compiled, and so is what is measured after the first start.
    own["PYTHONDONTWRITEBYTECODE"] = ""
    return dict(os.environ) | own | more


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
                if process.poll() is not None or time.monotonic() - began > 900:
                    raise SystemExit(f"the server did not start: {' '.join(command)}") from None
                time.sleep(0.02)
        yield process.pid, time.monotonic() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
