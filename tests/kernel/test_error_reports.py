"""What leaves the machine for Sentry: types and places in the code, whatever the error says."""

import gzip
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import brotli
import pytest
import sentry_sdk
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lms.kernel import outbox
from lms.kernel.config import Settings
from lms.kernel.db import session, unit_of_work
from tests.factories.application import make_settings, running_application
from tests.factories.people import PASSWORD, make_small_organisation

NAMES = ("Amina", "Yusuf", "amina@demo.example", "W-1", "192.0.2.7", "learn-safely", "Okello", "SELECT")


@pytest.fixture
def sink() -> Iterator[tuple[int, list[str]]]:
    """A Sentry that takes everything: its port, and what has arrived."""
    arrived: list[str] = []

    class Sentry(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            # The library compresses by what is installed.
            unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(self.headers["Content-Encoding"], bytes)
            arrived.append(unpack(body).decode())
            arrived.append(str(self.headers))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Sentry)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, arrived
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, sink: tuple[int, list[str]]) -> Settings:
    return make_settings(tmp_path, database_url, sentry_dsn=f"http://key@127.0.0.1:{sink[0]}/1")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with running_application(settings) as application:
        yield application


def fail(name: str = "Amina Yusuf") -> None:
    raise ValueError(f"{name}, amina@demo.example")


def test_no_personal_value_leaves_the_machine(app: Flask, sink: tuple[int, list[str]]) -> None:
    make_small_organisation(app)

    def fails(number: str) -> str:
        try:
            session.execute(text("SELECT nothing FROM account WHERE email = :email"), {"email": "amina@demo.example"})
        except DBAPIError:
            fail()
        return number

    app.add_url_rule("/fails/<number>", view_func=fails, methods=["POST"])
    client = app.test_client()
    client.post("/login", data={"email": "W-1", "password": PASSWORD})
    answer = client.post(
        "/fails/W-1?name=Okello", data={"password": PASSWORD}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert answer.status_code == 500

    @outbox.handler("test.fails")
    def fails_too(payload: dict[str, Any]) -> None:
        fail(payload["name"])

    with app.app_context():
        with unit_of_work():
            outbox.put("test.fails", "fails", {"name": "Grace Okello"})
        outbox.sweep()
    sentry_sdk.flush()
    everything = "\n".join(sink[1])
    assert not [name for name in NAMES if name in everything]
    events = [json.loads(line) for each in sink[1] for line in each.splitlines() if '"exception"' in line]
    types = [value["type"] for event in events for value in event["exception"]["values"]]
    assert types.count("ValueError") == 2
    assert {event["tags"].get("route") or event["tags"].get("outbox") for event in events} == {
        "POST /fails/<number>",
        "test.fails",
    }
    assert any(
        frame["filename"].endswith("test_error_reports.py") and frame["function"] == "fail"
        for event in events
        for value in event["exception"]["values"]
        for frame in value["stacktrace"]["frames"]
    )


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_unreachable_sentry_costs_nobody_a_page(settings: Settings) -> None:
    with running_application(settings.model_copy(update={"sentry_dsn": "http://key@127.0.0.1:9/1"})) as app:
        app.add_url_rule("/fails", view_func=fail)
        assert app.test_client().get("/fails").status_code == 500
        assert app.test_client().get("/login").status_code == 200
