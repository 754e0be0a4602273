"""Where messages may go: to the internet by https, and nowhere into the network that the server stands in."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from lms.kernel.outgoing import PrivateAddress, Unreachable, is_public, parse_address, post, resolve

OWN = (ip_network("10.2.0.0/16"),)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True),
        ("127.0.0.1", False), ("10.0.0.7", False), ("172.16.0.1", False), ("192.168.1.1", False), ("0.0.0.0", False),  # noqa: S104 - not bound
        ("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False), ("255.255.255.255", False),
        ("::1", False), ("::", False), ("fe80::1", False), ("fd00::1", False), ("ff02::1", False),
        # IPv4 addresses inside of IPv6 ones.
        ("::ffff:127.0.0.1", False), ("::ffff:93.184.216.34", True), ("2002:7f00:1::", False), ("2002:a00:7::", False),
        ("64:ff9b::a9fe:a9fe", False),
    ],
)  # fmt: skip
def test_what_is_an_address_of_the_internet(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@pytest.mark.parametrize(
    "address",
    [
        "", "hr.example.org/hook", "ftp://hr.example.org", "https://", "https:///hook", "https://hr.example.org:0x/",
        "https://me@hr.example.org/", "https://me:word@hr.example.org/", "http://hr.example.org/hook",
        "http://10.3.0.1/hook", "https://hr.example.org:99999/", "javascript:alert(1)", "https://[::1", "file:///etc/hosts",
    ],
)  # fmt: skip
def test_what_is_no_address_to_send_to(address: str) -> None:
    with pytest.raises(PrivateAddress):
        parse_address(address, OWN)


@pytest.mark.parametrize(
    "address", ["https://hr.example.org/hook?a=b", "https://hr.example.org:8443", "http://10.2.7.1/x"]
)
def test_what_is_one(address: str) -> None:
    assert parse_address(address, OWN).geturl() == address


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "017700000001", "[::1]", "[::ffff:7f00:1]", "10.3.0.1"]
)
def test_no_way_of_writing_a_private_address_is_let_through(host: str) -> None:
    with pytest.raises((PrivateAddress, Unreachable)):
        post(f"https://{host}/hook", "{}", {}, OWN)


def test_a_network_of_ones_own_is_let_through_and_the_address_stays_the_same() -> None:
    assert resolve(parse_address("http://10.2.7.1/x", OWN), OWN) == "10.2.7.1"


def test_an_address_that_nobody_answers_at_is_unreachable() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        # Bound and not listening: a connection is refused.
        address = f"http://127.0.0.1:{reserved.getsockname()[1]}/"
        with pytest.raises(Unreachable, match="no connection"):
            post(address, "{}", {}, [ip_network("127.0.0.0/8")])
    with pytest.raises(Unreachable, match="unknown host"):
        post("https://nobody.invalid/", "{}", {})
