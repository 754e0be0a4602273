"""The daily run: everybody in batches, each its own transaction, then the weekly figures. Started again it goes on."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import structlog
from flask import current_app

from lms.compliance.api import Scope, load_population
from lms.kernel import clock
from lms.kernel.config import Settings
from lms.kernel.db import reading, unit_of_work
from lms.kernel.worker import PeriodicJob
from lms.reminders import operations, queries
from lms.reminders.errors import AheadOfTheDay
from lms.reminders.models import ReminderRun
from lms.reminders.operations import Batch, Planned
from lms.reminders.reckoning import Figures, reckon

log = structlog.get_logger(__name__)

BATCH = 500
"""How many people are looked at and written to in one transaction."""


def house_day() -> date:
    """Returns today in the house's time zone: the day that reminders belong to."""
    settings: Settings = current_app.extensions["settings"]
    return clock.today(settings.time_zone)


def send_due() -> None:
    """Does today's run where its hour has come and it is not done yet; the worker asks every quarter of an hour."""
    settings: Settings = current_app.extensions["settings"]
    if clock.now().astimezone(ZoneInfo(settings.time_zone)).hour < settings.reminders_hour:
        return
    day = house_day()
    with reading():
        run = queries.find_run(day)
        done = run is not None and run.finished_at is not None
    if not done:
        send(day)


def send(day: date, tell: Callable[[str], None] = lambda _sentence: None) -> ReminderRun:
    """Sends the reminders of a day, or goes on where an earlier start was interrupted, and returns the run.

    A day that is done is left alone. Standings are read before the transaction that writes, so that nobody waits for
    it. Raises ``AheadOfTheDay``.
    """
    if day > house_day():
        raise AheadOfTheDay(
            "Mails are not sent before their day. To see what a day will bring, ask for a dry run."
        )
    with unit_of_work():
        run = operations.begin(day)
        done, looked_at = run.finished_at is not None, run.through_person_id
    while not done and (batch := _next(day, looked_at)) is not None:
        with unit_of_work():
            operations.send_batch(batch)
        before, looked_at = looked_at, _where(day)
        if looked_at == before:
            # Another worker has ended the run meanwhile.
            break
        tell(f"{len(batch.people)} people looked at")
    with reading():
        run_now = queries.find_run(day)
        organisations = [] if done or run_now is None else list(Figures.of(run_now.figures).counts)
    for organisation_id in organisations:
        with unit_of_work():
            operations.send_digests(day, organisation_id)
    with unit_of_work() as session:
        run = operations.finish(day)
        session.expunge(run)
    log.info("reminders sent", day=day.isoformat(), people=run.people, mails=run.mails)
    return run


def _where(day: date) -> int:
    with reading():
        run = queries.find_run(day)
        return 0 if run is None else run.through_person_id


def _next(day: date, after: int) -> Batch | None:
    """Reads the next people of a day and reckons what they must do."""
    with reading():
        people = queries.list_batch(day, after, BATCH)
        if not people:
            return None
        loaded, population = load_population(Scope(persons=frozenset(person.person_id for person in people)))
        reckoned = reckon(
            population,
            day,
            without_email={person.person_id for person in people if person.email is None},
        )
        names = queries.name_organisations(reckoned.figures.counts)
    return Batch(day, after, people, reckoned, loaded.courses, names)


def rehearse(day: date) -> tuple[list[Planned], int]:
    """Returns what the run of a day would send as things stand now, and how many are to be told on paper.

    It writes nothing.
    """
    planned: list[Planned] = []
    after = on_paper = 0
    while (batch := _next(day, after)) is not None:
        with reading():
            last_mails = queries.find_last_mails([person.person_id for person in batch.people])
        planned += operations.plan(batch, last_mails)
        on_paper += operations.count_on_paper(batch)
        after = batch.through
    return planned, on_paper


JOBS = [PeriodicJob("reminders.send", send_due, minute="*/15")]
