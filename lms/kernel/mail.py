"""Mail: written into the outbox with the work it belongs to, sent by the worker."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app
from flask_mail import Mail, Message

from lms.kernel import outbox

mail = Mail()

PATIENCE_SECONDS = 20.0
"""How long each answer of the mail server is waited for; after that the mail is tried again later."""


class MailServerMissing(outbox.RetryLater):
    """No SMTP server is set; mails wait."""


def set_up_mail(app: Flask) -> None:
    """Tells Flask-Mail where the SMTP server is."""
    app.config.setdefault("MAIL_PATIENCE_SECONDS", PATIENCE_SECONDS)
    mail.init_app(app)


def queue(to: str, subject: str, body: str, *, key: str | None = None) -> None:
    """Queues one mail in the transaction under way; the same key is sent once."""
    outbox.put("mail", key or f"mail:{secrets.token_hex(12)}", {"to": to, "subject": subject, "body": body})


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Lets sockets made in a block wait so long at most: Flask-Mail would wait for ever, and every mail behind it."""
    usual = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(usual)


@outbox.handler("mail", quick=True)
def _send(payload: dict[str, Any]) -> None:
    config = current_app.config
    if not config["MAIL_SERVER"]:
        raise MailServerMissing
    with _patience(config["MAIL_PATIENCE_SECONDS"]):
        mail.send(Message(subject=payload["subject"], recipients=[payload["to"]], body=payload["body"]))
