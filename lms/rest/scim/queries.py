"""The SELECTs of the people and groups a directory sees: of its organisation, without who is removed or erased."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from lms.accounts.models import Account, RoleGrant
from lms.kernel.actor import Actor
from lms.kernel.batches import batched
from lms.kernel.db import LARGEST_ID, lock_rows, session
from lms.people.api import list_placements_of, visible_employments
from lms.people.models import Employment, Organisation, Person, Placement
from lms.rest.models import DirectoryEntry, DirectoryGroup, DirectoryGroupMember
from lms.rest.scim.rules import DirectoryAssignment, user_name_key


@dataclass(frozen=True, slots=True)
class DirectoryPerson:
    """Somebody with a staff number, how the directory knows them, and their placements, the latest first."""

    employment: Employment
    entry: DirectoryEntry | None
    placements: Sequence[Placement]

    def lasting(self, today: date) -> Placement | None:
        """Returns the placement that counts beyond today, the one of today or else the next; None for who has left.

        Whoever has their last day today has left, as far as a directory is concerned: it has said so itself.
        """
        lasting = [each for each in self.placements if each.through_on is None or each.through_on > today]
        return min(lasting, key=lambda each: each.from_on, default=None)

    def assignment(self, today: date) -> tuple[DirectoryAssignment, str] | None:
        """Returns where they work, or would, and the short name of that station; None where nobody has ever said."""
        lasting = self.lasting(today)
        entry = self.entry
        if lasting is None and entry and entry.station and entry.sector and entry.role:
            return DirectoryAssignment(entry.station.id, entry.sector, entry.role), entry.station.slug
        if shown := lasting or next(iter(self.placements), None):
            return DirectoryAssignment(shown.station_id, shown.sector, shown.role), shown.station.slug
        return None

    @property
    def changed_at(self) -> datetime:
        """Returns when something of this was last recorded."""
        moments = [self.employment.recorded_at, *(each.recorded_at for each in self.placements)]
        return max([*moments, self.entry.changed_at] if self.entry else moments)


def _people(actor: Actor, organisation_id: int) -> Select[Employment, DirectoryEntry]:
    return (
        select(Employment, DirectoryEntry)
        .join(Employment.person)
        .outerjoin(DirectoryEntry, DirectoryEntry.employment_id == Employment.id)
        .options(contains_eager(Employment.person), joinedload(DirectoryEntry.station))
        .where(
            Employment.organisation_id == organisation_id,
            visible_employments(actor),
            Person.erased_at.is_(None),
            DirectoryEntry.removed_at.is_(None),
        )
    )


def find_person_in_directory(actor: Actor, organisation_id: int, number: str) -> DirectoryPerson | None:
    """Finds somebody by the number of their employment, as it stands in addresses."""
    return next(iter(find_people_in_directory(actor, organisation_id, [number])), None)


def find_people_in_directory(actor: Actor, organisation_id: int, numbers: Iterable[str]) -> list[DirectoryPerson]:
    """Finds people by the numbers of their employments, as they stand in addresses. Two queries for each 500."""
    # \d would also match digits of other scripts, which are none in an address.
    ids = sorted(int(each) for each in numbers if re.fullmatch("[0-9]{1,19}", each) and int(each) <= LARGEST_ID)
    people = _people(actor, organisation_id)
    return [found for some in batched(ids) for found in _load(people.where(Employment.id.in_(some)))]


def list_people_in_directory(
    actor: Actor, organisation_id: int, condition: ColumnElement[bool] | None, first: int, most: int
) -> tuple[int, list[DirectoryPerson]]:
    """Counts the people for whom a condition holds, and lists ``most`` of them from the ``first`` on, from 0."""
    statement = _people(actor, organisation_id).where(true() if condition is None else condition)
    total = session.scalar(select(func.count()).select_from(statement.with_only_columns(Employment.id).subquery())) or 0
    part = statement.order_by(Employment.id).offset(min(first, LARGEST_ID)).limit(most)
    return total, _load(part) if most and first < total else []


def _load(statement: Select[Employment, DirectoryEntry]) -> list[DirectoryPerson]:
    rows = session.execute(statement).all()
    placements: defaultdict[int, list[Placement]] = defaultdict(list)
    for each in list_placements_of([row.Employment.id for row in rows]):
        placements[each.employment_id].append(each)
    return [DirectoryPerson(row.Employment, row.DirectoryEntry, placements[row.Employment.id]) for row in rows]


def find_entry(employment_id: int) -> DirectoryEntry | None:
    """Finds how the directory knows an employment, also where it has removed it."""
    return session.get(DirectoryEntry, employment_id)


def is_user_name_taken(organisation_id: int, user_name: str, besides: int | None) -> bool:
    """Says whether the directory has given a user name to somebody else, ``besides`` an employment."""
    key = user_name_key(user_name)
    statement = select(exists().where(
        DirectoryEntry.organisation_id == organisation_id,
        DirectoryEntry.user_name_key == key,
        DirectoryEntry.removed_at.is_(None),
        DirectoryEntry.employment_id != (besides or 0),
    ))  # fmt: skip
    return bool(session.scalar(statement))


def list_groups(organisation_id: int) -> Sequence[DirectoryGroup]:
    """Lists the groups of an organisation's directory."""
    statement = select(DirectoryGroup).where(DirectoryGroup.organisation_id == organisation_id)
    return session.scalars(statement.order_by(DirectoryGroup.id)).all()


def list_members(actor: Actor, groups: Sequence[DirectoryGroup]) -> defaultdict[int, set[int]]:
    """Returns the employments in each of some groups of one organisation, in two queries.

    In the group of a role is whoever has it there; not who has it in all organisations.
    """
    members: defaultdict[int, set[int]] = defaultdict(set)
    statement = select(DirectoryGroupMember).where(DirectoryGroupMember.group_id.in_([each.id for each in groups]))
    for each in session.scalars(statement):
        members[each.group_id].add(each.employment_id)
    if roles := {each.role: each for each in groups if each.role}:
        holders = (
            _people(actor, groups[0].organisation_id)
            .join(Account, Account.person_id == Employment.person_id)
            .join(RoleGrant, RoleGrant.account_id == Account.id)
            .where(
                RoleGrant.organisation_id == Employment.organisation_id,
                RoleGrant.retracted_at.is_(None),
                RoleGrant.role.in_(sorted(roles)),
            )
        )
        for row in session.execute(holders.with_only_columns(Employment.id, RoleGrant.role)):
            members[roles[row.role].id].add(row.id)
    return members


def find_account_of(employment_id: int) -> Account | None:
    """Finds the account of whoever has an employment."""
    return session.scalar(
        select(Account)
        .join(Employment, Employment.person_id == Account.person_id)
        .where(Employment.id == employment_id)
    )


def select_employments(persons: Collection[int]) -> Select[Any]:
    """Returns the statement of the employments of some persons."""
    return select(Employment.id).where(Employment.person_id.in_(sorted(persons)))


def begin_writing(organisation_id: int) -> None:
    """Lets who writes to an organisation's people take turns: what has been read before may be written."""
    lock_rows(Organisation, organisation_id)


def is_active(today: date) -> ColumnElement[bool]:
    """Returns the rule of ``DirectoryPerson.lasting`` as a condition on ``Employment``."""
    return exists().where(
        and_(Placement.employment_id == Employment.id, Placement.retracted_at.is_(None)),
        or_(Placement.through_on.is_(None), Placement.through_on > today),
    )
