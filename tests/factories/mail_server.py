"""A real SMTP server for tests that look at the mails that arrive."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller

from tests.waiting import DEADLINE_SECONDS, reserved_port


class Sink:
    """Takes every mail, except for those who are not there."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and order
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such mailbox"
        if address.startswith("later"):
            return "450 greylisted, try again later"
        envelope.rcpt_tos.append(address)
        self.recipients.append(address)
        return "250 fine"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 taken"


def mails(sink: Controller) -> list[EmailMessage]:
    """The mails that a ``Sink`` took."""
    found: list[EmailMessage] = sink.handler.mails
    return found


def text_of(mail: EmailMessage) -> str:
    """The text of a mail, with the line ends of Python."""
    return str(mail.get_content()).replace("\r\n", "\n")


@contextmanager
def mail_server(handler: object, **options: Any) -> Iterator[Controller]:
    """Runs an SMTP server on a free port of 127.0.0.1; the handler gets the mails. ``options`` are aiosmtpd's."""
    with reserved_port() as port:
        controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=DEADLINE_SECONDS, **options)
        controller.start()
        try:
            yield controller
        finally:
            controller.stop()


class Scripted:
    """An SMTP server that says what a test wants: ``connections`` counts those it got, ``heard`` is what came."""

    def __init__(self, listening: socket.socket, talk: Callable[["Scripted", socket.socket], None]) -> None:
        self.port: int = listening.getsockname()[1]
        self.connections = 0
        self.heard = b""
        self.over = Event()
        self._listening = listening
        self._talk = talk

    def run(self) -> None:
        """Talks to one client after the other until the socket is closed."""
        while True:
            try:
                client, _address = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            with client, suppress(OSError):
                self._talk(self, client)

    def listen(self, client: socket.socket) -> bytes:
        """Returns the next line of the client; empty once it has gone."""
        line = b""
        while not line.endswith(b"\n") and (byte := client.recv(1)):
            line += byte
        self.heard += line
        return line


@contextmanager
def scripted_server(talk: Callable[[Scripted, socket.socket], None]) -> Iterator[Scripted]:
    """Runs a server that talks to each client, one after the other, until it has gone or ``over`` is set."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Scripted(listening, talk)
        thread = Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(DEADLINE_SECONDS)
