"""Every SELECT about corrected details."""

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select, true
from sqlalchemy.orm import aliased

from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.batches import execute_in_batches
from lms.kernel.db import session
from lms.kernel.errors import NotAllowed, require_found
from lms.people import policy, queries
from lms.people.employers.queries import list_employers_ever, list_employers_on_or_after, works_on_or_after
from lms.people.merging.queries import load_merged_ids
from lms.people.models import Employment, Person, PersonCorrection, Placement

MOST_SHOWN = 50
"""The most corrections shown of one person."""


def load_person_to_correct(actor: Actor, person_id: int) -> Person:
    """Loads a person whose details an actor may correct.

    Raises ``NotThere`` for somebody the actor may not see, and ``NotAllowed`` where they work for others by now.
    """
    is_admin = actor.has(Role.ADMIN)
    person = require_found(session.get(Person, person_id)) if is_admin else queries.load_person_for(actor, person_id)
    if not may_correct(actor, person_id):
        raise NotAllowed
    return person


def may_correct(actor: Actor, person_id: int) -> bool:
    """Says whether an actor may correct the details of a person, by what they do under any merged record."""
    ids = load_merged_ids(person_id)
    employers = list_employers_on_or_after(ids, clock.today(actor.time_zone))
    return policy.may_correct_person(actor, employers, list_employers_ever(ids))


def list_working_elsewhere(organisation_id: int, person_ids: Iterable[int] | None) -> set[int]:
    """Returns who has or had a staff number at an organisation and works for another, today or later.

    ``person_ids`` asks about some people only.
    """
    here = aliased(Employment)
    statement = (
        select(Employment.person_id)
        .join(Placement, Placement.employment_id == Employment.id)
        .join(here, (here.person_id == Employment.person_id) & (here.organisation_id == organisation_id))
        .where(Employment.organisation_id != organisation_id, works_on_or_after(clock.today()))
    )
    if person_ids is None:
        return set(session.scalars(statement))
    return {row.person_id for row in execute_in_batches(statement, Employment.person_id, person_ids)}


def list_corrections(actor: Actor, person_id: int) -> Sequence[PersonCorrection]:
    """Lists the corrections of a person by HR of the actor's organisations and by administrators, the latest first."""
    own = or_(PersonCorrection.organisation_id.is_(None), policy.within_scope(actor, PersonCorrection.organisation_id))
    return session.scalars(
        select(PersonCorrection)
        .where(PersonCorrection.person_id == person_id, own if not actor.has(Role.ADMIN) else true())
        .order_by(PersonCorrection.id.desc())
        .limit(MOST_SHOWN)
    ).all()
