"""Recording that two persons are one, and undoing it. The facts of both stay as they were recorded."""

from lms.audit.operations import record
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session
from lms.kernel.errors import NotAllowed, NotThere
from lms.people import policy
from lms.people.errors import AlreadyUndone, NotTwoPersons, NotYoursAlone
from lms.people.events import people_merged
from lms.people.merging import queries
from lms.people.models import PersonMerge


def merge(actor: Actor, *, kept_id: int, merged_id: int, reason: str) -> PersonMerge:
    """Records that two persons are one: from now on the kept one stands for both.

    The facts are not touched; placements of the two may overlap, as those of two employments always may. Raises
    ``NotThere`` for somebody the actor may not see, ``NotTwoPersons`` for one person or where one of them belongs
    to a merge that would become a chain, ``NotYoursAlone`` where one is employed outside the actor's organisations.
    """
    if kept_id == merged_id:
        raise NotTwoPersons("This is one record. Choose another one to merge with it.")
    employers = {each: queries.employers_of([each]) for each in (kept_id, merged_id)}
    for organisations in employers.values():
        if not policy.may_see_person(actor, organisations):
            raise NotThere
    if not all(actor.covers(Role.HR, each) for organisations in employers.values() for each in organisations):
        raise NotYoursAlone(
            "These two records are not yours alone to merge. Somebody who is HR of the whole house can do it."
        )
    queries.lock_persons([kept_id, merged_id])
    _check_no_chain(kept_id, merged_id)
    both = employers[kept_id] & employers[merged_id]
    organisation_id = min(both or employers[kept_id])
    made = PersonMerge(
        kept_id=kept_id,
        merged_id=merged_id,
        organisation_id=organisation_id,
        reason=reason,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(made)
    session.flush()
    record(
        actor, "people.merge", "person_merge", made.id, organisation_id=organisation_id, reason=reason,
        kept=kept_id, merged=merged_id,
    )  # fmt: skip
    people_merged.send(None, persons=set(queries.find_family(kept_id)))
    return made


def undo_merge(actor: Actor, made: PersonMerge, *, reason: str) -> None:
    """Withdraws a merge: the two are two again, and reports as known before keep knowing them as one.

    Raises ``NotAllowed`` where it was done in the name of an organisation of others, ``AlreadyUndone``.
    """
    if not policy.may_change_employment(actor, made.organisation_id):
        raise NotAllowed
    queries.lock_persons([made.kept_id, made.merged_id])
    session.refresh(made, ["retracted_at"])
    if made.retracted_at is not None:
        raise AlreadyUndone("This merge was undone before.")
    touched = set(queries.find_family(made.kept_id))
    made.retracted_at = clock.now()
    made.retracted_by = actor.account_id or None
    session.flush()
    record(
        actor, "people.undo_merge", "person_merge", made.id, organisation_id=made.organisation_id, reason=reason,
        kept=made.kept_id, merged=made.merged_id,
    )  # fmt: skip
    people_merged.send(None, persons=touched)


def _check_no_chain(kept_id: int, merged_id: int) -> None:
    for standing in queries.list_standing_merges([kept_id, merged_id]):
        if standing.merged_id in (kept_id, merged_id):
            raise NotTwoPersons("One of these two is merged with somebody already. Undo that first.")
        if standing.kept_id == merged_id:
            raise NotTwoPersons(
                "Others are merged into the record you would not keep. Keep that one, or undo the other merge first."
            )
