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
    config = current_app.config
    if not config["MAIL_SERVER"]:
        raise MailServerMissing
    # Flask-Mail has no timeout: a silent server would block all mails behind this one.
    usual = socket.getdefaulttimeout()
    socket.setdefaulttimeout(config["MAIL_TIMEOUT_SECONDS"])
    try:
        mail.send(Message(subject=payload["subject"], recipients=[payload["to"]], body=payload["body"]))
    finally:
        socket.setdefaulttimeout(usual)
