"""The print list: staff without e-mail who have something due, by station."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from lms.compliance.api import CourseTitle, Scope, load_population
from lms.kernel.actor import Actor
from lms.kernel.pagination import Pagination, clamp_page
from lms.reminders.due_dates import compute_due_dates
from lms.reminders.queries import print_list as print_list_queries
from lms.reminders.queries.print_list import StaffWithoutEmail
from lms.reminders.rules import Due, items_to_list

PEOPLE_PER_PAGE = 500
"""How many staff without e-mail one page of the list checks."""


@dataclass(frozen=True, slots=True)
class PrintListEntry:
    """Somebody to inform, and of what: title and due date of each training, the earliest first."""

    person: StaffWithoutEmail
    dues: Sequence[tuple[str, Due]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintList(Pagination[PrintListEntry]):
    """A page of the list; ``total`` counts everybody without e-mail, also those who have nothing due."""

    @property
    def stations(self) -> list[tuple[str, list[PrintListEntry]]]:
        """Returns the entries by station."""
        grouped = groupby(self.items, key=lambda entry: entry.person.station)
        return [(station, list(entries)) for station, entries in grouped]


def build_print_list(actor: Actor, day: date, station: str = "", page: int = 1) -> PrintList:
    """Lists staff without e-mail of the actor's organisations who have something due; seven queries a page."""
    total = print_list_queries.count_staff_without_email(actor, day, station)
    page = clamp_page(page, total, PEOPLE_PER_PAGE)
    people = print_list_queries.list_staff_without_email(
        actor, day, station, after=(page - 1) * PEOPLE_PER_PAGE, limit=PEOPLE_PER_PAGE
    )
    return PrintList(items=_entries(people, day) if people else [], total=total, page=page, per_page=PEOPLE_PER_PAGE)


def _entries(people: Sequence[StaffWithoutEmail], day: date) -> list[PrintListEntry]:
    loaded, population = load_population(
        Scope(
            organisations=frozenset(each.organisation_id for each in people),
            persons=frozenset(each.person_id for each in people),
        )
    )
    dues = compute_due_dates(population, day).dues
    entries = []
    seen: set[tuple[int, int]] = set()
    for each in people:
        mine = [due for due in dues.get(each.person_id, []) if due.organisation_id == each.organisation_id]
        listed = items_to_list(day, mine)
        # Somebody with two placements in one organisation is listed once.
        if listed and (each.person_id, each.organisation_id) not in seen:
            seen.add((each.person_id, each.organisation_id))
            entries.append(PrintListEntry(each, [(_title(loaded.courses, due), due) for due in listed]))
    return entries


def _title(courses: dict[int, CourseTitle], due: Due) -> str:
    return courses[due.course_id].title
