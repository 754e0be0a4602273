"""Who is to be told on paper: people without e-mail for whom something is due, by station."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from lms.compliance.api import CourseWords, Scope, load_population
from lms.kernel.actor import Actor
from lms.reminders import list_queries
from lms.reminders.list_queries import Unreached
from lms.reminders.reckoning import reckon
from lms.reminders.rules import Due, to_tell

PART = 500
"""Of how many people without e-mail one page of the list is made; a longer list comes in parts."""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One person to be told, and of what: title and day of each thing, the earliest first."""

    person: Unreached
    dues: Sequence[tuple[str, Due]]


@dataclass(frozen=True, slots=True)
class PaperList:
    """A part of the list, by station, shaped as the pagination macro reads it; ``total`` counts all without e-mail."""

    stations: Sequence[tuple[str, Sequence[PaperLine]]]
    total: int
    page: int
    pages: int

    @property
    def has_prev(self) -> bool:
        """Says whether a part comes before."""
        return self.page > 1

    @property
    def has_next(self) -> bool:
        """Says whether a part follows."""
        return self.page < self.pages

    @property
    def people(self) -> int:
        """Counts the people of this part who are to be told something."""
        return sum(len(lines) for _station, lines in self.stations)


def list_on_paper(actor: Actor, day: date, station: str = "", page: int = 1) -> PaperList:
    """Lists whom of the actor's organisations to tell on paper, and of what; seven queries for each part."""
    total = list_queries.count_unreached(actor, day, station)
    pages = max(1, -(-total // PART))
    at = min(max(page, 1), pages)
    people = list_queries.list_unreached(actor, day, station, after=(at - 1) * PART, limit=PART)
    lines = _lines(people, day) if people else []
    stations = [(name, list(there)) for name, there in groupby(lines, key=lambda line: line.person.station)]
    return PaperList(stations, total, at, pages)


def _lines(people: Sequence[Unreached], day: date) -> list[PaperLine]:
    loaded, population = load_population(
        Scope(
            organisations=frozenset(each.organisation_id for each in people),
            persons=frozenset(each.person_id for each in people),
        )
    )
    dues = reckon(population, day).dues
    lines = []
    seen: set[tuple[int, int]] = set()
    for each in people:
        mine = [due for due in dues.get(each.person_id, []) if due.organisation_id == each.organisation_id]
        listed = to_tell(day, mine)
        # Somebody with two placements in one organisation is told once.
        if listed and (each.person_id, each.organisation_id) not in seen:
            seen.add((each.person_id, each.organisation_id))
            lines.append(PaperLine(each, [(_title(loaded.courses, due), due) for due in listed]))
    return lines


def _title(courses: dict[int, CourseWords], due: Due) -> str:
    return courses[due.course_id].title
