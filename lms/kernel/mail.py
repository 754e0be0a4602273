"""Mail: put into the outbox with the work it belongs to, sent by the worker over one connection for a whole sweep."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import current_app

from lms.kernel import clock, outbox, smtp
from lms.kernel.config import current_settings
from lms.kernel.mail_failures import MailServerMissing, ServerUnusable


class _SharedConnection:
    """The connection of one sweep, opened by its first mail."""

    connection: smtplib.SMTP | None = None

    def close(self) -> None:
        if self.connection is not None:
            smtp.close(self.connection)
        self.connection = None


_shared: ContextVar[_SharedConnection | None] = ContextVar("mail_connection", default=None)


def queue(to: str, subject: str, body: str, *, language: str = "", key: str | None = None) -> None:
    """Puts a mail into the outbox in the present transaction; a key is sent once."""
    payload = {"to": to, "subject": subject, "body": body, "language": language}
    outbox.put("mail", key, payload)


@outbox.handler("mail", quick=True)
def _send(payload: dict[str, Any]) -> None:
    # A mail queued by an earlier version has no language.
    send(payload["to"], payload["subject"], payload["body"], payload.get("language", ""))


def require_server() -> None:
    """Raises ``MailServerMissing`` where none is set, before anybody works out what a mail should say."""
    if not current_app.config["MAIL_SERVER"]:
        raise MailServerMissing


def configured_server() -> smtp.MailServer:
    """Returns the mail server of the settings. Raises ``MailServerMissing``."""
    require_server()
    settings, config = current_settings(), current_app.config
    return smtp.MailServer(
        host=config["MAIL_SERVER"],
        port=settings.mail_port or smtp.USUAL_PORTS[settings.mail_security],
        security=settings.mail_security,
        username=settings.mail_username,
        password=settings.mail_password,
        ca_file=settings.mail_ca_file,
        sender=settings.mail_sender,
        sender_name=settings.product_name,
        seconds=config["MAIL_TIMEOUT_SECONDS"],
    )


@outbox.around_sweep
@contextmanager
def one_connection() -> Iterator[None]:
    """Lets all mails of a block share a connection."""
    shared = _SharedConnection()
    token = _shared.set(shared)
    try:
        yield
    finally:
        _shared.reset(token)
        shared.close()


def send(to: str, subject: str, body: str, language: str) -> None:
    """Sends a mail at once: for the handlers of the outbox, outside of any transaction. Raises ``Unsent``."""
    server = configured_server()
    message = smtp.compose(server, to, subject, body, language, clock.now())
    shared = _shared.get()
    if shared is None:
        with one_connection():
            return send(to, subject, body, language)
    if shared.connection is not None:
        try:
            return smtp.deliver(shared.connection, message)
        except ServerUnusable:
            # Many servers take some mails a connection and no more: one more connection shows whether it is that.
            shared.close()
    shared.connection = smtp.connect(server)
    try:
        return smtp.deliver(shared.connection, message)
    except ServerUnusable:
        shared.close()
        raise
