"""Sends what waits, finds changed statuses each quarter of an hour, and removes what was sent long ago."""

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete

from lms.compliance.api import StillUpdating, list_courses, require_up_to_date
from lms.kernel import clock, outbox
from lms.kernel.config import current_settings
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.outgoing import NoAnswer, PrivateAddress, Unreachable, is_accepted, post
from lms.kernel.worker import PeriodicJob
from lms.rest.models import Webhook, WebhookDelivery
from lms.rest.webhooks import operations, queries
from lms.rest.webhooks.rules import make_secret, pause_after, sign, write_body

STORED = timedelta(days=30)
"""How long what was sent is stored, to be sent again."""


MOST_TRIES = 12
"""How often an event is sent, over about a day; then somebody may send it again from the page."""


class NotAccepted(outbox.RetryLater):
    """The address did not take the message; it is sent again later."""


@outbox.handler("webhook")
def send(payload: dict[str, Any]) -> None:
    """Sends one event. Raises ``NotAccepted`` where it is to be sent again, and ``NoLongerTrue`` where it is not."""
    now = clock.now()
    with reading():
        delivery = queries.find_delivery(payload["delivery"])
        webhook = session.get_one(Webhook, delivery.webhook_id) if delivery else None
        if delivery is None or webhook is None or webhook.retracted_at is not None:
            raise outbox.NoLongerTrue
        address, tries = webhook.address, delivery.tries + 1
        body = write_body(delivery.kind, delivery.recorded_at, delivery.data)
        secret = make_secret(current_app.config["SECRET_KEY"], webhook.token)
        headers = sign(secret, f"msg_{delivery.id}", now, body)
    answer, problem = None, ""
    try:
        answer = post(address, body, headers, current_settings().webhook_networks)
    except Unreachable as error:
        problem = str(error)
    except PrivateAddress:
        problem = NoAnswer.PRIVATE
    is_delivered = answer is not None and is_accepted(answer)
    _record(payload["delivery"], tries, answer, problem, now if is_delivered else None)
    if not is_delivered:
        raise NotAccepted if tries < MOST_TRIES else outbox.NoLongerTrue


def _record(delivery_id: int, tries: int, answer: int | None, problem: str, delivered_at: datetime | None) -> None:
    with unit_of_work():
        delivery = session.get_one(WebhookDelivery, delivery_id)
        delivery.tries, delivery.answer, delivery.problem = tries, answer, problem
        delivery.delivered_at = delivered_at
        webhook = session.get_one(Webhook, delivery.webhook_id)
        until = clock.now() if delivered_at else clock.now() + pause_after(tries)
        if delivered_at is None or webhook.paused_until is not None:
            # What waits for the same address waits with it, and goes on with it.
            outbox.postpone(operations.key_of(webhook.id), until)
        webhook.paused_until = None if delivered_at else until


def compare_statuses() -> None:
    """Tells the organisations that want it whose status has changed; those whose statuses are updated wait."""
    with reading():
        organisation_ids = sorted(
            {each.organisation_id for each in queries.list_active() if operations.OF_STATUSES.intersection(each.kinds)}
        )
        courses = {each.course_id: each.slug for each in list_courses()} if organisation_ids else {}
    for organisation_id in organisation_ids:
        with unit_of_work():
            try:
                if not require_up_to_date([organisation_id]):
                    continue
            except StillUpdating:
                continue
            today = clock.today(queries.load_organisation(organisation_id).time_zone)
            operations.queue_changed_statuses(organisation_id, today, courses)


def remove_old() -> None:
    """Removes what was sent 30 days ago."""
    with unit_of_work():
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.recorded_at < clock.now() - STORED))


JOBS = (
    PeriodicJob("rest.compare_statuses", compare_statuses, minute="7,22,37,52"),
    PeriodicJob("rest.remove_old_deliveries", remove_old, minute="11", hour="3"),
)
