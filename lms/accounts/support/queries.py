"""Every SELECT about who saw whose pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, func, select

from lms.accounts.models import Account, SupportView
from lms.kernel.actor import Actor
from lms.kernel.db import UtcDateTime, locked, read_rows, session
from lms.people.models import Person


def find_view(view_id: int) -> SupportView | None:
    """Finds a view to end it: whoever ends it meanwhile waits, and finds it ended."""
    return session.scalar(locked(select(SupportView).where(SupportView.id == view_id)))


def find_current_view(actor: Actor, view_id: int, now: datetime) -> SupportView | None:
    """Finds a view that an administrator began and that has not ended."""
    mine = (SupportView.id == view_id, SupportView.recorded_by == actor.account_id)
    return session.scalar(select(SupportView).where(*mine, SupportView.ended_at.is_(None), SupportView.until_at > now))


def list_views_over(now: datetime) -> Sequence[SupportView]:
    """Lists the views whose time is over and that nobody stopped."""
    over = (SupportView.ended_at.is_(None), SupportView.until_at <= now)
    return session.scalars(locked(select(SupportView).where(*over))).all()


@dataclass(frozen=True, slots=True)
class SupportViewRow:
    """When an administrator saw somebody's pages, and why; ``through_at`` may be still to come."""

    name: str
    recorded_at: datetime
    through_at: datetime
    reason: str


EVER = datetime.min.replace(tzinfo=UTC)

# Run on each My training, so built once.
_through = func.coalesce(SupportView.ended_at, SupportView.until_at, type_=UtcDateTime())
VIEWS = (
    select(Person.name, SupportView.recorded_at, _through.label("through_at"), SupportView.reason)
    .join(Account, Account.id == SupportView.recorded_by)
    .join(Person, Person.id == Account.person_id)
    .where(SupportView.account_id == bindparam("account"), SupportView.recorded_at >= bindparam("since"))
    .order_by(SupportView.recorded_at.desc(), SupportView.id.desc())
    .limit(100)
)


def list_support_views(account_id: int, since: datetime = EVER) -> list[SupportViewRow]:
    """Lists who saw the pages of an account's holder since a moment, or ever; the latest hundred, the latest first."""
    rows = read_rows(VIEWS, {"account": account_id, "since": since})
    return [SupportViewRow(**row._mapping) for row in rows]
