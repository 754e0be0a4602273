"""A real SMTP server for tests that look at the mails that arrive."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.waiting import DEADLINE_SECONDS, reserved_port


class Sink:
    """Takes every mail, except for those who are not there."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and order
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
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
def mail_server(handler: object) -> Iterator[Controller]:
    """Runs an SMTP server on a free port of 127.0.0.1; the handler gets the mails."""
    with reserved_port() as port:
        controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=DEADLINE_SECONDS)
        controller.start()
        try:
            yield controller
        finally:
            controller.stop()
