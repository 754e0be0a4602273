"""A real SMTP server for tests that look at the mails that arrive."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller

from tests.waiting import DEADLINE_SECONDS, reserved_port


@contextmanager
def mail_server(handler: object) -> Iterator[Controller]:
    """Runs an SMTP server on a free port of 127.0.0.1; the handler gets the mails."""
    with reserved_port() as port:
        controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=DEADLINE_SECONDS)
        controller.start()
        try:
            yield controller
        finally:
            controller.stop()
