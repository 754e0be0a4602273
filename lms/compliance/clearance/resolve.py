"""Who is meant by staff numbers, addresses and serials, many at a time."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from lms.certification.models import Award
from lms.kernel.actor import Actor
from lms.kernel.batches import batched
from lms.kernel.db import session
from lms.people.api import visible_employments, visible_people
from lms.people.models import Employment, Organisation, Person, Placement

TOGETHER = 500
"""How many values one query asks for: well below what either database takes."""


@dataclass(frozen=True, slots=True)
class MatchedEmployment:
    """An employment that an actor may see: who, where, and under which number."""

    person_id: int
    organisation_id: int
    staff_number: str
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class CertificateOwner:
    """Whose an award is, and the day it was earned."""

    person_id: int
    earned_on: date


def folded(text: str) -> str:
    """Returns a text as it is compared: whatever the case of its letters."""
    return text.lower()


def list_by_numbers(actor: Actor, numbers: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """Lists, by folded staff number, persons and organisations of the actor's where somebody has it."""
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    # SQLite folds the 26 letters only, so a number with others is also asked for as it was typed.
    for batch in batched(
        sorted({spelling for number in numbers for spelling in (folded(number), number)}), TOGETHER
    ):
        rows = session.execute(
            select(Employment.staff_number, Employment.person_id, Employment.organisation_id).where(
                visible_employments(actor), func.lower(Employment.staff_number).in_(batch)
            )
        )
        for number, person, organisation in rows:
            if (person, organisation) not in found[folded(number)]:
                found[folded(number)].append((person, organisation))
    return found


def list_by_emails(actor: Actor, emails: Collection[str]) -> dict[str, list[int]]:
    """Lists, by address in lower case, the persons of the actor's who have it."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for batch in batched(sorted({folded(email) for email in emails}), TOGETHER):
        rows = session.execute(
            select(Person.email, Person.id).where(Person.email.in_(batch), visible_people(actor))
        )
        for email, person in rows:
            found[folded(email or "")].append(person)
    return found


def list_by_serials(serials: Collection[str]) -> dict[str, CertificateOwner]:
    """Returns, by stored serial, whose award it is: of anybody, since anybody may verify a serial."""
    found: dict[str, CertificateOwner] = {}
    for batch in batched(sorted(set(serials)), TOGETHER):
        rows = session.execute(
            select(Award.serial, Award.person_id, Award.earned_on).where(Award.serial.in_(batch))
        )
        found.update({serial: CertificateOwner(person, earned) for serial, person, earned in rows})
    return found


def list_met(actor: Actor, persons: Collection[int]) -> list[MatchedEmployment]:
    """Lists the employments of some persons that an actor may see, with the names around them."""
    found: list[MatchedEmployment] = []
    for batch in batched(sorted(persons), TOGETHER):
        rows = session.execute(
            select(
                Employment.person_id,
                Employment.organisation_id,
                Employment.staff_number,
                Person.name,
                Organisation.name,
            )
            .join(Person, Person.id == Employment.person_id)
            .join(Organisation, Organisation.id == Employment.organisation_id)
            .where(Employment.person_id.in_(batch), visible_employments(actor))
            .order_by(Employment.id)
        )
        found += [MatchedEmployment(*row) for row in rows]
    return found


def list_last_days(actor: Actor, persons: Collection[int]) -> dict[int, date | None]:
    """Returns, by person, the last day of their known placements with the actor; None where one is open."""
    found: dict[int, date | None] = {}
    for batch in batched(sorted(persons), TOGETHER):
        rows = session.execute(
            select(
                Employment.person_id,
                func.max(Placement.through_on),
                func.count(Placement.id) - func.count(Placement.through_on),
            )
            .join(Placement, Placement.employment_id == Employment.id)
            .where(
                Employment.person_id.in_(batch),
                visible_employments(actor),
                Placement.retracted_at.is_(None),
            )
            .group_by(Employment.person_id)
        )
        found.update({person: None if still else last for person, last, still in rows})
    return found
