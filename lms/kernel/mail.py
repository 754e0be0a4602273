"""Mail: put into the outbox with the work it belongs to, sent by the worker."""

import secrets
import socket
from typing import Any

from flask import current_app
from flask_mail import Mail, Message

from lms.kernel import outbox

mail = Mail()


class MailServerMissing(outbox.RetryLater):
    """No SMTP server is set; mails wait."""


def queue(to: str, subject: str, body: str, *, key: str | None = None) -> None:
    """Puts a mail into the outbox in the present transaction; a key is sent once."""
    outbox.put("mail", key or f"mail:{secrets.token_hex(12)}", {"to": to, "subject": subject, "body": body})


@outbox.handler("mail", quick=True)
def _send(payload: dict[str, Any]) -> None:
    send(payload["to"], payload["subject"], payload["body"])


def require_server() -> None:
    """Raises ``MailServerMissing`` where none is set, before anybody works out what a mail should say."""
    if not current_app.config["MAIL_SERVER"]:
        raise MailServerMissing


def send(to: str, subject: str, body: str) -> None:
    """Sends a mail at once: for the handlers of the outbox. Raises ``MailServerMissing``."""
    require_server()
    config = current_app.config
    # Flask-Mail has no timeout: a silent server would block all mails behind this one.
    usual = socket.getdefaulttimeout()
    socket.setdefaulttimeout(config["MAIL_TIMEOUT_SECONDS"])
    try:
        mail.send(Message(subject=subject, recipients=[to], body=body))
    finally:
        socket.setdefaulttimeout(usual)
