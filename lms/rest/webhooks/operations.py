"""Making and stopping webhooks, and queueing what they send."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, delete

from lms.audit.api import record
from lms.certification.api import print_serial
from lms.certification.models import Award, Revocation
from lms.compliance.api import read_courses
from lms.kernel import clock, outbox, records
from lms.kernel.actor import Actor
from lms.kernel.bulk import add_mappings
from lms.kernel.caching import application_cache
from lms.kernel.db import session
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _
from lms.kernel.outgoing import Network, parse_address
from lms.people.api import load_canonical_ids
from lms.rest.models import SentStatus, Webhook, WebhookDelivery
from lms.rest.webhooks import queries
from lms.rest.webhooks.rules import TEST, EventKind

MOST_WEBHOOKS = 10
"""How many webhooks an organisation may have."""

EXIST_SECONDS = 60
"""For how long a process remembers whether there are webhooks."""

OF_STATUSES = frozenset({EventKind.STATUS_CHANGED, EventKind.PERSON_LEFT})
"""What is found by comparing statuses, and not told by what somebody does."""


def make_webhook(
    actor: Actor, *, organisation_id: int, address: str, kinds: Collection[EventKind], own: Iterable[Network]
) -> Webhook:
    """Has what happens at an organisation sent to an address.

    ``own`` are the installation's own networks that it may lead to. Raises ``PrivateAddress`` and ``Invalid``.
    """
    parse_address(address, list(own))
    if queries.count_webhooks(organisation_id) >= MOST_WEBHOOKS:
        raise Invalid(_("There are %(count)s webhooks already. Stop one that is not needed.", count=MOST_WEBHOOKS))
    webhook = Webhook(
        organisation_id=organisation_id, address=address, kinds=sorted(kinds), token=secrets.token_urlsafe(24)
    )
    records.add(actor, webhook)
    application_cache("webhooks", 1, EXIST_SECONDS).put("exist", [True])
    record(
        actor, "rest.make_webhook", "webhook", webhook.id, organisation_id=organisation_id, kinds=sorted(kinds)
    )  # fmt: skip
    return webhook


def stop_webhook(actor: Actor, webhook: Webhook) -> None:
    """Stops a webhook; what waits is not sent any more. One that was stopped is left as it is."""
    if webhook.retracted_at is not None:
        return
    records.retract(actor, webhook)
    record(actor, "rest.stop_webhook", "webhook", webhook.id, organisation_id=webhook.organisation_id)
    if not any(OF_STATUSES.intersection(each.kinds) for each in queries.list_active([webhook.organisation_id])):
        session.execute(delete(SentStatus).where(SentStatus.organisation_id == webhook.organisation_id))


def send_test(webhook: Webhook) -> WebhookDelivery:
    """Queues an event that says nothing, to try the address."""
    return _queue(webhook, TEST, {})


def send_again(delivery: WebhookDelivery) -> None:
    """Queues an event once more, with its number: whoever has it already recognises it."""
    key = f"{key_of(delivery.webhook_id)}{delivery.id}:{delivery.tries}"
    outbox.put("webhook", key, {"delivery": delivery.id})


def queue_events(organisation_id: int, kind: EventKind, data: Iterable[Mapping[str, Any]]) -> None:
    """Queues events for the webhooks of an organisation that want their kind."""
    events = list(data)
    found = [each for each in queries.list_active([organisation_id]) if kind in each.kinds] if events else []
    for event in events:
        for webhook in found:
            _queue(webhook, kind, event)


def _queue(webhook: Webhook, kind: str, data: Mapping[str, Any]) -> WebhookDelivery:
    delivery = WebhookDelivery(webhook_id=webhook.id, kind=kind, data=dict(data), recorded_at=clock.now())
    session.add(delivery)
    session.flush()
    key = f"{key_of(webhook.id)}{delivery.id}"
    outbox.put("webhook", key, {"delivery": delivery.id}, not_before=webhook.paused_until)
    return delivery


def key_of(webhook_id: int) -> str:
    """Returns what the keys of a webhook's rows in the outbox begin with."""
    return f"webhook:{webhook_id}:"


def _exist() -> bool:
    """Says whether any organisation has a webhook; a process looks once a minute, so that no quiz pays for it.

    Another process than the one that made the first webhook of an installation may so miss its first minute.
    """
    cache = application_cache("webhooks", 1, EXIST_SECONDS)
    known: list[bool] = cache.get_or_load("exist", lambda: [bool(queries.list_active())])
    return known[0]


def queue_awards(award_ids: Collection[int]) -> None:
    """Queues what happened to some awards: a corrected one is issued under its new serial."""
    if not any(
        {EventKind.AWARD_ISSUED, EventKind.AWARD_REVOKED}.intersection(each.kinds) for each in queries.list_active()
    ):
        return
    awards = queries.list_awards(award_ids)
    replaced = {row.Award.supersedes_id for row in awards}
    by_organisation: defaultdict[int, list[Row[Award, str, Revocation | None]]] = defaultdict(list)
    for row in awards:
        if row.Award.organisation_id is not None and (row.Revocation is not None or row.Award.id not in replaced):
            by_organisation[row.Award.organisation_id].append(row)
    for organisation_id, rows in by_organisation.items():
        numbers = queries.list_staff_numbers(organisation_id, {row.Award.person_id for row in rows})
        for kind, is_revoked in ((EventKind.AWARD_ISSUED, False), (EventKind.AWARD_REVOKED, True)):
            chosen = [row for row in rows if (row.Revocation is not None) is is_revoked]
            queue_events(organisation_id, kind, [_of_award(row, numbers) for row in chosen])


def _of_award(row: Row[Award, str, Revocation | None], numbers: Mapping[int, str]) -> dict[str, Any]:
    """Returns what is said of an award, with its course and, where it was revoked, from when."""
    award, course, revocation = row
    data = {
        "staff_number": numbers.get(award.person_id),
        "course": course,
        "serial": print_serial(award.serial),
        "earned_on": award.earned_on.isoformat(),
        "valid_until": award.valid_until.isoformat(),
    }
    return data if revocation is None else data | {"revoked_from": revocation.effective_on.isoformat()}


def queue_changed_statuses(organisation_id: int, today: date, courses: Mapping[int, str]) -> None:
    """Queues how the statuses of an organisation differ from what its webhooks were last told, and who has left.

    The first time, it only remembers the statuses. ``courses`` are the slugs by id.
    """
    before, now = queries.list_sent_statuses(organisation_id), queries.list_statuses_on(organisation_id, today)
    changed = {person for person in before.keys() & now.keys() if before[person] != now[person]}
    gone = before.keys() - now.keys()
    if before:
        # Who is recorded under another person's number since records were merged has not left.
        canonical_ids = load_canonical_ids()
        left = gone - canonical_ids.keys()
        numbers = queries.list_staff_numbers(organisation_id, changed | left, canonical_ids)
        events = [
            {"staff_number": numbers.get(person), **difference}
            for person in sorted(changed)
            for difference in _differences(before[person], now[person], courses)
        ]
        queue_events(organisation_id, EventKind.STATUS_CHANGED, events)
        last_days = queries.list_last_days(organisation_id, left, canonical_ids, today)
        leavers = [
            {"staff_number": numbers.get(person), "last_day": last_days[person].isoformat()}
            for person in sorted(left & last_days.keys())
        ]
        queue_events(organisation_id, EventKind.PERSON_LEFT, leavers)
    if outdated := changed | gone:
        session.execute(
            delete(SentStatus).where(
                SentStatus.organisation_id == organisation_id, SentStatus.person_id.in_(sorted(outdated))
            )
        )
    new = [
        {"organisation_id": organisation_id, "person_id": person, "courses": text}
        for person, text in now.items()
        if before.get(person) != text
    ]
    add_mappings(SentStatus, new)


def _differences(before: str, now: str, courses: Mapping[int, str]) -> list[dict[str, str | None]]:
    """Returns what changed between two texts of statuses, by course; None where the course is not required."""
    was, is_now = dict(read_courses(before)), dict(read_courses(now))
    return [
        {
            "course": courses.get(course, str(course)),
            "before": str(was[course]) if course in was else None,
            "after": str(is_now[course]) if course in is_now else None,
        }
        for course in sorted(was.keys() | is_now.keys())
        if was.get(course) != is_now.get(course)
    ]
