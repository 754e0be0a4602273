"""Two records side by side, for somebody who is to say whether they are one person's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lms.certification.api import AwardRow, list_awards_of
from lms.compliance.person.history import Placed
from lms.compliance.projection.bulk_status import explained_on
from lms.compliance.source_data.person_status import StatusRow
from lms.kernel.actor import Actor
from lms.kernel.errors import NotThere
from lms.people.api import list_employments_of, list_placements_of, list_sectors, load_surviving_person_for
from lms.people.models import Employment, Person


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: who, where and since when, what they hold and how they stand today."""

    person: Person
    employments: Sequence[Employment]
    placements: Sequence[Placed]
    awards: Sequence[AwardRow]
    statuses: Sequence[StatusRow]

    @property
    def numbers(self) -> str:
        """Returns the staff numbers, as one reads them."""
        return ", ".join(each.staff_number for each in self.employments)


def load_two_for(
    actor: Actor, person_id: int, other_id: int, today: date, language: str
) -> tuple[Side, Side]:
    """Loads two records to compare; raises NotThere where the actor may not see one, or they are one already."""
    one, members = load_surviving_person_for(actor, person_id)
    other, others = load_surviving_person_for(actor, other_id)
    if one.id == other.id:
        raise NotThere
    return _side(actor, one, members, today, language), _side(actor, other, others, today, language)


def _side(actor: Actor, person: Person, members: frozenset[int], today: date, language: str) -> Side:
    sectors = {each.slug: each.name(language) for each in list_sectors()}
    employments = list_employments_of(actor, members)
    by_id = {each.id: each for each in employments}
    places = {each.organisation_id for each in employments}
    explained = explained_on(members, places, today)
    return Side(
        person=person,
        employments=employments,
        placements=[
            Placed(each, by_id[each.employment_id], sectors.get(each.sector, each.sector))
            for each in list_placements_of(list(by_id))
        ],
        awards=list_awards_of(person.id),
        statuses=[row for rows in explained.values() for row in rows],
    )
