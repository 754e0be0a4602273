"""Talking to the SMTP server: what a mail looks like, one connection for many mails, and what each failure means.

Every answer of the server has a deadline, however slowly it comes; certificates are verified, and a server that offers
no encryption where it is required gets neither a password nor a mail.
"""

import io
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import Any

from email_validator import EmailNotValidError, validate_email

from lms.kernel import mail_failures as failures
from lms.kernel.text import normalise

USUAL_PORTS = {"none": 25, "starttls": 587, "tls": 465}
"""The port by how the connection is encrypted."""

# Only letters, digits and signs that every server passes on; nothing else would survive each of them.
_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that mails are given to, and as whom; ``seconds`` is how long each of its answers may take."""

    host: str
    port: int
    # none, starttls or tls.
    security: str
    username: str
    password: str
    # In PEM form; without one, the public authorities are trusted.
    ca_file: Path | None
    sender: str
    sender_name: str
    seconds: float


class _AnswerReader(io.RawIOBase):
    """Reads what the server sends until the answer's deadline: each byte of a slow one would begin a new timeout."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        remaining = self._connection.answer_by - monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._connection.sock.settimeout(remaining)
        read: int = self._connection.sock.recv_into(buffer)
        return read


class _WithDeadline(smtplib.SMTP):
    """A connection each of whose answers must be whole within the timeout."""

    answer_by = 0.0

    def getreply(self) -> tuple[int, bytes]:
        self.answer_by = monotonic() + self.timeout
        if self.file is None:
            self.file = io.BufferedReader(_AnswerReader(self))
        reply = super().getreply()
        if self.sock is not None:
            self.sock.settimeout(self.timeout)
        return reply


class _WithDeadlineAndTls(_WithDeadline, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def connect(server: MailServer) -> smtplib.SMTP:
    """Opens a connection, encrypted and signed in as the settings say. Raises ``ServerUnusable``."""
    if server.username and server.security == "none":
        raise failures.PasswordUnprotected
    try:
        context = ssl.create_default_context(cafile=server.ca_file)
    except OSError as error:
        raise failures.AuthorityUnreadable from error
    # A name of our own: the machine's would be looked up, which can take longer than all the rest.
    options: dict[str, Any] = {"local_hostname": _sender_of(server).domain, "timeout": server.seconds}
    with _failures_named():
        if server.security == "tls":
            return _sign_in(_WithDeadlineAndTls(server.host, server.port, context=context, **options), server)
        connection = _WithDeadline(server.host, server.port, **options)
        if server.security == "starttls":
            try:
                connection.ehlo_or_helo_if_needed()
                if not connection.has_extn("starttls"):
                    raise failures.StarttlsMissing
                connection.starttls(context=context)
            except BaseException:
                connection.close()
                raise
        return _sign_in(connection, server)


def _sign_in(connection: smtplib.SMTP, server: MailServer) -> smtplib.SMTP:
    try:
        connection.ehlo_or_helo_if_needed()
        if server.username:
            connection.login(server.username, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def deliver(connection: smtplib.SMTP, message: EmailMessage) -> None:
    """Gives one mail to the server. Raises a subclass of ``Unsent``."""
    recipient = message["To"].addresses[0].addr_spec
    if not recipient.isascii() and not connection.has_extn("smtputf8"):
        raise failures.AddressUnusable
    with _failures_named():
        connection.send_message(message, message["From"].addresses[0].addr_spec, [recipient])


def close(connection: smtplib.SMTP) -> None:
    """Ends a connection; one that is broken already is only closed."""
    with suppress(OSError, ValueError):
        connection.quit()
    connection.close()


def compose(  # noqa: PLR0917 - the parts of a mail in their usual order
    server: MailServer, to: str, subject: str, body: str, language: str, moment: datetime
) -> EmailMessage:
    """Writes a mail in plain text.

    Nothing in an address, a name or a subject can begin another header. Raises ``AddressUnusable`` and ``SenderWrong``.
    """
    try:
        recipient = validate_email(to, check_deliverability=False, globally_deliverable=False, test_environment=True)
    except EmailNotValidError as error:
        raise failures.AddressUnusable from error
    sender = _sender_of(server)
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = Address("", recipient.local_part, recipient.ascii_domain)
    message["Subject"] = normalise(subject)
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = f"<{token_hex(16)}@{sender.domain}>"
    # Answers of absence assistants to a mail that nobody reads would be sent for nothing.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    if language:
        message["Content-Language"] = language
    return message


def _sender_of(server: MailServer) -> Address:
    """Returns the sender's name and address, its domain in ASCII. Raises ``SenderWrong``."""
    name, typed = parseaddr(server.sender)
    try:
        address = Address(addr_spec=typed)
        domain = address.domain.encode("idna").decode()
    except (ValueError, IndexError, MessageError) as error:
        raise failures.SenderWrong from error
    if not address.username or not domain or not address.username.isascii():
        raise failures.SenderWrong
    return Address(name or server.sender_name, address.username, domain)


@contextmanager
def _failures_named() -> Iterator[None]:
    """Raises what a failure means to us in place of the library's error."""
    try:
        yield
    except smtplib.SMTPException as error:
        raise _meaning(error) from error
    except socket.gaierror as error:
        raise failures.NameNotFound from error
    except ConnectionRefusedError as error:
        raise failures.NothingListens from error
    except ssl.SSLCertVerificationError as error:
        raise failures.CertificateRefused from error
    except ssl.SSLError as error:
        raise failures.EncryptionFailed from error
    except TimeoutError as error:
        raise failures.ServerSilent from error
    except OSError as error:
        raise failures.ConnectionLost from error


def _meaning(error: smtplib.SMTPException) -> failures.Unsent:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((refusal, words),) = error.recipients.values()
        return failures.recipient_refused(refusal, _text(words))
    if isinstance(error, smtplib.SMTPResponseException):
        code, reply = error.smtp_code, _text(error.smtp_error)
        if isinstance(error, smtplib.SMTPDataError):
            return failures.mail_refused(code, reply)
        if 400 <= code < 500:
            return failures.ServerBusy(code, reply)
        return _REFUSALS.get(type(error), failures.ServerRefuses)(code, reply)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return failures.SignInRefused()
    return failures.ServerSilent() if isinstance(error.__context__, TimeoutError) else failures.ConnectionLost()


_REFUSALS: dict[type[Exception], type[failures.Unsent]] = {
    smtplib.SMTPAuthenticationError: failures.SignInRefused,
    smtplib.SMTPSenderRefused: failures.SenderRefused,
}


def _text(reply: Any) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else str(reply)
