"""What can keep a mail from being sent, each with what the administrator does about it.

Only the names of these classes and the server's three digits are stored and logged: what the server writes beside them
often quotes the recipient's address.
"""

import re
from typing import ClassVar

from lms.kernel import outbox
from lms.kernel.i18n import LazyString, lazy_gettext as _l

_ADDRESS_STATUS = re.compile(r"5\.[12]\.\d+")
"""The enhanced status codes about a mailbox, RFC 3463: 5.1 for its address, 5.2 for itself."""


class Unsent(Exception):
    """A mail was not sent. ``code`` and ``reply`` are the server's answer, where there was one."""

    explanation: ClassVar[LazyString]
    """What happened and what to do, for the administrator."""

    def __init__(self, code: int = 0, reply: str = "") -> None:
        super().__init__()
        self.code = code
        self.reply = reply


class ServerUnusable(Unsent, outbox.ServerAway):
    """The server or its settings are the reason, so all mails wait, and none loses a try."""


class MailServerMissing(ServerUnusable):
    """No SMTP server is set; mails wait."""

    explanation = _l(
        "No mail server is set. Set LMS_MAIL_SERVER and LMS_MAIL_SENDER; mails that wait are sent after the restart."
    )


class PasswordUnprotected(ServerUnusable):
    """A password would travel for everybody to read."""

    explanation = _l(
        "LMS_MAIL_USERNAME is set and LMS_MAIL_SECURITY is none: the password would be sent unencrypted, so nothing "
        "was sent. Set LMS_MAIL_SECURITY to starttls or tls, or remove the user name."
    )


class AuthorityUnreadable(ServerUnusable):
    """The file of the own certificate authority is not there, or is none."""

    explanation = _l(
        "The file that LMS_MAIL_CA_FILE names cannot be read as certificates. Check its path, that it is readable for "
        "the user the server runs as, and that it is in PEM form (it begins with -----BEGIN CERTIFICATE-----)."
    )


class SenderWrong(ServerUnusable):
    """The sender's address is none."""

    explanation = _l("LMS_MAIL_SENDER is no e-mail address. Set one of your domain, such as training@example.org.")


class NameNotFound(ServerUnusable):
    """The server's name has no address."""

    explanation = _l(
        "The name of the mail server was not found. Check the spelling of LMS_MAIL_SERVER, and that this machine can "
        "look up names."
    )


class NothingListens(ServerUnusable):
    """The machine answers that nothing listens on the port."""

    explanation = _l(
        "The machine is there, but nothing accepts connections on this port. Check LMS_MAIL_PORT (587 for starttls, "
        "465 for tls, 25 for none) and that the mail server runs."
    )


class ServerSilent(ServerUnusable):
    """No connection, or no answer, in time."""

    explanation = _l(
        "The mail server did not answer in time. A firewall may block the port, or the port expects another kind of "
        "encryption: port 465 needs LMS_MAIL_SECURITY=tls, ports 587 and 25 do not."
    )


class ConnectionLost(ServerUnusable):
    """The network or the server broke the connection off."""

    explanation = _l(
        "The connection to the mail server could not be made or broke off. Check the network and the firewall; if it "
        "happens again, look into the log of the mail server."
    )


class CertificateRefused(ServerUnusable):
    """The certificate is expired, of an unknown authority, or for another name."""

    explanation = _l(
        "The certificate of the mail server was refused: it has expired, is for another name, or its authority is not "
        "known. Nothing was sent. Use the name that stands in the certificate as LMS_MAIL_SERVER; if your organisation "
        "has an authority of its own, set LMS_MAIL_CA_FILE to its certificate."
    )


class EncryptionFailed(ServerUnusable):
    """The two ends cannot agree on TLS."""

    explanation = _l(
        "No encrypted connection could be made. Most likely the port and LMS_MAIL_SECURITY do not fit: tls belongs to "
        "port 465, starttls to port 587."
    )


class StarttlsMissing(ServerUnusable):
    """The server does not offer STARTTLS, or something between removed the offer."""

    explanation = _l(
        "The mail server offers no encryption (STARTTLS) on this port, or something in between removed the offer. "
        "Nothing was sent, and no password. Try LMS_MAIL_SECURITY=tls with port 465. LMS_MAIL_SECURITY=none is right "
        "only for a mail server on this machine or in a network you trust."
    )


class SignInRefused(ServerUnusable):
    """The server does not take the user name and password."""

    explanation = _l(
        "The mail server did not accept the user name and password, or offers no sign-in. Check LMS_MAIL_USERNAME and "
        "LMS_MAIL_PASSWORD; some providers need a password made for applications."
    )


class SenderRefused(ServerUnusable):
    """The server does not let this address send."""

    explanation = _l(
        "The mail server does not let this sender send. Set LMS_MAIL_SENDER to an address that it accepts for your "
        "user name, or have it allow this one."
    )


class ServerBusy(ServerUnusable):
    """The server is overloaded or limits how much it takes."""

    explanation = _l(
        "The mail server asks to wait: it is busy, or limits how many mails it takes. Mails wait and are tried again. "
        "If this happens often, set LMS_MAIL_PER_MINUTE to what it allows."
    )


class ServerRefuses(ServerUnusable):
    """The server turns this client away."""

    explanation = _l(
        "The mail server refuses to serve this machine. Have it allow this machine's address, or use the server of a "
        "provider with a user name and a password."
    )


class AddressUnusable(Unsent, outbox.Undeliverable):
    """The address cannot be written to at all, or not through this server."""

    explanation = _l(
        "This is no address that this mail server can send to. Check its spelling; letters outside ASCII before the @ "
        "need a server that offers SMTPUTF8."
    )


class AddressRefused(Unsent, outbox.Undeliverable):
    """The recipient's mailbox does not exist or takes no mail."""

    explanation = _l("The mail server says that this mailbox does not exist or takes no mail. Check the address.")


class MailPostponed(Unsent):
    """The server takes this mail later, as greylisting does."""

    explanation = _l(
        "The mail server does not take this mail now and asks to try again later, which many do with a new sender. In "
        "normal work that happens by itself: run this command again in some minutes."
    )


class MailRejected(Unsent):
    """The server does not take this mail, and the recipient's address may not be the reason."""

    explanation = _l(
        "The mail server did not take this mail, most likely because of its rules. Its answer says why: often this "
        "machine or sender may not send to other domains, or the domain of LMS_MAIL_SENDER lacks SPF or DKIM records."
    )


def recipient_refused(code: int, reply: str) -> Unsent:
    """Returns what a refused recipient means.

    Only an answer about the mailbox ends a mail for good: a relay that is set up wrongly also refuses recipients.
    """
    if code == 421:
        return ServerBusy(code, reply)
    if code < 500:
        return MailPostponed(code, reply)
    status = re.match(r"\d\.\d+\.\d+", reply)
    about_mailbox = bool(_ADDRESS_STATUS.fullmatch(status[0])) if status else code in (550, 551, 553)
    return (AddressRefused if about_mailbox else MailRejected)(code, reply)


def mail_refused(code: int, reply: str) -> Unsent:
    """Returns what a refused text means."""
    if code == 421:
        return ServerBusy(code, reply)
    return (MailPostponed if code < 500 else MailRejected)(code, reply)
