"""Who may see accounts, who may print sign-in codes, and on which days a role works."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, FromClause, ScalarSelect, and_, func, or_, select, true, union_all

from lms.accounts.models import Account, RoleGrant
from lms.kernel.actor import Actor, Role
from lms.people.api import may_see_person
from lms.people.models import Employment, PersonMerge, Placement

NO_LAST_DAY = date.max
"""Stands for the last day of a placement that has none yet."""


def visible_accounts(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on accounts an actor may see with their roles: the own one, administrators all."""
    return true() if actor.has(Role.ADMIN) else Account.id == actor.account_id


def may_print_code(actor: Actor, organisations: Iterable[int], *, has_role: bool) -> bool:
    """Says whether an actor may print a code for somebody employed by these organisations.

    HR prints for its own people, but never for somebody who has a role: with such a code one could become an
    administrator. An administrator prints for those.
    """
    return actor.has(Role.ADMIN) if has_role else may_see_person(actor, organisations)


def role_works(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Returns the condition on grants joined to their account that work on a day: their holder has not left.

    A role of one organisation needs a placement there, any role a placement anywhere. Who was never placed keeps it,
    and administrators do: somebody must appoint their successor.
    """
    grant = RoleGrant.__table__
    return or_(grant.c.role == str(Role.ADMIN), is_employed(day, grant))


def is_employed(day: date | BindParameter[date], appointed: FromClause) -> ColumnElement[bool]:
    """Returns the condition on accounts whose holder has not left by a day.

    ``appointed`` is the table of the outer statement whose organisation they must not have left either.
    """
    return and_(*(func.coalesce(last, NO_LAST_DAY) >= day for last in last_days(day, appointed)))


def last_days(day: date | BindParameter[date], appointed: FromClause) -> tuple[ScalarSelect[date], ScalarSelect[date]]:
    """Returns the last day at work of an account's holder as seen on a day: anywhere, and in an organisation.

    It is the latest end of the placements begun by that day, under any merged record; ``NO_LAST_DAY`` while one of
    them has no end, NULL for somebody never placed there. ``appointed`` is the
    table of the outer statement that names the organisation.
    """
    # Tables and aliases, not models: the statement of who acts selects from the same ones and is run on every page.
    account = Account.__table__
    employment, placement = Employment.__table__.alias(), Placement.__table__.alias()
    merge, sibling = PersonMerge.__table__.alias(), PersonMerge.__table__.alias()
    mine = account.c.person_id
    above = select(merge.c.surviving_id).where(merge.c.retracted_at.is_(None), merge.c.merged_id == mine)
    # Operations let no merges chain, so one step up and one down reach everybody.
    below = select(sibling.c.merged_id).where(
        sibling.c.retracted_at.is_(None),
        or_(sibling.c.surviving_id == mine, sibling.c.surviving_id.in_(above.correlate(account))),
    )
    records = union_all(select(mine).correlate(account), above.correlate(account), below.correlate(account))
    anywhere = (
        select(func.max(func.coalesce(placement.c.through_on, NO_LAST_DAY)))
        .join(employment, employment.c.id == placement.c.employment_id)
        .where(employment.c.person_id.in_(records), placement.c.retracted_at.is_(None), placement.c.from_on <= day)
        .correlate(account, appointed)
    )
    here = anywhere.where(employment.c.organisation_id == appointed.c.organisation_id)
    return anywhere.scalar_subquery(), here.scalar_subquery()
