"""What several tests of accounts use."""

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller

from tests.factories.mail_server import Sink, mail_server


@pytest.fixture
def sink() -> Iterator[Controller]:
    """A mail server that keeps what arrives."""
    with mail_server(Sink()) as controller:
        yield controller
