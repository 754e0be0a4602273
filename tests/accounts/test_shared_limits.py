"""Limits that several processes count together in Redis, and what happens while it is away."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from lms.kernel.config import Settings
from lms.web.limits import limiter
from tests.factories.application import make_settings, running_application
from tests.factories.people import PASSWORD, make_small_organisation
from tests.factories.services import redis_server
from tests.waiting import reserved_port, wait_until

pytestmark = [pytest.mark.parametrize("backend", ["sqlite"], indirect=True), pytest.mark.faults]


@pytest.fixture(autouse=True)
def own_limiter() -> Iterator[None]:
    """Puts the one limiter of the process back as it was: it remembers that Redis was away."""
    before = dict(vars(limiter))
    yield
    vars(limiter).clear()
    vars(limiter).update(before)


@pytest.fixture
def port() -> Iterator[int]:
    with reserved_port() as free:
        yield free


@pytest.fixture
def settings(database_url: str, instance: Path, port: int) -> Settings:
    storage = f"redis://127.0.0.1:{port}/0"
    return make_settings(instance, database_url, rate_limits=True, rate_limit_storage=storage)


def sign_in(app: Flask, password: str) -> int:
    return app.test_client().post("/login", data={"email": "W-1", "password": password}).status_code


def test_processes_count_together_and_alone_while_redis_is_away(settings: Settings, port: int, tmp_path: Path) -> None:
    with redis_server(port, tmp_path):
        with running_application(settings) as first:
            make_small_organisation(first)
            assert [sign_in(first, "wrong") for _ in range(5)] == [200] * 5
        with running_application(settings) as app:
            assert sign_in(app, PASSWORD) == 429
    assert sign_in(app, PASSWORD) == 302
    assert [sign_in(app, "wrong") for _ in range(6)] == [200] * 5 + [429]
    with redis_server(port, tmp_path):
        # What was counted meanwhile is forgotten once it is back.
        wait_until(lambda: sign_in(app, PASSWORD) == 302, "Redis counts again")


def test_a_silent_redis_costs_nobody_the_page(settings: Settings, port: int) -> None:
    with socket.create_server(("127.0.0.1", port), reuse_port=True), running_application(settings) as app:
        make_small_organisation(app)
        assert sign_in(app, PASSWORD) == 302
