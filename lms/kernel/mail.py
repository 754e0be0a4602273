"""Mail: written into the outbox with the work it belongs to, sent by the worker."""

import secrets
from typing import Any

from flask import Flask, current_app
from flask_mail import Mail, Message

from lms.kernel import outbox

mail = Mail()


class MailServerMissing(outbox.NotYet):
    """No SMTP server is set; mails wait."""


def set_up_mail(app: Flask) -> None:
    """Tells Flask-Mail where the SMTP server is."""
    mail.init_app(app)


def queue(to: str, subject: str, body: str, *, key: str | None = None) -> None:
    """Queues one mail in the transaction under way; the same key is sent once."""
    outbox.put("mail", key or f"mail:{secrets.token_hex(12)}", {"to": to, "subject": subject, "body": body})


@outbox.handler("mail", quick=True)
def _send(payload: dict[str, Any]) -> None:
    if not current_app.config["MAIL_SERVER"]:
        raise MailServerMissing
    mail.send(Message(subject=payload["subject"], recipients=[payload["to"]], body=payload["body"]))
