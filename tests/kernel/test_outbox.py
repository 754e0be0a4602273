"""The outbox: rolled back with the work, done once, tried again, patient while something outside is missing."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from aiosmtpd.handlers import Message as MessageHandler
from flask import Flask
from sqlalchemy import select

from lms.app import create_app
from lms.kernel import clock, mail, outbox
from lms.kernel.config import Settings
from lms.kernel.db import db, reading, session, unit_of_work
from lms.kernel.outbox import OutboxRow
from lms.kernel.worker import SecondConsumer
from tests.factories.mail_server import mail_server
from tests.waiting import DEADLINE_SECONDS


class Post(MessageHandler):
    """A real SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Any] = []
        self.arrived = Event()

    def handle_message(self, message: Any) -> None:
        self.messages.append(message)
        self.arrived.set()


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    handler = Post()
    with mail_server(handler) as controller:
        yield handler, controller.port


@pytest.fixture
def mailing(settings: Settings, post: tuple[Post, int]) -> Iterator[Flask]:
    app = create_app(settings.model_copy(update={"mail_server": "127.0.0.1", "mail_port": post[1]}))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def rows() -> list[OutboxRow]:
    with reading():
        found = list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))
        session.expunge_all()
        return found


def test_a_mail_arrives_once_and_its_text_is_blanked(mailing: Flask, post: tuple[Post, int]) -> None:
    with unit_of_work():
        mail.queue("hana@demo.example", "Hello", "Plain text, مرحبا", key="once")
        mail.queue("hana@demo.example", "Hello", "Plain text, مرحبا", key="once")
    assert outbox.sweep() == 1
    assert outbox.sweep() == 0
    (message,) = post[0].messages
    assert message["Subject"] == "Hello"
    assert message["To"] == "hana@demo.example"
    assert "مرحبا" in message.get_payload(decode=True).decode()
    (row,) = rows()
    assert row.done_at is not None
    assert row.payload == {}


def test_a_silent_mail_server_times_out_and_is_tried_again(settings: Settings) -> None:
    # It takes the connection and never greets, as one behind a broken firewall does.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        app = create_app(settings.model_copy(update={"mail_server": "127.0.0.1", "mail_port": port}))
        app.config["MAIL_TIMEOUT_SECONDS"] = 0.2
        with app.app_context():
            with unit_of_work():
                mail.queue("hana@demo.example", "Hello", "text")
            assert outbox.sweep() == 0
            (row,) = rows()
            assert (row.tries, row.last_error, row.done_at) == (0, "ServerSilent", None)
            assert row.payload["subject"] == "Hello"
            db.session.remove()
            db.engine.dispose()
    assert socket.getdefaulttimeout() is None


def test_work_that_fails_leaves_no_mail(mailing: Flask) -> None:
    with pytest.raises(RuntimeError, match="after"), unit_of_work():
        mail.queue("hana@demo.example", "Hello", "text")
        raise RuntimeError("after the mail was queued")
    assert rows() == []


def test_without_a_mail_server_mails_wait_and_lose_no_try(app_context: Flask) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    with clock.using(clock.FixedClock(start)), unit_of_work():
        mail.queue("hana@demo.example", "Hello", "text")
    for days in range(1, 40):
        with clock.using(clock.FixedClock(start + timedelta(days=days))):
            assert outbox.sweep() == 0
    (row,) = rows()
    assert (row.tries, row.last_error, row.done_at) == (0, "MailServerMissing", None)


def test_a_row_that_fails_is_tried_with_growing_pauses_and_then_waits(app_context: Flask) -> None:
    calls: list[dict[str, Any]] = []

    @outbox.handler("test-fails")
    def fails(payload: dict[str, Any]) -> None:
        calls.append(payload)
        raise ValueError("secret@demo.example")

    start = datetime(2026, 3, 1, tzinfo=UTC)
    with clock.using(clock.FixedClock(start)), unit_of_work():
        outbox.put("test-fails", "a", {"n": 1})
    with clock.using(clock.FixedClock(start)):
        outbox.sweep()
        outbox.sweep()
    assert len(calls) == 1, "the second look comes before the pause is over"
    for hours in range(1, 400):
        with clock.using(clock.FixedClock(start + timedelta(hours=hours * 6))):
            outbox.sweep()
    assert len(calls) == outbox.MOST_TRIES
    (row,) = rows()
    assert row.last_error == "ValueError", "an error's text may hold an address; only its class is kept"


def test_a_failing_row_does_not_block_the_others(app_context: Flask) -> None:
    done: list[int] = []

    @outbox.handler("test-mixed")
    def mixed(payload: dict[str, Any]) -> None:
        if payload["n"] == 2:
            raise ValueError
        done.append(payload["n"])

    with unit_of_work():
        for number in (1, 2, 3):
            outbox.put("test-mixed", f"mixed:{number}", {"n": number})
    assert outbox.sweep() == 2
    assert done == [1, 3]


def test_a_mail_does_not_wait_behind_long_work(mailing: Flask, post: tuple[Post, int]) -> None:
    begun, let_go = Event(), Event()

    @outbox.handler("test.long")
    def take_long(_payload: dict[str, Any]) -> None:
        begun.set()
        assert let_go.wait(DEADLINE_SECONDS)

    both = [
        SecondConsumer(queue, initial_delay=0.01, max_delay=0.05, periodic=False)
        for queue in mailing.extensions["worker_queues"].values()
    ]
    for consumer in both:
        consumer.start()
    try:
        with unit_of_work():
            outbox.put("test.long", "long", {})
        assert begun.wait(DEADLINE_SECONDS)
        with unit_of_work():
            mail.queue("hana@demo.example", "Hello", "Text", key="quick")
        assert post[0].arrived.wait(DEADLINE_SECONDS)
        assert [row.key for row in rows() if row.done_at is None][:1] == ["long"]
    finally:
        let_go.set()
        for consumer in both:
            consumer.stop(graceful=True)
    assert all(row.done_at for row in rows())


def test_two_machines_process_each_row_once(app: Flask) -> None:
    done: list[int] = []

    @outbox.handler("test.once")
    def note(payload: dict[str, Any]) -> None:
        done.append(payload["n"])

    with app.app_context(), unit_of_work():
        for number in range(40):
            outbox.put("test.once", f"once:{number}", {"n": number})

    def work() -> None:
        with app.app_context():
            outbox.sweep()

    machines = [Thread(target=work) for _ in range(3)]
    for machine in machines:
        machine.start()
    for machine in machines:
        machine.join(DEADLINE_SECONDS)
    assert sorted(done) == list(range(40))
