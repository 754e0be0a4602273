"""One person's record, as the HR of an organisation of theirs may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lms.compliance.queries.history import Happened, list_history
from lms.compliance.reading import StandingRow, standings_of
from lms.kernel.actor import Actor
from lms.people.models import Employment, Person, Placement
from lms.people.queries import list_employments_for, list_placements_of, list_sectors, load_person_for


@dataclass(frozen=True, slots=True)
class Placed:
    """A placement with the names around it."""

    placement: Placement
    employment: Employment
    sector_name: str

    def covers(self, day: date) -> bool:
        """Says whether the placement holds on a day."""
        return self.placement.from_on <= day and (
            self.placement.through_on is None or day <= self.placement.through_on
        )


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A person's record: standings on a day (None where the day could not be read) and what happened.

    What happened after the last day in the actor's organisations is not part of it: `left_on` is that day.
    """

    person: Person
    employments: Sequence[Employment]
    placements: Sequence[Placed]
    now: Placed | None
    day: date | None
    standings: Sequence[StandingRow]
    organisations: dict[int, str]
    sectors: dict[str, str]
    history: Sequence[Happened]
    left_on: date | None


def answer_person(actor: Actor, person_id: int, day: date | None, today: date, language: str) -> RecordPage:
    """Loads a person's record; raises NotThere where they are unknown or employed elsewhere only."""
    person = load_person_for(actor, person_id)
    employments = list_employments_for(actor, person_id)
    sectors = {each.slug: each.name(language) for each in list_sectors()}
    by_id = {each.id: each for each in employments}
    placements = [
        Placed(each, by_id[each.employment_id], sectors.get(each.sector, each.sector))
        for each in list_placements_of(list(by_id))
    ]
    organisations = {each.organisation_id: each.organisation.name for each in employments}
    left_on = _left_on(placements, today)
    history = list_history(person_id, organisations)
    return RecordPage(
        person=person,
        employments=employments,
        placements=placements,
        now=next((each for each in placements if each.covers(today)), None),
        day=day,
        standings=[] if day is None else standings_of(person_id, day, organisations=organisations),
        organisations=organisations,
        sectors=sectors,
        history=[each for each in history if left_on is None or each.on <= left_on],
        left_on=left_on,
    )


def _left_on(placements: Sequence[Placed], today: date) -> date | None:
    """Returns the last day of somebody who has left, None for everybody else."""
    last_days = [each.placement.through_on for each in placements]
    if not last_days or any(day is None or day >= today for day in last_days):
        return None
    return max(day for day in last_days if day is not None)
