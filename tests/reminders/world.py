"""Two organisations with training due. Clock: 3 March 2026, 09:00 UTC; one course is required, due in 14 days."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from lms.kernel.actor import Role
from lms.kernel.clock import FixedClock, now, using
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.outbox import OutboxRow
from lms.people.models import DutyStation, Organisation, Person
from lms.reminders.models import Reminder, ReminderRun
from tests.factories import people
from tests.factories.compliance import a_course, required_course

DAY = date(2026, 3, 3)


def noon(day: date) -> FixedClock:
    return FixedClock(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


@contextmanager
def on(app: Flask, day: date = DAY) -> Iterator[None]:
    """Sets the clock to a day, with an application context."""
    with app.app_context(), using(noon(day)):
        yield


class World:
    """Two organisations, one station, one course, a requirement of each organisation."""

    def __init__(self, due_days: int = 14) -> None:
        with unit_of_work():
            people.sectors()
            here, there = people.organisation(), people.organisation("hill-aid", initials="HA")
            place = people.station()
            self.course = a_course()
            self.here, self.there, self.place = here.id, there.id, place.id
            self.mine = required_course(here.id, self.course, date(2025, 1, 1), due_days=due_days).id
            self.theirs = required_course(there.id, self.course, date(2025, 1, 1), due_days=due_days).id
        self._number = 0

    def person(
        self,
        name: str,
        *,
        since: date,
        email: bool = True,
        at: int | None = None,
        sector: str = "wash",
        language: str = "en",
        through: date | None = None,
        roles: tuple[Role, ...] = (),
    ) -> int:
        """Adds somebody who began to work on a day; e-mail name@demo.example, staff number P-1 and so on."""
        self._number += 1
        organisation = session.get_one(Organisation, at or self.here)
        word = name.split(maxsplit=1)[0].lower()
        who = people.person(name, f"{word}@demo.example" if email else None)
        who.language = language
        where = session.get_one(DutyStation, self.place)
        people.placed(people.employed(who, organisation, f"P-{self._number}"), where, sector, since, through)
        people.account(who, *roles, at=organisation)
        return who.id

    def also_at(self, person_id: int, organisation_id: int, since: date) -> None:
        """Lets somebody work for a second organisation too."""
        self._number += 1
        who, there = session.get_one(Person, person_id), session.get_one(Organisation, organisation_id)
        people.placed(
            people.employed(who, there, f"P-{self._number}"), session.get_one(DutyStation, self.place), "wash", since
        )


def due_in(days: int, day: date = DAY, due_days: int = 14) -> date:
    """Returns the first day of work of somebody for whom something is due in so many days."""
    return day + timedelta(days=days - due_days)


def sent() -> list[tuple[str, str, str]]:
    """Returns what was written: day, name, kind."""
    with reading():
        rows = session.execute(
            select(Reminder.day, Person.name, Reminder.kind)
            .join(Person, Person.id == Reminder.person_id)
            .order_by(Reminder.day, Reminder.id)
        ).all()
    return [(row.day.isoformat(), row.name, row.kind) for row in rows]


def the_run(day: date = DAY) -> ReminderRun:
    """Returns the run of a day."""
    with reading():
        run = session.scalars(select(ReminderRun).where(ReminderRun.day == day)).one()
        session.expunge(run)
        return run


def delivered() -> None:
    """Closes every mail as the worker does once the mail server has taken it."""
    with unit_of_work():
        session.query(OutboxRow).filter(OutboxRow.done_at.is_(None)).update({"done_at": now(), "payload": {}})
