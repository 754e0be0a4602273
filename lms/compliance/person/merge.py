"""Two records side by side, to decide whether they are the same person's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lms.certification.api import RecordedAward, list_awards_seen_by
from lms.compliance.person.queries import NamedPlacement, list_named_placements
from lms.compliance.source_data.population import StatusRow, statuses_of
from lms.kernel.actor import Actor
from lms.kernel.errors import NotThere
from lms.people.api import list_employments_of, load_surviving_person_for, sector_names
from lms.people.models import Employment, Person


@dataclass(frozen=True, slots=True)
class ComparedRecord:
    """One of two records: where the person works, their awards, and their statuses today."""

    person: Person
    employments: Sequence[Employment]
    placements: Sequence[NamedPlacement]
    awards: Sequence[RecordedAward]
    statuses: Sequence[StatusRow]

    @property
    def staff_numbers(self) -> str:
        """Returns the staff numbers, separated by commas."""
        return ", ".join(each.staff_number for each in self.employments)


def load_compared_records_for(
    actor: Actor, person_id: int, other_id: int, today: date, language: str
) -> tuple[ComparedRecord, ComparedRecord]:
    """Loads two records; raises NotThere where the actor may not see one, or they are already merged."""
    person, persons = load_surviving_person_for(actor, person_id)
    other, others = load_surviving_person_for(actor, other_id)
    if person.id == other.id:
        raise NotThere
    return _load(actor, person, persons, today, language), _load(actor, other, others, today, language)


def _load(actor: Actor, person: Person, persons: frozenset[int], today: date, language: str) -> ComparedRecord:
    employments = list_employments_of(actor, persons)
    return ComparedRecord(
        person=person,
        employments=employments,
        placements=list_named_placements(employments, sector_names(language)),
        awards=list_awards_seen_by(actor, person.id),
        statuses=statuses_of(person.id, today, organisations={each.organisation_id for each in employments}),
    )
