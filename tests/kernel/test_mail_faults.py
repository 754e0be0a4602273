"""Mail servers that are silent, slow, busy, forged or strict: mails wait or end, and nobody else notices."""

import socket
import sqlite3
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.pool import NullPool

from lms.kernel import clock, mail, outbox
from lms.kernel.config import Settings
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.outbox import OutboxRow
from tests.factories.application import running_application
from tests.factories.mail_server import Scripted, Sink, mail_server, scripted_server
from tests.waiting import DEADLINE_SECONDS, wait_until

pytestmark = pytest.mark.faults

CERTIFICATES = Path(__file__).with_name("mail_certificates")
AUTHORITY = CERTIFICATES / "authority.pem"
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOURS = outbox.MOST_TRIES + 4
"""For so long a server is silent: a mail that lost a try each time would be given up before."""
HANA = "hana@demo.example"
COMMON_SECRETS = ("@demo.example", "nobody", "later", "a-password")

Mailing = Callable[..., Any]


@pytest.fixture(autouse=True)
def _no_address_is_logged(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    said = capsys.readouterr()
    assert not [secret for secret in COMMON_SECRETS if secret in said.out + said.err]


@pytest.fixture
def mailing(settings: Settings) -> Iterator[Mailing]:
    """Makes an application that sends to a port of this machine, with a context pushed and short deadlines."""
    with ExitStack() as stack:

        def make(port: int, **changes: object) -> Flask:
            values = {"mail_server": "localhost", "mail_port": port, "mail_security": "none", **changes}
            app = stack.enter_context(running_application(settings.model_copy(update=values)))
            app.config["MAIL_TIMEOUT_SECONDS"] = DEADLINE_SECONDS
            stack.enter_context(app.app_context())
            return app

        yield make


@pytest.fixture
def now() -> Iterator[clock.FixedClock]:
    fixed = clock.FixedClock(NOON)
    with clock.using(fixed):
        yield fixed


def queue(*recipients: str) -> None:
    with unit_of_work():
        for number, to in enumerate(recipients):
            mail.queue(to, "Hello", "Text", language="en", key=f"{number}:{to}")


def rows() -> list[tuple[int, str, bool]]:
    with reading():
        found = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
        return [(row.tries, row.last_error, row.done_at is not None) for row in found]


def context_of(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
    return context


class SignIn:
    """Takes one user name and password."""

    def __call__(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"every-sector", b"a-password"))


SIGN_IN = {"mail_username": "every-sector", "mail_password": "a-password"}


@contextmanager
def starttls_server(handler: object, certificate: str = "localhost") -> Iterator[int]:
    options = {"tls_context": context_of(certificate), "require_starttls": True, "authenticator": SignIn()}
    with mail_server(handler, auth_required=True, **options) as controller:
        yield controller.port


class TlsScript:
    """What a server says after a handshake from the first byte."""

    def __init__(self) -> None:
        self.context = context_of("localhost")

    def __call__(self, server: Scripted, client: socket.socket) -> None:
        with self.context.wrap_socket(client, server_side=True) as secured:
            obey(server, secured)


def obey(server: Scripted, client: socket.socket, *, extensions: bytes = b"250 SIZE 1000000\r\n") -> None:
    """Takes whatever comes, as a willing server does."""
    client.sendall(b"220 ready\r\n")
    while line := server.listen(client):
        command = line[:4].upper()
        if command == b"EHLO":
            client.sendall(b"250-here\r\n" + extensions)
        elif command == b"DATA":
            client.sendall(b"354 go on\r\n")
            while server.listen(client) not in (b".\r\n", b""):
                pass
            client.sendall(b"250 taken\r\n")
        elif command == b"QUIT":
            client.sendall(b"221 bye\r\n")
            return
        else:
            client.sendall(b"250 fine\r\n")


def test_starttls_with_an_authority_of_ones_own_and_a_password(mailing: Mailing) -> None:
    sink = Sink()
    with starttls_server(sink) as port:
        mailing(port, mail_security="starttls", mail_ca_file=AUTHORITY, **SIGN_IN)
        queue(HANA)
        assert outbox.sweep() == 1
    assert [message["To"] for message in sink.mails] == [HANA]


def test_tls_from_the_first_byte(mailing: Mailing) -> None:
    with scripted_server(TlsScript()) as server:
        mailing(server.port, mail_security="tls", mail_ca_file=AUTHORITY)
        queue(HANA)
        assert outbox.sweep() == 1
    assert b"rcpt TO:<hana@demo.example>" in server.heard


@pytest.mark.parametrize(
    ("certificate", "authority", "error"),
    [
        ("localhost", None, "CertificateRefused"),
        ("other_name", AUTHORITY, "CertificateRefused"),
        ("expired", AUTHORITY, "CertificateRefused"),
        ("localhost", CERTIFICATES / "README.md", "AuthorityUnreadable"),
        ("localhost", CERTIFICATES / "nothing.pem", "AuthorityUnreadable"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_certificate_that_proves_nothing_is_refused(
    mailing: Mailing, certificate: str, authority: Path | None, error: str
) -> None:
    sink = Sink()
    with starttls_server(sink, certificate) as port:
        mailing(port, mail_security="starttls", mail_ca_file=authority, **SIGN_IN)
        queue(HANA)
        assert outbox.sweep() == 0
    assert (rows(), sink.mails) == ([(0, error, False)], [])


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_where_the_offer_of_starttls_was_removed_nothing_is_sent(mailing: Mailing) -> None:
    with scripted_server(obey) as server:
        mailing(server.port, mail_security="starttls", mail_ca_file=AUTHORITY, **SIGN_IN)
        queue(HANA)
        assert outbox.sweep() == 0
    assert rows() == [(0, "StarttlsMissing", False)]
    assert not [word for word in (b"AUTH", b"MAIL", b"RCPT") if word in server.heard.upper()]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_password_is_never_sent_in_the_clear(mailing: Mailing) -> None:
    with scripted_server(obey) as server:
        mailing(server.port, **SIGN_IN)
        queue(HANA)
        assert outbox.sweep() == 0
    assert (rows(), server.connections) == ([(0, "PasswordUnprotected", False)], 0)


def say_nothing(server: Scripted, client: socket.socket) -> None:
    while client.recv(1000):
        pass


def drip(server: Scripted, client: socket.socket) -> None:
    """Answers for ever, each byte well within a timeout."""
    while not server.over.wait(0.1):
        client.sendall(b"2")


@pytest.mark.parametrize("talk", [say_nothing, drip])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_server_that_does_not_answer_costs_nobody_anything(
    mailing: Mailing, now: clock.FixedClock, talk: Callable[[Scripted, socket.socket], None]
) -> None:
    other_work: list[int] = []
    with scripted_server(talk) as server:
        app = mailing(server.port)
        app.config["MAIL_TIMEOUT_SECONDS"] = 0.5

        @outbox.handler("test-other-work")
        def work(payload: dict[str, Any]) -> None:
            other_work.append(payload["n"])

        queue(*(f"person{number}@demo.example" for number in range(50)))
        with unit_of_work():
            outbox.put("test-other-work", "work", {"n": 1})
        assert outbox.sweep() == 1
        assert other_work == [1]
        # The server counts a connection when it comes to it, which may be after the sweep has given up.
        wait_until(lambda: server.connections, "the server has seen the connection")
        assert server.connections == 1, "one mail found the server silent; the others waited without asking"
        for _ in range(3):
            outbox.sweep()
        assert server.connections == 1, "nor does a sweep that a new mail wakes ask during the pause"
        for hours in range(1, HOURS):
            now.move_to(NOON + timedelta(hours=hours))
            app.config["MAIL_TIMEOUT_SECONDS"] = 0.15
            outbox.sweep()
        wait_until(lambda: server.connections >= HOURS, "the server has seen every connection")
        assert server.connections == HOURS
        assert rows()[:50] == [(0, "ServerSilent", False), *[(0, "", False)] * 49], "no mail has lost a try"
    app.config["MAIL_TIMEOUT_SECONDS"] = DEADLINE_SECONDS
    sink = Sink()
    with mail_server(sink) as controller:
        object.__setattr__(app.extensions["settings"], "mail_port", controller.port)
        now.move_to(NOON + timedelta(hours=HOURS, minutes=6))
        assert outbox.sweep() == 50
    assert len(sink.mails) == 50


def two_mails_a_connection(server: Scripted, client: socket.socket) -> None:
    client.sendall(b"220 ready\r\n")
    mails = 0
    while line := server.listen(client):
        command = line[:4].upper()
        if command == b"MAIL" and mails == 2:
            client.sendall(b"421 too many mails in this connection\r\n")
            return
        if command == b"DATA":
            client.sendall(b"354 go on\r\n")
            while server.listen(client) not in (b".\r\n", b""):
                pass
            mails += 1
        client.sendall(b"250 fine\r\n")


def test_421_in_the_middle_begins_a_new_connection(mailing: Mailing) -> None:
    with scripted_server(two_mails_a_connection) as server:
        mailing(server.port)
        queue(*(f"person{number}@demo.example" for number in range(5)))
        assert outbox.sweep() == 5
    assert rows() == [(1, "", True)] * 5
    assert server.connections == 3
    assert all(server.heard.count(b"rcpt TO:<person%d@" % number) == 1 for number in range(5))


def be_busy(server: Scripted, client: socket.socket) -> None:
    client.sendall(b"421 not now\r\n")


def refuse_everybody(server: Scripted, client: socket.socket) -> None:
    client.sendall(b"554 no service for later@demo.example\r\n")


@pytest.mark.parametrize(("talk", "error"), [(be_busy, "ServerBusy"), (refuse_everybody, "ServerRefuses")])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_server_that_turns_us_away_uses_up_no_try(
    mailing: Mailing, now: clock.FixedClock, talk: Callable[[Scripted, socket.socket], None], error: str
) -> None:
    with scripted_server(talk) as server:
        mailing(server.port)
        queue(HANA, "amina@demo.example")
        for hours in range(30):
            now.move_to(NOON + timedelta(hours=hours))
            assert outbox.sweep() == 0
        assert server.connections == 30
    assert rows() == [(0, error, False), (0, "", False)]


def test_one_bad_recipient_among_several_ends_alone(mailing: Mailing, now: clock.FixedClock) -> None:
    sink = Sink()
    with mail_server(sink) as controller:
        mailing(controller.port)
        queue("amina@demo.example", "nobody@demo.example", "later@demo.example", "no address", HANA)
        assert outbox.sweep() == 2
        assert [message["To"] for message in sink.mails] == ["amina@demo.example", HANA]
        assert rows() == [
            (1, "", True), (1, "AddressRefused", True), (1, "MailPostponed", False), (1, "AddressUnusable", True),
            (1, "", True),
        ]  # fmt: skip
        for hours in range(1, 100):
            now.move_to(NOON + timedelta(hours=6 * hours))
            assert outbox.sweep() == 0
    assert rows()[2] == (outbox.MOST_TRIES, "MailPostponed", False)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_relay_that_is_set_up_wrongly_ends_no_mail_at_once(mailing: Mailing) -> None:
    class Relay(Sink):
        async def handle_RCPT(self, *_given: Any) -> str:  # type: ignore[override]  # noqa: N802 - aiosmtpd's name
            return "554 5.7.1 <later@demo.example>: relay access denied"

    with mail_server(Relay()) as controller:
        mailing(controller.port)
        queue(HANA)
        assert outbox.sweep() == 0
    assert rows() == [(1, "MailRejected", False)]


def test_nothing_is_locked_while_talking_to_the_server(mailing: Mailing, settings: Settings) -> None:
    free: list[bool] = []

    class Looks(Sink):
        """Looks into the database at the moment it is given a mail."""

        async def handle_DATA(self, *given: Any) -> str:  # noqa: N802 - aiosmtpd's name
            free.append(is_free(settings.database_url))
            return await super().handle_DATA(*given)

    with mail_server(Looks()) as controller:
        mailing(controller.port)
        queue(HANA, "amina@demo.example")
        assert outbox.sweep() == 2
    assert free == [True, True]


def is_free(database_url: str) -> bool:
    if database_url.startswith("sqlite"):
        with sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        return True
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool)
    others = "datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
    with engine.connect() as connection:
        return not connection.execute(text(f"SELECT count(*) FROM pg_stat_activity WHERE {others}")).scalar_one()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_sweep_has_one_connection_and_a_minute_no_more_mails_than_set(
    mailing: Mailing, now: clock.FixedClock
) -> None:
    with scripted_server(obey) as server:
        app = mailing(server.port)
        queue(*(f"person{number}@demo.example" for number in range(9)))
        app.config["MAIL_PER_MINUTE"] = 4
        assert [outbox.sweep(), server.connections] == [4, 1]
        assert [outbox.sweep(), server.connections] == [0, 1]
        now.move_to(NOON + timedelta(seconds=61))
        assert [outbox.sweep(), server.connections] == [4, 2]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_more_than_one_sweep_takes_wake_the_worker_again(mailing: Mailing) -> None:
    with scripted_server(obey) as server:
        app = mailing(server.port)
        queue(*(f"person{number}@demo.example" for number in range(5)))
        queues = app.extensions["worker_queues"]
        for each in queues.values():
            each.flush()
        assert outbox.sweep(limit=3, quick=True) == 3
        assert len(queues[True]) == 1
        assert outbox.sweep(limit=3, quick=True) == 2
        assert len(queues[True]) == 1
