"""Every SELECT about persons who are one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, CompoundSelect, func, or_, select, union_all
from sqlalchemy.orm import aliased, joinedload

from lms.kernel.actor import Actor, Role
from lms.kernel.db import LARGEST_ID, locked, session
from lms.kernel.errors import NotThere
from lms.people import policy
from lms.people.merging import rules
from lms.people.models import Employment, Organisation, Person, PersonMerge

MOST_SUGGESTED = 10
"""How many people who may be the same are suggested."""


def known_merge(known_as_of: datetime | None = None) -> ColumnElement[bool]:
    """Returns the condition on merges known at a moment (None: now) and not undone by then."""
    if known_as_of is None:
        return PersonMerge.retracted_at.is_(None)
    still = or_(PersonMerge.retracted_at.is_(None), PersonMerge.retracted_at > known_as_of)
    return (PersonMerge.recorded_at <= known_as_of) & still


_PAIRS = select(PersonMerge.kept_id, PersonMerge.merged_id)
_PAIRS_NOW = _PAIRS.where(known_merge())


def list_standing_for(known_as_of: datetime | None = None) -> dict[int, int]:
    """Returns, by merged person, the person who stands for them, as known at a moment (None: now). One query."""
    rows = session.execute(_PAIRS_NOW if known_as_of is None else _PAIRS.where(known_merge(known_as_of)))
    return rules.resolve((row.kept_id, row.merged_id) for row in rows)


def find_family(person_id: int) -> frozenset[int]:
    """Finds everybody who is one with a person now, the person among them. One query."""
    return rules.family(person_id, list_standing_for())


def one_with(person_id: int | BindParameter[int]) -> CompoundSelect[int]:
    """Returns the subquery of everybody who is one with a person now, the person among them.

    Operations let no merges chain, so one step up and one down reach everybody.
    """
    standing = known_merge()
    kept = select(PersonMerge.kept_id).where(standing, PersonMerge.merged_id == person_id)
    others = select(PersonMerge.merged_id).where(
        standing, or_(PersonMerge.kept_id == person_id, PersonMerge.kept_id.in_(kept))
    )
    return union_all(select(Person.id).where(Person.id == person_id), kept, others)


def load_kept_for(actor: Actor, person_id: int) -> tuple[Person, frozenset[int]]:
    """Loads the person under whose number somebody is shown, and everybody who is one with them.

    Raises ``NotThere`` where an actor may see none of them. Two queries.
    """
    if person_id > LARGEST_ID:
        raise NotThere
    stands_for = list_standing_for()
    members = rules.family(person_id, stands_for)
    kept = stands_for.get(person_id, person_id)
    seen = select(Employment.id).where(Employment.person_id.in_(members), policy.visible_employments(actor))
    person = session.scalar(select(Person).where(Person.id == kept, seen.exists()))
    if person is None:
        raise NotThere
    return person, members


def list_employments_of(actor: Actor, persons: Collection[int]) -> Sequence[Employment]:
    """Lists those employments of some persons that an actor may see, with organisation and person."""
    return session.scalars(
        select(Employment)
        .options(joinedload(Employment.organisation), joinedload(Employment.person))
        .where(Employment.person_id.in_(sorted(persons)), policy.visible_employments(actor))
        .order_by(Employment.id)
    ).all()


@dataclass(frozen=True, slots=True)
class ListedMerge:
    """A merge with the words around it."""

    merge: PersonMerge
    merged_name: str
    organisation: str


def list_merges_of(person_id: int) -> list[ListedMerge]:
    """Lists the merges, undone ones too, that ever made others one with a person, the latest first."""
    merged = aliased(Person)
    rows = session.execute(
        select(PersonMerge, merged.name, Organisation.name)
        .join(merged, merged.id == PersonMerge.merged_id)
        .join(Organisation, Organisation.id == PersonMerge.organisation_id)
        .where(or_(PersonMerge.kept_id == person_id, PersonMerge.merged_id == person_id))
        .order_by(PersonMerge.recorded_at.desc(), PersonMerge.id.desc())
    )
    return [ListedMerge(*row) for row in rows]


def load_merge_for(actor: Actor, merge_id: int) -> PersonMerge:
    """Loads a merge done in the name of an organisation of the actor's. Raises ``NotThere``."""
    merge = session.get(PersonMerge, merge_id) if merge_id <= LARGEST_ID else None
    if merge is None or not policy.may_change_employment(actor, merge.organisation_id):
        raise NotThere
    return merge


def lock_persons(persons: Iterable[int]) -> None:
    """Lets one transaction at a time merge some persons, in the order of their numbers so that none waits for ever."""
    session.execute(locked(select(Person.id).where(Person.id.in_(sorted(persons))).order_by(Person.id)))


def list_standing_merges(persons: Collection[int]) -> Sequence[PersonMerge]:
    """Lists the merges now standing that name any of some persons."""
    numbers = sorted(persons)
    return session.scalars(
        select(PersonMerge).where(
            known_merge(), or_(PersonMerge.kept_id.in_(numbers), PersonMerge.merged_id.in_(numbers))
        )
    ).all()


def employers_of(persons: Collection[int]) -> frozenset[int]:
    """Returns the organisations that employ or employed any of some persons."""
    statement = select(Employment.organisation_id).where(Employment.person_id.in_(sorted(persons)))
    return frozenset(session.scalars(statement))


@dataclass(frozen=True, slots=True)
class Likely:
    """Somebody who may be the same human being, and why: the same e-mail or the same name."""

    person_id: int
    name: str
    staff_number: str
    organisation: str
    same_email: bool


def list_likely(actor: Actor, person: Person, members: Collection[int]) -> list[Likely]:
    """Lists people an actor may see who have a person's e-mail or name, besides those known to be one with them."""
    same_name = func.lower(Person.name) == func.lower(person.name)
    same_email = Person.email == person.email if person.email else None
    rows = session.execute(
        select(Person.id, Person.name, Employment.staff_number, Organisation.name, Person.email)
        .join(Employment, Employment.person_id == Person.id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .where(
            policy.visible_employments(actor),
            Person.id.not_in(sorted(members)),
            same_name if same_email is None else or_(same_name, same_email),
        )
        .order_by(Person.id, Employment.id)
        .limit(MOST_SUGGESTED)
    )
    return [Likely(*row[:4], bool(person.email) and row[4] == person.email) for row in rows]


def find_visible_by_number(actor: Actor, organisation_id: int, staff_number: str) -> int | None:
    """Finds who has a staff number at an organisation of the actor's, whatever the case."""
    if not actor.covers(Role.HR, organisation_id):
        return None
    return session.scalars(
        select(Employment.person_id)
        .where(
            Employment.organisation_id == organisation_id,
            func.lower(Employment.staff_number) == func.lower(staff_number),
        )
        .limit(1)
    ).one_or_none()
