"""Recording that two person records are one, and undoing it. The facts of both stay as they were recorded."""

from lms.audit.api import record
from lms.kernel import records
from lms.kernel.actor import Actor, Role
from lms.kernel.db import lock_rows, session
from lms.kernel.errors import NotAllowed, NotThere
from lms.kernel.i18n import gettext as _
from lms.people import policy
from lms.people.employers.queries import list_employers_ever
from lms.people.errors import CannotMerge, EmployedElsewhere, MergeAlreadyUndone
from lms.people.events import people_merged
from lms.people.merging import queries
from lms.people.models import Person, PersonMerge


def merge_people(actor: Actor, *, surviving_id: int, merged_id: int, reason: str) -> PersonMerge:
    """Records that two person records are one; both are shown under the surviving one from now on.

    The facts are not touched; placements of the two may overlap, as those of two employments always may. Raises
    ``NotThere`` for a person the actor may not see, ``CannotMerge`` for the same person or where one of them belongs
    to a merge that would become a chain, ``EmployedElsewhere`` where one is employed outside the actor's organisations.
    """
    if surviving_id == merged_id:
        raise CannotMerge(_("This is the same record. Choose another one to merge with it."))
    employers = {each: list_employers_ever([each]) for each in (surviving_id, merged_id)}
    for organisations in employers.values():
        if not policy.may_see_person(actor, organisations):
            raise NotThere
    if not all(actor.covers(Role.HR, each) for organisations in employers.values() for each in organisations):
        raise EmployedElsewhere(
            _("One of these people also works for another organisation. Ask HR of all organisations to merge them.")
        )
    lock_rows(Person, surviving_id, merged_id)
    _check_no_chain(surviving_id, merged_id)
    organisation_id = min(employers[surviving_id] & employers[merged_id] or employers[surviving_id])
    merge = PersonMerge(surviving_id=surviving_id, merged_id=merged_id, organisation_id=organisation_id, reason=reason)
    records.add(actor, merge)
    record(
        actor, "people.merge", "person_merge", merge.id, organisation_id=organisation_id, reason=reason,
        surviving=surviving_id, merged=merged_id,
    )  # fmt: skip
    people_merged.send(None, persons=set(queries.load_merged_ids(surviving_id)))
    return merge


def undo_merge(actor: Actor, merge: PersonMerge, *, reason: str) -> None:
    """Withdraws a merge: the two are two again. Reports as known on earlier days still show them as one.

    Raises ``NotAllowed`` where it was done in the name of another's organisation, ``MergeAlreadyUndone``.
    """
    if not policy.may_act_for(actor, merge.organisation_id):
        raise NotAllowed
    lock_rows(Person, merge.surviving_id, merge.merged_id)
    session.refresh(merge, ["retracted_at"])
    if merge.retracted_at is not None:
        raise MergeAlreadyUndone(_("This merge has already been undone."))
    affected = set(queries.load_merged_ids(merge.surviving_id))
    records.retract(actor, merge)
    record(
        actor, "people.undo_merge", "person_merge", merge.id, organisation_id=merge.organisation_id,
        reason=reason, surviving=merge.surviving_id, merged=merge.merged_id,
    )  # fmt: skip
    people_merged.send(None, persons=affected)


def _check_no_chain(surviving_id: int, merged_id: int) -> None:
    for active in queries.list_active_merges([surviving_id, merged_id]):
        if active.merged_id in (surviving_id, merged_id):
            raise CannotMerge(_("One of these two records is already merged into another. Undo that merge first."))
        if active.surviving_id == merged_id:
            raise CannotMerge(
                _(
                    "Other records are merged into the one you would not keep. Keep that one, or undo the other merge "
                    "first."
                )
            )
