"""The print list: staff without e-mail who have something due, by station."""

from datetime import date
from typing import Any

from sqlalchemy import Row

from lms.compliance.api import Scope, load_population
from lms.kernel.actor import Actor
from lms.kernel.pagination import Pagination
from lms.reminders.due_dates import compute_due_dates
from lms.reminders.queries.print_list import list_staff_without_email
from lms.reminders.rules import Due, items_to_list

PEOPLE_PER_PAGE = 500
"""How many staff without e-mail one page of the list checks."""

PrintListEntry = tuple[Row[*tuple[Any, ...]], list[tuple[str, Due]]]
"""Somebody to inform, and of what: title and due date of each training, the earliest first."""


def build_print_list(actor: Actor, day: date, station: str, page: int) -> Pagination[PrintListEntry]:
    """Lists staff without e-mail of the actor's organisations who have something due; seven queries a page.

    The ``total`` counts everybody without e-mail, also those who have nothing due.
    """
    people = list_staff_without_email(actor, day, station, page, PEOPLE_PER_PAGE)
    if not people.items:
        return people.with_items([])
    loaded, posts = load_population(
        Scope(
            organisations=frozenset(each.organisation_id for each in people.items),
            persons=frozenset(each.person_id for each in people.items),
        )
    )
    dues, _counts = compute_due_dates(posts, day)
    # Somebody with two placements in one organisation is listed once.
    entries: dict[tuple[int, int], PrintListEntry] = {}
    for each in people.items:
        mine = [due for due in dues.get(each.person_id, []) if due.organisation_id == each.organisation_id]
        if listed := [(loaded.courses[due.course_id].title, due) for due in items_to_list(day, mine)]:
            entries.setdefault((each.person_id, each.organisation_id), (each, listed))
    return people.with_items(list(entries.values()))
