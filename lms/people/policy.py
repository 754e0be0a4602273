"""Who may see and change whom: HR the people of its own organisations, and nobody else.

Everybody reads their own record through their own account; that is not decided here.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, exists, true
from sqlalchemy.orm import InstrumentedAttribute

from lms.kernel.actor import Actor, Role
from lms.people.models import Employment, Person


def may_act_for(actor: Actor, organisation_id: int) -> bool:
    """Says whether an actor may see and change what is an organisation's: employments, imports, correction requests."""
    return actor.covers(Role.HR, organisation_id)


def within_scope(actor: Actor, organisation_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Returns the same rule as a condition on the column that names the organisation."""
    scope = actor.organisations(Role.HR)
    return true() if scope is None else organisation_id.in_(sorted(scope))


def may_see_person(actor: Actor, organisations: Iterable[int]) -> bool:
    """Says whether an actor may see a person who is or was employed by these organisations."""
    return any(may_act_for(actor, organisation_id) for organisation_id in organisations)


def may_correct_person(actor: Actor, employers: Iterable[int], former: Iterable[int]) -> bool:
    """Says whether an actor may correct the name, e-mail and language of somebody.

    HR where they work now or will work may; of those who work nowhere, HR of their former employers. An
    administrator corrects everybody.
    """
    return actor.has(Role.ADMIN) or may_see_person(actor, tuple(employers) or former)


def visible_people(actor: Actor) -> ColumnElement[bool]:
    """Returns the same rule as a condition on ``Person``."""
    return exists().where(Employment.person_id == Person.id, visible_employments(actor))


def visible_employments(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on the employments an actor may see and change, with their placements."""
    return within_scope(actor, Employment.organisation_id)
