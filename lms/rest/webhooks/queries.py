"""Every SELECT of webhooks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from sqlalchemy import Row, func, select
from sqlalchemy.orm import joinedload

from lms.catalogue.models import Course
from lms.certification.models import Award, Revocation
from lms.compliance.projection.models import PostInterval
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import require_found
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import merged_ids, within_scope
from lms.people.models import Employment, Organisation, Placement
from lms.rest.models import SentStatus, Webhook, WebhookDelivery


def list_webhooks_for(actor: Actor) -> Sequence[Webhook]:
    """Lists the webhooks of the actor's organisations that are not retracted, the newest first."""
    return session.scalars(
        select(Webhook)
        .options(joinedload(Webhook.organisation))
        .where(Webhook.retracted_at.is_(None), within_scope(actor, Webhook.organisation_id))
        .order_by(Webhook.id.desc())
    ).all()


def load_webhook_for(actor: Actor, webhook_id: int) -> Webhook:
    """Loads a webhook of an organisation of the actor's, with the organisation. Raises ``NotThere``."""
    statement = (
        select(Webhook)
        .options(joinedload(Webhook.organisation))
        .where(Webhook.id == webhook_id, within_scope(actor, Webhook.organisation_id))
    )
    return require_found(session.scalar(statement))


def count_webhooks(organisation_id: int) -> int:
    """Counts the webhooks of an organisation that are not retracted."""
    statement = select(func.count(Webhook.id)).where(
        Webhook.organisation_id == organisation_id, Webhook.retracted_at.is_(None)
    )
    return session.scalars(statement).one()


def list_active(organisation_ids: Collection[int] | None = None) -> Sequence[Webhook]:
    """Lists the webhooks of some organisations, or of all, that are not retracted."""
    statement = select(Webhook).where(Webhook.retracted_at.is_(None)).order_by(Webhook.id)
    if organisation_ids is not None:
        statement = statement.where(Webhook.organisation_id.in_(sorted(organisation_ids)))
    return session.scalars(statement).all()


def list_deliveries(webhook: Webhook, page: int) -> Pagination[Row[WebhookDelivery]]:
    """Lists what was sent as ``WebhookDelivery``, the newest first."""
    statement = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id)
    return paginate(statement.order_by(WebhookDelivery.id.desc()), page)


def load_delivery(webhook: Webhook, delivery_id: int) -> WebhookDelivery:
    """Loads something that was sent. Raises ``NotThere``."""
    found = session.get(WebhookDelivery, delivery_id)
    return require_found(found if found is not None and found.webhook_id == webhook.id else None)


def find_delivery(delivery_id: int) -> WebhookDelivery | None:
    """Finds something to send."""
    return session.get(WebhookDelivery, delivery_id)


def load_organisation(organisation_id: int) -> Organisation:
    """Loads an organisation."""
    return session.get_one(Organisation, organisation_id)


def list_awards(ids: Collection[int]) -> Sequence[Row[Award, str, Revocation | None]]:
    """Lists awards with the course and the revocation, where there is one."""
    return session.execute(
        select(Award, Course.slug.label("course"), Revocation)
        .join(Course, Course.id == Award.course_id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .where(Award.id.in_(sorted(ids)))
        .order_by(Award.id)
    ).all()


def list_staff_numbers(
    organisation_id: int, person_ids: Collection[int], canonical_ids: Mapping[int, int] = MappingProxyType({})
) -> dict[int, str]:
    """Returns the staff number of some people at an organisation, the newest where there are several.

    With ``canonical_ids`` people have the numbers of their merged records too.
    """
    rows = session.execute(
        select(Employment.person_id, Employment.staff_number)
        .where(Employment.organisation_id == organisation_id)
        .where(Employment.person_id.in_(sorted(merged_ids(person_ids, canonical_ids))))
        .order_by(Employment.id)
    )
    return {canonical_ids.get(row.person_id, row.person_id): row.staff_number for row in rows}


def list_statuses_on(organisation_id: int, day: date) -> dict[int, str]:
    """Returns the prepared status of each person who works at an organisation on a day. One query."""
    rows = session.execute(
        select(PostInterval.person_id, PostInterval.courses).where(
            PostInterval.organisation_id == organisation_id, PostInterval.covers(day)
        )
    )
    return {row.person_id: row.courses for row in rows}


def list_sent_statuses(organisation_id: int) -> dict[int, str]:
    """Returns the statuses that the webhooks of an organisation were last told, by person."""
    rows = session.execute(
        select(SentStatus.person_id, SentStatus.courses).where(SentStatus.organisation_id == organisation_id)
    )
    return {row.person_id: row.courses for row in rows}


def list_last_days(
    organisation_id: int, person_ids: Collection[int], canonical_ids: Mapping[int, int], today: date
) -> dict[int, date]:
    """Returns the last day before today of some canonical people at an organisation; who begins later has none."""
    rows = session.execute(
        select(Employment.person_id, func.max(Placement.through_on).label("last_on"))
        .join(Placement, Placement.employment_id == Employment.id)
        .where(
            Employment.organisation_id == organisation_id,
            Employment.person_id.in_(sorted(merged_ids(person_ids, canonical_ids))),
            Placement.retracted_at.is_(None),
            Placement.through_on < today,
        )
        .group_by(Employment.person_id)
    ).all()
    found: dict[int, date] = {}
    for row in rows:
        person_id = canonical_ids.get(row.person_id, row.person_id)
        found[person_id] = max(row.last_on, found.get(person_id, date.min))
    return found
