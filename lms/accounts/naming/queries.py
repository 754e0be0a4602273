"""Every SELECT that names accounts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from lms.accounts.models import Account, RoleGrant
from lms.accounts.queries import NO_LAST_DAY
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session, utc_day
from lms.kernel.i18n import gettext as _
from lms.people.api import within_scope
from lms.people.models import Employment, Person, Placement


def load_account_names(account_ids: Collection[int]) -> dict[int, str]:
    """Returns the names of accounts by id."""
    rows = session.execute(
        select(Account.id, Person.name).join(Person, Person.id == Account.person_id).where(Account.id.in_(account_ids))
    )
    return {row.id: row.name for row in rows}


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who acts with an account: a colleague, known by name, until a day (None: never), else by the role alone."""

    name: str
    role: str
    colleague_until: date | None


def list_recorders(actor: Actor, account_ids: Collection[int]) -> dict[int, Recorder]:
    """Returns by account who acts with it, as far as an actor may know. One query.

    Colleagues are those who work in an organisation where the actor is HR, or are HR there. Administrators, and the
    actor of an account, know it by name for ever.
    """
    placed = (
        select(func.max(func.coalesce(Placement.through_on, NO_LAST_DAY)))
        .join(Employment, Employment.id == Placement.employment_id)
        .where(
            Employment.person_id == Account.person_id,
            Placement.retracted_at.is_(None),
            within_scope(actor, Employment.organisation_id),
        )
        .scalar_subquery()
    )
    grants = select(func.max(func.coalesce(utc_day(RoleGrant.retracted_at), NO_LAST_DAY))).where(
        RoleGrant.account_id == Account.id
    )
    hr = grants.where(RoleGrant.role == str(Role.HR), within_scope(actor, RoleGrant.organisation_id)).scalar_subquery()
    rows = session.execute(
        select(
            Account.id,
            Person.name,
            func.coalesce(placed, hr).label("until"),
            grants.where(RoleGrant.role == str(Role.ADMIN)).scalar_subquery().label("admin_until"),
        )
        .join(Person, Person.id == Account.person_id)
        .where(Account.id.in_(sorted(account_ids)))
    )
    return {
        row.id: Recorder(
            row.name,
            _("an administrator") if row.admin_until else _("another organisation"),
            NO_LAST_DAY if actor.has(Role.ADMIN) or row.id == actor.account_id else row.until,
        )
        for row in rows
    }
