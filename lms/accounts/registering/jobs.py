"""Takes what people typed when they asked to join."""

from typing import Any

from lms.accounts.registering.operations import JOB, take_request
from lms.kernel import mail, outbox
from lms.kernel.db import unit_of_work


@outbox.handler(JOB, quick=True)
def take_registration(payload: dict[str, Any]) -> None:
    """Records a request and queues its e-mail. Raises ``NoLongerTrue`` and ``MailServerMissing``."""
    mail.require_server()
    with unit_of_work():
        take_request(payload)
