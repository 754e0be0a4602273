"""Asks an address on the internet for something, and never the network that the server stands in."""

import socket
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _, lazy_gettext as _l

SECONDS = 5.0
"""How long an address may take to connect, and to answer."""

LONGEST_ANSWER_SECONDS = 10.0
"""How long the text of an answer may take to arrive, where somebody reads it."""

LARGEST_ANSWER = 1_000_000
"""How many bytes of an answer are read."""

Network = IPv4Network | IPv6Network

_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a network without IPv4 writes them (RFC 6052)."""


class NoAnswer(StrEnum):
    """Why an address did not answer."""

    UNKNOWN_HOST = "unknown host"
    NO_CONNECTION = "no connection"
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    PRIVATE = "private network"
    TOO_LARGE = "too large"


NO_ANSWER_LABELS = {
    NoAnswer.UNKNOWN_HOST: _l("There is no such host"),
    NoAnswer.NO_CONNECTION: _l("No connection"),
    NoAnswer.TIMEOUT: _l("No answer in time"),
    NoAnswer.CERTIFICATE: _l("The certificate of the host is not valid"),
    NoAnswer.PRIVATE: _l("The address leads into a private network"),
    NoAnswer.TOO_LARGE: _l("The answer is too large"),
}


class Unreachable(Exception):
    """A message could not be sent; the first argument is a `NoAnswer`."""


class PrivateAddress(Invalid):
    """An address leads into a private network, or is no address on the web."""

    field = "address"


def parse_address(address: str, own: Sequence[Network]) -> SplitResult:
    """Returns the parts of an address that messages may be sent to. Raises ``PrivateAddress``.

    It is https, without a user name; http only for an IP address in one of the installation's own networks.
    """
    try:
        parts = urlsplit(address)
        port_is_valid = (parts.port or 1) > 0
    except ValueError:
        raise PrivateAddress(
            _("This is not the address of a page. Write it in full, such as https://hr.example.org/hook")
        ) from None
    if parts.scheme not in ("https", "http") or not parts.hostname or not port_is_valid or parts.username is not None:
        raise PrivateAddress(
            _("This is not the address of a page. Write it in full, such as https://hr.example.org/hook")
        )
    if parts.scheme == "http" and not _is_own(parts.hostname, own):
        raise PrivateAddress(_("Write an address that begins with https: what is sent must not be read on its way."))
    return parts


def resolve(parts: SplitResult, own: Sequence[Network]) -> str:
    """Returns the IP address of a host, one that anybody on the internet can reach or that is in an own network.

    Raises ``PrivateAddress`` where any of its addresses is another one, and ``Unreachable`` where it has none. Whoever
    sends connects to exactly this address: a second look-up could give another.
    """
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        raise Unreachable(NoAnswer.UNKNOWN_HOST) from None
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not is_public(ip_address(address)) and not _is_own(address, own):
            raise PrivateAddress(
                _("This address leads into a private network. Ask the administrator to allow it, or choose another.")
            )
    return addresses[0]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Says whether an IP address is one of the internet, also where it is an IPv4 address inside an IPv6 one."""
    if isinstance(address, IPv6Address):
        translated = IPv4Address(int(address) & 0xFFFFFFFF) if address in _TRANSLATED else None
        inside = translated or address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inside is not None:
            return is_public(inside)
    return address.is_global and not address.is_multicast


def _is_own(address: str, own: Sequence[Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in own)


def post(address: str, body: str, headers: Mapping[str, str], own: Sequence[Network] = ()) -> int:
    """Sends a message, and returns the code of the answer, whose text nobody reads.

    No redirect is followed: it could lead anywhere. Raises ``PrivateAddress`` and ``Unreachable``.
    """
    sent = {"Content-Type": "application/json", **headers}
    status, _text = request("POST", address, own, body=body, headers=sent, read=False)
    return status


def request(
    method: str,
    address: str,
    own: Sequence[Network] = (),
    *,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
    read: bool = True,
) -> tuple[int, bytes]:
    """Sends a request, and returns the code and, where it is read, the text of the answer.

    No redirect is followed: it could lead anywhere. Raises ``PrivateAddress`` and ``Unreachable``.
    """
    import certifi  # noqa: PLC0415 - with urllib3, a tenth of the start
    import urllib3  # noqa: PLC0415 - see above

    parts = parse_address(address, own)
    ip = resolve(parts, own)
    timeout = urllib3.Timeout(connect=SECONDS, read=SECONDS)
    pool = (
        urllib3.HTTPSConnectionPool(
            ip, parts.port, timeout, server_hostname=parts.hostname, assert_hostname=parts.hostname,
            ca_certs=certifi.where(),
        )
        if parts.scheme == "https"
        else urllib3.HTTPConnectionPool(ip, parts.port, timeout)
    )  # fmt: skip
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Host": parts.netloc, "User-Agent": "every-sector", **(headers or {})}
    try:
        with pool:
            answer = pool.urlopen(
                method, target, body=body.encode() if body is not None else None, headers=sent,
                redirect=False, retries=False, preload_content=False,
            )  # fmt: skip
            text = _read(answer) if read else b""
            answer.close()
    except urllib3.exceptions.NewConnectionError:
        raise Unreachable(NoAnswer.NO_CONNECTION) from None
    except urllib3.exceptions.TimeoutError:
        raise Unreachable(NoAnswer.TIMEOUT) from None
    except urllib3.exceptions.SSLError:
        raise Unreachable(NoAnswer.CERTIFICATE) from None
    except urllib3.exceptions.HTTPError:
        raise Unreachable(NoAnswer.NO_CONNECTION) from None
    return int(answer.status), text


def _read(answer: Any) -> bytes:
    """Reads an answer in parts: one that trickles in would else hold its reader for as long as it likes."""
    deadline, text = time.monotonic() + LONGEST_ANSWER_SECONDS, b""
    while part := answer.read1(65_536, decode_content=True):
        text += part
        if len(text) > LARGEST_ANSWER:
            raise Unreachable(NoAnswer.TOO_LARGE)
        if time.monotonic() > deadline:
            raise Unreachable(NoAnswer.TIMEOUT)
    return text


def is_accepted(answer: int) -> bool:
    """Says whether a code means that the message has arrived."""
    return HTTPStatus.OK <= answer < HTTPStatus.MULTIPLE_CHOICES
