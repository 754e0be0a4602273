"""Joiners, movers and leavers as a directory reports them, by the operations of HR's pages.

Only today and the days to come are changed: a mover's placement begins today and the one before ended yesterday, a
leaver's ends today, somebody who comes back begins anew. What was recorded of past days stays as it is.
"""

from collections.abc import Collection, Set as AbstractSet
from datetime import date

from sqlalchemy import delete

from lms.accounts.api import TokenHolder, TokenScope, grant_role, open_account, remove_role
from lms.audit.api import record
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.batches import batched
from lms.kernel.days import ONE_DAY
from lms.kernel.db import session
from lms.kernel.errors import Invalid, NotAllowed, Refusal, require_found
from lms.kernel.i18n import gettext as _, lazy_gettext as _l
from lms.people.api import (
    AssignmentDetails,
    StaffNumberTaken,
    correct_person,
    correct_staff_number,
    end_placement,
    find_employment_by_number,
    is_same_name,
    may_correct,
    move_placement,
    people_added,
    record_employment,
    record_person,
    record_placement,
    withdraw_placement,
)
from lms.people.models import Employment
from lms.rest.models import DirectoryEntry, DirectoryGroup, DirectoryGroupMember
from lms.rest.scim import queries
from lms.rest.scim.queries import DirectoryPerson
from lms.rest.scim.rules import DIRECTORY_ROLES, DirectoryAssignment, DirectoryRecord, user_name_key


class UserNameTaken(StaffNumberTaken):
    """The directory uses this name for somebody else."""


class GroupTaken(Refusal):
    """The directory has a group for this role."""

    default = _l("Your directory has a group for this role here already. Use it, or delete it first.")


def add(caller: TokenHolder, said: DirectoryRecord) -> int:
    """Adds somebody to the organisation, or to the directory's list who has their staff number already; returns the id.

    That is the same person only under the same name. What is sent twice changes nothing. Raises ``StaffNumberTaken``.
    """
    known = find_employment_by_number(caller.organisation_id, said.staff_number)
    if known is None:
        _require_free_name(caller, said, None)
        # An account is opened with the first placement: who is added for later has none.
        person = record_person(caller.actor, name=said.name, email=said.email)
        known = record_employment(caller.actor, person, caller.organisation_id, said.staff_number)
        session.refresh(known, ["person"])
    else:
        entry = queries.find_entry(known.id)
        is_listed = entry is not None and entry.removed_at is None
        if not is_same_name(known.person.name, said.name) or (
            is_listed and entry is not None and entry.user_name_key != user_name_key(said.user_name)
        ):
            raise StaffNumberTaken
        if entry is not None:
            entry.removed_at = None
    _update(caller, known, said)
    return known.id


def update(caller: TokenHolder, known: DirectoryPerson, said: DirectoryRecord) -> None:
    """Records what a directory says of somebody now, where it differs from what is recorded."""
    _update(caller, known.employment, said)


def remove(caller: TokenHolder, known: DirectoryPerson) -> None:
    """Removes somebody from the directory's list: they leave today, and everything recorded of them stays.

    Whoever is removed is in no group of a role any more, also when they come back.
    """
    _leave(caller, known, clock.today(caller.actor.time_zone))
    account = queries.find_account_of(known.employment.id)
    # The holder's roles end with today, so that the token lasts as long: what follows is still done.
    if TokenScope.ROLES in caller.scopes and account is not None and account.id != caller.actor.account_id:
        for role in DIRECTORY_ROLES:
            remove_role(caller.actor, account, role, caller.organisation_id, reason=_reason())
    entry = known.entry or _new_entry(caller, known.employment, known.employment.staff_number)
    entry.removed_at = entry.changed_at = clock.now()
    session.flush()


def _update(caller: TokenHolder, employment: Employment, said: DirectoryRecord) -> None:
    _require_free_name(caller, said, employment.id)
    entry = queries.find_entry(employment.id) or _new_entry(caller, employment, said.user_name)
    entry.user_name, entry.user_name_key = said.user_name, user_name_key(said.user_name)
    entry.external_id = said.external_id
    if said.assignment is not None:
        entry.station_id, entry.sector, entry.role = said.assignment
    if session.is_modified(entry):
        entry.changed_at = clock.now()
    session.flush()
    session.expire(entry, ["station"])
    known = require_found(queries.find_person_in_directory(caller.actor, caller.organisation_id, str(employment.id)))
    # Who comes back is corrected by those they come back to; who leaves, by those they leave.
    if said.active and said.assignment:
        _work(caller, known, said.assignment, clock.today(caller.actor.time_zone))
    if _correct(caller, employment, said):
        entry.changed_at = clock.now()
    if not said.active:
        _leave(caller, known, clock.today(caller.actor.time_zone))


def _correct(caller: TokenHolder, employment: Employment, said: DirectoryRecord) -> bool:
    """Corrects names, e-mail and staff number; says whether anything was to be corrected."""
    person = employment.person
    values = {
        "name": said.name, "given_name": said.given_name or "", "family_name": said.family_name or "",
        "email": said.email or "",
    }  # fmt: skip
    changed = {field: value for field, value in values.items() if (getattr(person, field) or "") != value}
    if changed:
        if not may_correct(caller.actor, person.id):
            raise NotAllowed(_("This person works for others by now: their HR corrects the name and the e-mail."))
        correct_person(caller.actor, person, changed, organisation_id=caller.organisation_id, reason=_reason())
    if has_other_number := employment.staff_number != said.staff_number:
        correct_staff_number(caller.actor, employment, said.staff_number, reason=_reason())
    return bool(changed) or has_other_number


def _work(caller: TokenHolder, known: DirectoryPerson, assignment: DirectoryAssignment, today: date) -> None:
    lasting = known.lasting(today)
    before = lasting or next(iter(known.placements), None)
    details = (before.details if before else AssignmentDetails(0, "", ""))._replace(**assignment._asdict())
    # What directories do not know is as before.
    details = details._replace(also_sectors=tuple(each for each in details.also_sectors if each != details.sector))
    if lasting is None:
        works_today = any(each.from_on <= today <= (each.through_on or today) for each in known.placements)
        from_on = today + ONE_DAY if works_today else today
        record_placement(caller.actor, known.employment, details, from_on, reason=_reason())
        people_added.send(None, persons={known.employment.person_id}, actor=caller.actor)
    elif details != lasting.details:
        from_on = max(today, lasting.from_on)
        move_placement(caller.actor, lasting, known.employment, details, from_on, reason=_reason())


def _leave(caller: TokenHolder, known: DirectoryPerson, today: date) -> None:
    for placement in known.placements:
        if placement.from_on > today:
            withdraw_placement(caller.actor, placement, known.employment, reason=_reason())
        elif placement.through_on is None or placement.through_on > today:
            end_placement(caller.actor, placement, known.employment, today, reason=_reason())


def _require_free_name(caller: TokenHolder, said: DirectoryRecord, employment_id: int | None) -> None:
    if queries.is_user_name_taken(caller.organisation_id, said.user_name, employment_id):
        raise UserNameTaken(_("Somebody else in this organisation has this user name."), field="user_name")


def _new_entry(caller: TokenHolder, employment: Employment, user_name: str) -> DirectoryEntry:
    entry = DirectoryEntry(
        employment_id=employment.id,
        organisation_id=caller.organisation_id,
        user_name=user_name,
        user_name_key=user_name_key(user_name),
        changed_at=clock.now(),
    )
    session.add(entry)
    return entry


def _reason() -> str:
    return _("Sent by the organisation's directory.")


def remove_entries(persons: Collection[int]) -> None:
    """Removes what directories call people who are erased, and in which groups they are."""
    employments = queries.select_employments(persons)
    for model in (DirectoryGroupMember, DirectoryEntry):
        session.execute(delete(model).where(model.employment_id.in_(employments)))


def record_group(
    caller: TokenHolder, *, name: str, sector: str | None, role: Role | None, external_id: str | None
) -> DirectoryGroup:
    """Records a group of the directory for a sector or a role; one that it has already by name and id is returned.

    Raises ``GroupTaken`` for a second one of a role: who is in one and not in the other would have it and have it not.
    """
    for each in queries.list_groups(caller.organisation_id):
        is_same = (each.name, each.sector, each.external_id) == (name, sector, external_id)
        if is_same and (external_id is not None or role is not None):
            return each
        if role is not None and each.role == role:
            raise GroupTaken
    moment = clock.now()
    group = DirectoryGroup(
        organisation_id=caller.organisation_id, name=name, sector=sector, role=role, external_id=external_id,
        recorded_at=moment, changed_at=moment,
    )  # fmt: skip
    session.add(group)
    session.flush()
    return group


def add_member(caller: TokenHolder, group: DirectoryGroup, known: DirectoryPerson) -> None:
    """Puts somebody into a group: they move to its sector today, or once they work here, or are given its role.

    Raises ``Invalid`` where somebody cannot have the role.
    """
    today = clock.today(caller.actor.time_zone)
    lasting = known.lasting(today)
    if group.sector is not None:
        session.add(DirectoryGroupMember(group_id=group.id, employment_id=known.employment.id))
        if known.entry is not None:
            known.entry.sector = group.sector
        if lasting:
            assignment = DirectoryAssignment(lasting.station_id, group.sector, lasting.role)
            _work(caller, known, assignment, today)
    else:
        if lasting is None:
            raise Invalid(_("They do not work here beyond today. Put them into the group once they do."))
        person = known.employment.person
        account = queries.find_account_of(known.employment.id)
        account = account or open_account(caller.actor, person, email=person.email)
        grant_role(caller.actor, account, Role(str(group.role)), caller.organisation_id, reason=_reason())
    group.changed_at = clock.now()


def remove_members(
    caller: TokenHolder, group: DirectoryGroup, employments: Collection[int], staying: AbstractSet[int] = frozenset()
) -> None:
    """Takes people out of a group: they stay in its sector until something puts them into another, but lose its role.

    Whoever stays in it with another staff number keeps the role.
    Raises ``Invalid`` where the token would end by it; so somebody always remains HR, whatever a directory sends.
    """
    for employment_id in employments if group.role else ():
        account = require_found(queries.find_account_of(employment_id))
        if not staying.isdisjoint(session.scalars(queries.select_employments([account.person_id]))):
            continue
        if group.role == Role.HR and account.id == caller.actor.account_id:
            raise Invalid(
                _(
                    "The holder of the access token would lose the HR role, and the token would end. Leave them in the "
                    "group, or use a token of somebody else."
                )
            )
        remove_role(caller.actor, account, Role(str(group.role)), caller.organisation_id, reason=_reason())
    for some in batched(sorted(employments)):
        session.execute(
            delete(DirectoryGroupMember).where(
                DirectoryGroupMember.group_id == group.id, DirectoryGroupMember.employment_id.in_(some)
            )
        )
        group.changed_at = clock.now()
    session.flush()


def remove_group(group: DirectoryGroup) -> None:
    """Removes a group of a directory that has no role, or nobody in it; people stay in the sector."""
    session.execute(delete(DirectoryGroupMember).where(DirectoryGroupMember.group_id == group.id))
    session.delete(group)
    session.flush()


def record_write(caller: TokenHolder, act: str) -> None:
    """Records that a directory has changed something."""
    record(caller.actor, "rest.write", "access_token", caller.token_id, organisation_id=caller.organisation_id, act=act)
