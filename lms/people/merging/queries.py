"""Every SELECT about merged person records."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations, islice

from sqlalchemy import BindParameter, ColumnElement, CompoundSelect, case, false, func, or_, select, union_all
from sqlalchemy.orm import joinedload

from lms.kernel.actor import Actor, Role
from lms.kernel.batches import execute_in_batches
from lms.kernel.db import read_rows, session
from lms.kernel.errors import require_found
from lms.people import policy
from lms.people.merging.rules import is_similar_name, merged_ids, resolve_merges
from lms.people.models import Employment, Organisation, Person, PersonMerge, Placement
from lms.people.queries import contains_words, find_employment_by_number, visible_placements
from lms.people.rules import overlap

MOST_SUGGESTED = 10
"""How many possible duplicates are suggested."""


def known_merges(known_as_of: datetime | None = None) -> ColumnElement[bool]:
    """Returns the condition on merges known at a moment (None: now) and not undone by then."""
    if known_as_of is None:
        return PersonMerge.retracted_at.is_(None)
    still = or_(PersonMerge.retracted_at.is_(None), PersonMerge.retracted_at > known_as_of)
    return (PersonMerge.recorded_at <= known_as_of) & still


# Written once, because it is run on most pages of HR.
_PAIRS = select(PersonMerge.surviving_id, PersonMerge.merged_id)
_PAIRS_NOW = _PAIRS.where(known_merges())


def load_canonical_ids(known_as_of: datetime | None = None) -> dict[int, int]:
    """Returns the canonical person id by merged person id, as known at a moment (None: now). One query."""
    rows = read_rows(_PAIRS_NOW if known_as_of is None else _PAIRS.where(known_merges(known_as_of)))
    return resolve_merges((surviving, merged) for surviving, merged in rows)


def load_merged_ids(person_id: int) -> frozenset[int]:
    """Returns the ids of a person and of all records merged with theirs now. One query."""
    return merged_ids([person_id], load_canonical_ids())


def select_merged_ids(person_id: int | BindParameter[int]) -> CompoundSelect[int]:
    """Returns the subquery of the ids of a person and of all records merged with theirs now.

    Operations let no merges chain, so one step up and one down reach everybody.
    """
    surviving = select(PersonMerge.surviving_id).where(known_merges(), PersonMerge.merged_id == person_id)
    others = select(PersonMerge.merged_id).where(
        known_merges(), or_(PersonMerge.surviving_id == person_id, PersonMerge.surviving_id.in_(surviving))
    )
    return union_all(select(Person.id).where(Person.id == person_id), surviving, others)


def load_surviving_person_for(actor: Actor, person_id: int) -> tuple[Person, frozenset[int]]:
    """Loads the person whose record survives a merge, and the ids of all merged records, this one included.

    Raises ``NotThere`` where an actor may see none of them. Two queries.
    """
    canonical_ids = load_canonical_ids()
    ids = merged_ids([person_id], canonical_ids)
    visible = select(Employment.id).where(Employment.person_id.in_(ids), policy.visible_employments(actor))
    surviving_id = canonical_ids.get(person_id, person_id)
    person = require_found(session.scalar(select(Person).where(Person.id == surviving_id, visible.exists())))
    return person, ids


def list_employers(person_id: int) -> Sequence[Organisation]:
    """Lists the organisations that employ or employed a person, merged records included, by name."""
    employers = select(Employment.organisation_id).where(Employment.person_id.in_(select_merged_ids(person_id)))
    return session.scalars(select(Organisation).where(Organisation.id.in_(employers)).order_by(Organisation.name)).all()


def list_merges_of(person_id: int) -> Sequence[PersonMerge]:
    """Lists the merges of a person with the record merged, undone ones too, the latest first."""
    return session.scalars(
        select(PersonMerge)
        .options(joinedload(PersonMerge.merged))
        .where(or_(PersonMerge.surviving_id == person_id, PersonMerge.merged_id == person_id))
        .order_by(PersonMerge.recorded_at.desc(), PersonMerge.id.desc())
    ).all()


def load_merge_for(actor: Actor, merge_id: int) -> PersonMerge:
    """Loads a merge done in the name of an organisation of the actor's. Raises ``NotThere``."""
    visible = policy.within_scope(actor, PersonMerge.organisation_id)
    return require_found(session.scalar(select(PersonMerge).where(PersonMerge.id == merge_id, visible)))


def list_active_merges(person_ids: Collection[int]) -> Sequence[PersonMerge]:
    """Lists the merges that name any of some persons and are not undone."""
    ids = sorted(person_ids)
    named = or_(PersonMerge.surviving_id.in_(ids), PersonMerge.merged_id.in_(ids))
    return session.scalars(select(PersonMerge).where(known_merges(), named)).all()


def list_overlapping_placements(
    actor: Actor, person_ids: Collection[int] | None = None
) -> list[tuple[Placement, Placement]]:
    """Lists pairs of placements under two numbers of one person at one organisation that share a day.

    They come from merging records, and counting both would be wrong. Of some persons, or of all whose records are
    merged, as far as an actor may see them; each with station, employment, person and organisation. Two queries.
    """
    canonical_ids = load_canonical_ids()
    ids = {*canonical_ids, *canonical_ids.values()} if person_ids is None else set(person_ids)
    if not ids:
        return []
    active = visible_placements(actor).where(Placement.retracted_at.is_(None))
    statement = active.order_by(Placement.from_on, Placement.id)
    together: defaultdict[tuple[int, int], list[Placement]] = defaultdict(list)
    for row in execute_in_batches(statement, Employment.person_id, sorted(ids)):
        person_id = row.Placement.employment.person_id
        place = canonical_ids.get(person_id, person_id), row.Placement.employment.organisation_id
        together[place].append(row.Placement)
    return [
        (one, other)
        for placements in together.values()
        for one, other in combinations(placements, 2)
        if one.employment_id != other.employment_id
        and overlap(one.from_on, one.through_on, other.from_on, other.through_on)
    ]


# One row for each staff number of a person.
_NUMBERS = (
    select(Person.id.label("person_id"), Person.name, Employment.staff_number, Organisation.name.label("organisation"))
    .join(Employment, Employment.person_id == Person.id)
    .join(Organisation, Organisation.id == Employment.organisation_id)
)


@dataclass(frozen=True, slots=True)
class SimilarPerson:
    """Somebody, under one number, who may be the same human being: same e-mail, or same or similar name."""

    person_id: int
    name: str
    staff_number: str
    organisation: str
    same_email: bool = False
    # Of the last placement; empty where there is none.
    from_on: date | None = None
    through_on: date | None = None


def list_possible_duplicates(actor: Actor, person: Person, already_merged: Collection[int]) -> list[SimilarPerson]:
    """Lists people whom an actor may see and who have a person's e-mail or name, without those already merged."""
    same_name = func.lower(Person.name) == func.lower(person.name)
    same_email = func.coalesce(Person.email == person.email, false()) if person.email else false()
    rows = session.execute(
        _NUMBERS.add_columns(same_email.label("same_email"))
        .where(
            policy.visible_employments(actor),
            Person.id.not_in(sorted(already_merged)),
            or_(same_name, Person.email == person.email) if person.email else same_name,
        )
        .order_by(Person.id, Employment.id)
        .limit(MOST_SUGGESTED)
    )
    return [SimilarPerson(**row._mapping) for row in rows]


def find_person_id_by_number(actor: Actor, organisation_id: int, staff_number: str) -> int | None:
    """Finds who has a staff number at an organisation where the actor is HR, whatever the case."""
    if not actor.covers(Role.HR, organisation_id):
        return None
    employment = find_employment_by_number(organisation_id, staff_number)
    return employment.person_id if employment else None


def list_similar_people(actor: Actor, organisation_id: int, name: str, staff_number: str) -> list[SimilarPerson]:
    """Lists people whom an actor may see under the same or a similar name, the last placement's days with each.

    Nobody where the number is recorded: then it says who is meant. Looked at are people who have a word of the name,
    or one that begins like it.
    """
    if find_employment_by_number(organisation_id, staff_number) is not None:
        return []
    beginnings = {word[:3] for word in name.replace(",", " ").split() if len(word) > 1}
    all_end = func.count(Placement.through_on) == func.count(Placement.id)
    rows = session.execute(
        _NUMBERS.add_columns(
            func.max(Placement.from_on).label("from_on"),
            # Open where one placement is open: then fewer have a last day than there are.
            case((all_end, func.max(Placement.through_on))).label("through_on"),
        )
        .outerjoin(Placement, (Placement.employment_id == Employment.id) & Placement.retracted_at.is_(None))
        .where(policy.visible_employments(actor), or_(*(contains_words(part, Person.name) for part in beginnings)))
        .group_by(Person.id, Employment.id, Organisation.id)
        .order_by(func.lower(Person.name), Employment.id)
    )
    found = (row for row in rows if is_similar_name(name, row.name))
    return [SimilarPerson(**row._mapping) for row in islice(found, MOST_SUGGESTED)]
