"""The daily run: who is written to, once, whatever is interrupted or started twice."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import DatabaseError

from lms.audit.models import AuditEntry
from lms.compliance.requirements import operations as exemptions
from lms.kernel import db as database, outbox
from lms.kernel.actor import Role
from lms.kernel.clock import FixedClock, using
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.errors import Refusal
from lms.kernel.outbox import OutboxRow
from lms.people.api import merge_people
from lms.people.models import Person
from lms.reminders import jobs, operations
from lms.reminders.models import Reminder, SectorFocalPoint
from tests.factories.compliance import earned, hr_of, revoked
from tests.reminders.world import DAY, World, delivered, due_in, on, sent, the_run


def test_each_is_written_to_at_their_moment(app: Flask) -> None:
    with on(app):
        world = World(due_days=40)
        with unit_of_work():
            for name, days in (
                ("Far", 31), ("Month", 30), ("Fortnight", 14), ("Tomorrow", 1), ("Today", 0), ("Yesterday", -1),
                ("Long", -60),
            ):  # fmt: skip
                world.person(name, since=due_in(days, due_days=40))
        run = jobs.send(DAY)
        assert (run.people, run.mails, run.without_email) == (7, 6, 0)
        assert sent() == [
            ("2026-03-03", "Month", "in_30"),
            ("2026-03-03", "Fortnight", "in_14"),
            ("2026-03-03", "Tomorrow", "in_1"),
            ("2026-03-03", "Today", "in_1"),
            ("2026-03-03", "Yesterday", "after"),
            ("2026-03-03", "Long", "weekly"),
        ]


def test_certificates_count_as_due_on_their_last_valid_day(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            for name, days in (("Ending", 30), ("Held", 90), ("Ended", -1), ("Gone", -40)):
                who = session.get_one(Person, world.person(name, since=date(2024, 6, 1)))
                earned(who, world.course, date(2025, 2, 1), DAY + timedelta(days=days))
            who = session.get_one(Person, world.person("Taken", since=date(2024, 6, 1)))
            award = earned(who, world.course, date(2025, 2, 1), DAY + timedelta(days=90))
            revoked(award, DAY - timedelta(days=3))
        jobs.send(DAY)
        assert [line[1:] for line in sent()] == [
            ("Ending", "in_30"),
            ("Ended", "after"),
            ("Gone", "weekly"),
            ("Taken", "after"),
        ]


def test_nobody_hurries_for_what_will_not_be_due(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            away = world.person("Away", since=due_in(7))
            soon_away = world.person("Soon", since=due_in(7))
            world.person("Leaver", since=due_in(7), through=DAY + timedelta(days=3))
            world.person("Left", since=due_in(-20), through=DAY - timedelta(days=1))
            world.person("Starter", since=DAY + timedelta(days=1))
            for who, first in ((away, DAY), (soon_away, DAY + timedelta(days=2))):
                exemptions.exempt(
                    hr_of(world.here), person_id=who, requirement_id=world.mine, organisation_id=world.here,
                    from_on=first, until_on=DAY + timedelta(days=60), kind="leave", reason="Away",
                )  # fmt: skip
        run = jobs.send(DAY)
        assert (run.people, run.mails) == (3, 0)
        assert sent() == []


def test_people_without_email_are_counted(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("Paper", since=due_in(3), email=False)
            world.person("Settled", since=DAY - timedelta(days=900), email=False)
            who = session.scalars(select(Person).where(Person.name == "Settled")).one()
            earned(who, world.course, DAY - timedelta(days=10))
        run = jobs.send(DAY)
        assert (run.people, run.mails, run.without_email) == (2, 0, 1)
        assert run.counts[str(world.here)]["wash"]["without_email"] == 1


def test_over_weeks_nobody_gets_two_in_seven_days(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("Amina", since=due_in(14))
    for offset in range(40):
        with on(app, DAY + timedelta(days=offset)):
            jobs.send(DAY + timedelta(days=offset))
            # What is written is sent: while a mail waits, the next one would not be written.
            delivered()
    with app.app_context():
        assert [(date.fromisoformat(day) - DAY, kind) for day, _name, kind in sent()] == [
            (timedelta(days=0), "in_14"),
            (timedelta(days=13), "in_1"),
            (timedelta(days=20), "after"),
            (timedelta(days=27), "weekly"),
            (timedelta(days=34), "weekly"),
        ]


def test_while_a_mail_waits_no_other_is_written(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("Amina", since=due_in(-1))
        jobs.send(DAY)
    later = DAY + timedelta(days=30)
    with on(app, later):
        jobs.send(later)
        assert outbox.sweep() == 0, "no mail server is set"
        assert [line[0] for line in sent()] == ["2026-03-03"]


def test_running_twice_sends_nothing_twice(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("Amina", since=due_in(1))
        first = jobs.send(DAY)
        with unit_of_work():
            world.person("NewHire", since=due_in(1))
        again = jobs.send(DAY)
        assert (first.id, first.mails) == (again.id, again.mails)
        assert [line[1] for line in sent()] == ["Amina"]
        with reading():
            runs = session.scalars(select(AuditEntry).where(AuditEntry.action == "reminders.run")).all()
            assert [entry.detail["mails"] for entry in runs] == [1]


def test_killed_half_way_it_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    with on(app):
        world = World()
        with unit_of_work():
            for number in range(7):
                world.person(f"Person{number}", since=due_in(1))
        seen: list[str] = []

        def die(sentence: str) -> None:
            seen.append(sentence)
            if len(seen) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            jobs.send(DAY, die)
        half = the_run()
        assert (half.people, half.mails, half.finished_at) == (4, 4, None)
        whole = jobs.send(DAY)
        assert (whole.people, whole.mails) == (7, 7)
        assert whole.finished_at is not None
        assert whole.counts[str(world.here)]["wash"]["people"] == 7
        assert [line[1] for line in sent()] == [f"Person{number}" for number in range(7)]


def test_killed_inside_a_batch_leaves_nothing_of_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            for number in range(3):
                world.person(f"Person{number}", since=due_in(1))
        written = []

        def die(_mapper: object, _connection: object, reminder: Reminder) -> None:
            written.append(reminder)
            if len(written) == 3:
                raise KeyboardInterrupt

        event.listen(Reminder, "before_insert", die)
        try:
            with pytest.raises(KeyboardInterrupt):
                jobs.send(DAY)
        finally:
            event.remove(Reminder, "before_insert", die)
        assert sent() == []
        with reading():
            assert session.scalar(select(func.count(OutboxRow.id))) == 0
        assert jobs.send(DAY).mails == 3


def test_two_workers_at_once_write_each_mail_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BATCH", 3)
    with on(app):
        world = World()
        with unit_of_work():
            for number in range(12):
                world.person(f"Person{number:02}", since=due_in(1))
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with on(app):
                jobs.send(DAY)
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    with app.app_context():
        assert [line[1] for line in sent()] == [f"Person{number:02}" for number in range(12)]
        assert (the_run().people, the_run().mails) == (12, 12)


def test_a_mail_for_two_organisations_is_one_mail_and_two_lines_of_the_log(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            amina = world.person("Amina", since=due_in(1))
            world.also_at(amina, world.there, due_in(10))
        jobs.send(DAY)
        assert sent() == [("2026-03-03", "Amina", "in_1"), ("2026-03-03", "Amina", "in_14")]
        with reading():
            assert session.scalar(select(func.count(OutboxRow.id))) == 1
            keys = set(session.scalars(select(Reminder.outbox_key)))
        assert len(keys) == 1


def test_merged_records_are_one_person(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            # The surviving record has left; the placement in force is the other one's.
            survivor = world.person("Amina", since=due_in(-90), through=DAY - timedelta(days=80))
            twin = world.person("Twin", since=due_in(-1))
        jobs.send(DAY - timedelta(days=1))
        assert [line[1:] for line in sent()] == [("Twin", "in_1")]
        delivered()
        with unit_of_work():
            merge_people(hr_of(world.here), surviving_id=survivor, merged_id=twin, reason="The same person")
        run = jobs.send(DAY)
        assert (run.people, run.counts[str(world.here)]["wash"]["people"]) == (1, 1)
        assert len(sent()) == 1, "a mail to the other record was a mail to the same person"
    # The mail of the day before went out today, so the next one may go out in a week.
    later = DAY + timedelta(days=7)
    with on(app, later):
        jobs.send(later)
        assert sent()[1:] == [(later.isoformat(), "Amina", "weekly")]


def test_nothing_is_sent_before_its_day(app: Flask) -> None:
    with on(app):
        World()
        with pytest.raises(Refusal, match="in the future"):
            jobs.send(DAY + timedelta(days=1))


def test_a_past_day_cannot_bring_two_mails_together(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("Amina", since=due_in(-30))
        jobs.send(DAY)
        jobs.send(DAY - timedelta(days=6))
        assert len(sent()) == 1


def test_the_worker_waits_for_the_hour_and_runs_once(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("Amina", since=due_in(1))
    app.extensions["settings"] = app.extensions["settings"].model_copy(
        update={"reminders_hour": 10, "time_zone": "Asia/Kathmandu"}
    )
    with app.app_context():
        for moment, runs in (("2026-03-03T04:14", 0), ("2026-03-03T04:15", 1), ("2026-03-03T12:00", 1)):
            with using(FixedClock(datetime.fromisoformat(moment).replace(tzinfo=UTC))):
                jobs.send_due()
            with reading():
                assert len(set(session.scalars(select(Reminder.run_id)))) == runs, moment


def test_figures_go_to_hr_and_focal_points_once_a_week(app: Flask) -> None:
    monday = date(2026, 3, 2)
    with on(app, monday):
        world = World()
        with unit_of_work():
            world.person("Hana", since=date(2024, 6, 1), roles=(Role.HR,))
            world.person("Lead", since=date(2024, 6, 1))
            world.person("Other", since=date(2024, 6, 1), at=world.there)
            for sector in ("wash", "health"):
                operations.appoint_focal_point(
                    hr_of(world.here), world.here, sector, "lead@demo.example", reason="Leads"
                )
    for offset in range(8):
        with on(app, monday + timedelta(days=offset)):
            jobs.send(monday + timedelta(days=offset))
    with app.app_context():
        digests = [line for line in sent() if line[2].endswith("_week")]
        assert digests == [
            ("2026-03-02", "Hana", "hr_week"),
            ("2026-03-02", "Lead", "sector_week"),
            ("2026-03-09", "Hana", "hr_week"),
            ("2026-03-09", "Lead", "sector_week"),
        ]
        assert the_run(monday).digests == 2


def test_figures_count_newly_late_and_ending(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("New", since=due_in(-7))
            world.person("Old", since=due_in(-8))
            world.person("Timely", since=due_in(5), sector="health")
            who = session.get_one(Person, world.person("Ending", since=date(2024, 6, 1)))
            earned(who, world.course, date(2025, 6, 1), DAY + timedelta(days=30))
        figures = jobs.send(DAY).counts[str(world.here)]
        assert figures["wash"] == {
            "people": 3, "late": 2, "newly_late": 1, "without_email": 0, "compliant": 1, f"ending:{world.course}": 1,
        }  # fmt: skip
        assert figures["health"] == {"people": 1, "in_time": 1, "without_email": 0}


def test_what_was_sent_stays(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("Amina", since=due_in(1), roles=(Role.HR,))
        jobs.send(DAY)
        with unit_of_work():
            focal_point = operations.appoint_focal_point(
                hr_of(world.here), world.here, "wash", "P-1", reason="Leads the sector"
            )
            operations.withdraw_focal_point(hr_of(world.here), focal_point.id, reason="Moved on")
        for statement in (
            "UPDATE reminder SET kind = 'weekly'",
            "DELETE FROM reminder",
            "DELETE FROM reminder_run",
            "DELETE FROM sector_focal_point",
            "UPDATE sector_focal_point SET retracted_at = NULL",
            "UPDATE sector_focal_point SET sector = 'health'",
        ):
            with pytest.raises(DatabaseError), unit_of_work():
                session.connection().exec_driver_sql(statement)
        with reading():
            (focal_point,) = session.scalars(select(SectorFocalPoint))
            assert focal_point.retracted_at is not None


def test_a_run_asks_the_same_number_of_queries_whatever_the_people(app: Flask) -> None:
    counts = []
    with on(app):
        world = World()
        for more, day in ((1, DAY - timedelta(days=1)), (20, DAY)):
            with unit_of_work():
                for number in range(more):
                    who = world.person(f"P{more}x{number}", since=DAY - timedelta(days=900))
                    earned(session.get_one(Person, who), world.course, DAY - timedelta(days=40))
            statements: list[str] = []

            def note(_c: object, _u: object, statement: str, *_more: object) -> None:
                statements.append(statement)  # noqa: B023 - read before the next round

            event.listen(database.db.engine, "before_cursor_execute", note)
            jobs.send(day)
            event.remove(database.db.engine, "before_cursor_execute", note)
            counts.append(len(statements))
    # The first run reads the requirements into the process.
    assert counts[0] >= counts[1]
