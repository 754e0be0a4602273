"""Who may see and change whom: HR the people of its own organisations, and nobody else anybody.

One's own record is not asked for here: it is read through one's own account.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, exists, true

from lms.kernel.actor import Actor, Role
from lms.people.models import Employment, Person, RecordQuery


def may_see_person(actor: Actor, organisations: Iterable[int]) -> bool:
    """Says whether an actor may see a person who is or was employed by these organisations."""
    return any(may_change_employment(actor, organisation_id) for organisation_id in organisations)


def visible_people(actor: Actor) -> ColumnElement[bool]:
    """Returns the same judgement as a condition on ``Person``."""
    return exists().where(Employment.person_id == Person.id, visible_employments(actor))


def may_change_employment(actor: Actor, organisation_id: int) -> bool:
    """Says whether an actor may see and change an employment and its placements at an organisation."""
    return actor.covers(Role.HR, organisation_id)


def visible_employments(actor: Actor) -> ColumnElement[bool]:
    """Returns the same judgement as a condition on ``Employment``."""
    scope = actor.organisations(Role.HR)
    return true() if scope is None else Employment.organisation_id.in_(scope)


def may_answer_query(actor: Actor, organisation_id: int) -> bool:
    """Says whether an actor may read and answer what people write of their record to an organisation's HR."""
    return actor.covers(Role.HR, organisation_id)


def visible_record_queries(actor: Actor) -> ColumnElement[bool]:
    """Returns the same judgement as a condition on ``RecordQuery``."""
    scope = actor.organisations(Role.HR)
    return true() if scope is None else RecordQuery.organisation_id.in_(sorted(scope))
