"""Chooses the day on which a draft is published, and publishes what is due."""

from datetime import date

from lms.accounts.api import find_account, load_actor
from lms.audit.api import record
from lms.authoring.drafts.operations import load_open_draft
from lms.authoring.models import Draft, DraftSchedule
from lms.authoring.publishing.operations import publish_draft
from lms.authoring.scheduling.errors import AuthorLeft, ChangedSince
from lms.authoring.scheduling.queries import find_schedule
from lms.authoring.signing_off.queries import draft_digest
from lms.kernel import clock, records
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.config import current_settings
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _


def schedule_draft(actor: Actor, course: str, draft_id: int, publish_on: date, reason: str) -> DraftSchedule:
    """Chooses the day on which a draft is published as it is now; another choice replaces it.

    Days are those of the installation's time zone. Raises ``DraftClosed``, and ``Invalid`` for a day that is not to
    come.
    """
    if publish_on <= today():
        raise Invalid(_("Choose a day that is still to come; to publish today, press Publish."), field="publish_on")
    draft = load_open_draft(course, draft_id)
    digest, last = draft_digest(draft), find_schedule(draft)
    if last is not None and (last.publish_on, last.digest, last.reason) == (publish_on, digest, reason):
        return last
    row = DraftSchedule(draft_id=draft.id, publish_on=publish_on, digest=digest, reason=reason)
    record(actor, "authoring.schedule_draft", "draft", draft.id, reason=reason, publish_on=publish_on.isoformat())
    return records.add(actor, row)


def cancel_schedule(actor: Actor, course: str, draft_id: int) -> None:
    """Takes a draft's day away; where it has none nothing changes."""
    draft = load_open_draft(course, draft_id)
    last = find_schedule(draft)
    if last is not None and last.publish_on is not None:
        records.add(actor, DraftSchedule(draft_id=draft.id, publish_on=None))
        record(actor, "authoring.cancel_schedule", "draft", draft.id)


def publish_scheduled(draft: Draft, schedule: DraftSchedule) -> None:
    """Publishes a draft whose day has come, as whoever chose it. Everything is judged again.

    Raises what publishing raises, ``ChangedSince`` and ``AuthorLeft``; nothing is written then.
    """
    account = find_account(schedule.recorded_by) if schedule.recorded_by else None
    actor = load_actor(account, clock.today()) if account is not None and account.active else None
    if actor is None or not (actor.has(Role.TRAINER) or actor.has(Role.ADMIN)):
        raise AuthorLeft
    if draft_digest(draft) != schedule.digest:
        raise ChangedSince
    publish_draft(actor, draft.course, draft.id, schedule.reason)


def record_problem(draft: Draft, problem: str) -> None:
    """Records why a draft could not be published on its day; it has no day then."""
    records.add(SYSTEM, DraftSchedule(draft_id=draft.id, publish_on=None, problem=problem[:500]))
    record(SYSTEM, "authoring.schedule_failed", "draft", draft.id)


def today() -> date:
    """Returns today in the installation's time zone."""
    return clock.today(current_settings().time_zone)
