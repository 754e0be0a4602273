"""Reports by e-mail: who may get one, when it goes out, what it says, and how it ends."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lms.accounts.models import Account, RoleGrant
from lms.audit.models import AuditEntry
from lms.compliance.errors import RecipientNotAllowed
from lms.compliance.report.export.models import SavedView
from lms.compliance.report.schedule import jobs, operations, queries
from lms.compliance.report.schedule.models import ReportSchedule
from lms.compliance.report.schedule.rules import Rhythm, latest_due, next_due
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.clock import FixedClock
from lms.kernel.config import Settings
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.errors import NotThere
from lms.people.models import Organisation
from tests.compliance.report.test_pages import body
from tests.factories import people
from tests.factories.application import make_settings
from tests.factories.compliance import a_course, a_person, hill_aid, required_course
from tests.factories.mail_server import Sink, mail_server, mails, text_of
from tests.factories.people import actor_of, make_small_organisation, sign_in
from tests.reminders.test_emails import leave

THURSDAY = datetime(2026, 11, 26, 9, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
NAMES = ("Noor Ali", "Amina", "Tomas", "Karim")


@pytest.fixture(autouse=True)
def time() -> Iterator[FixedClock]:
    with clock.using(FixedClock(THURSDAY)) as fixed:
        assert isinstance(fixed, FixedClock)
        yield fixed


@pytest.fixture
def sink() -> Iterator[Controller]:
    with mail_server(Sink()) as controller:
        yield controller


@pytest.fixture
def settings(database_url: str, tmp_path: Path, sink: Controller) -> Settings:
    return make_settings(
        tmp_path, database_url, mail_server="127.0.0.1", mail_port=sink.port, languages=["en", "fr"],
        public_address="https://training.example/",
    )  # fmt: skip


@pytest.fixture
def here(app: Flask) -> int:
    """Rivers Relief, whose Noor of WASH lacks a course; and Hill Aid with its own HR, Omar."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        station, organisation = session.query(people.DutyStation).one(), session.query(Organisation).one()
        hill_aid()
        required_course(organisation.id, a_course())
        a_person("Noor Ali", organisation.id, "W-9", station.id)
        return organisation.id


def account_of(word: str) -> Account:
    return session.query(Account).filter_by(email=f"{word}@demo.example").one()


def scheduled(here: int, *who: str, rhythm: Rhythm = Rhythm.WEEKLY, **choices: str) -> int:
    """Lets Hana have the report sent to some people; returns the schedule's number."""
    with unit_of_work():
        organisation = session.get_one(Organisation, here)
        accounts = [account_of(each).id for each in who]
        hana = actor_of(account_of("hana"))
        return operations.schedule_report(hana, organisation, choices, rhythm, accounts, reason="Asked for").id


def run() -> int:
    """Does what the worker does; returns how many e-mails went out."""
    jobs.queue_due()
    return outbox.sweep()


def recipients(sink: Controller) -> list[str]:
    return [str(each["To"]) for each in mails(sink)]


def plain(words: str) -> str:
    return " ".join(words.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.mark.parametrize(
    ("rhythm", "moment", "zone", "expected"),
    [
        (Rhythm.WEEKLY, datetime(2026, 11, 30, 5, 59, tzinfo=UTC), "UTC", date(2026, 11, 23)),
        (Rhythm.WEEKLY, datetime(2026, 11, 30, 6, tzinfo=UTC), "UTC", date(2026, 11, 30)),
        (Rhythm.WEEKLY, datetime(2026, 11, 29, 22, tzinfo=UTC), "Asia/Kathmandu", date(2026, 11, 23)),
        (Rhythm.WEEKLY, datetime(2026, 11, 30, 0, 15, tzinfo=UTC), "Asia/Kathmandu", date(2026, 11, 30)),
        (Rhythm.MONTHLY, datetime(2027, 1, 1, 5, tzinfo=UTC), "UTC", date(2026, 12, 1)),
        (Rhythm.MONTHLY, datetime(2027, 1, 1, 6, tzinfo=UTC), "UTC", date(2027, 1, 1)),
        (Rhythm.MONTHLY, datetime(2027, 1, 31, 6, tzinfo=UTC), "UTC", date(2027, 1, 1)),
    ],
)
def test_the_latest_day_is_that_of_the_zone_from_an_hour_on(
    rhythm: Rhythm, moment: datetime, zone: str, expected: date
) -> None:
    assert latest_due(rhythm, moment, zone, 6) == expected


def test_the_next_day_is_a_week_or_a_month_later() -> None:
    assert next_due(Rhythm.WEEKLY, date(2026, 12, 28)) == date(2027, 1, 4)
    assert next_due(Rhythm.MONTHLY, date(2026, 12, 1)) == date(2027, 1, 1)


def test_the_email_has_figures_the_id_and_links_and_no_names(
    app: Flask, client: FlaskClient, here: int, sink: Controller, time: FixedClock
) -> None:
    with app.app_context():
        schedule_id = scheduled(here, "hana", "root", sector="wash")
        assert run() == 0
        time.move_to(MONDAY)
        assert run() == 2
        assert run() == 0
        with reading():
            (entry,) = session.query(AuditEntry).filter_by(action="compliance.send_report").all()
            assert (entry.organisation_id, entry.detail) == (here, {"day": "2026-11-30", "mails": 2})
            assert session.get_one(ReportSchedule, schedule_id).queued_on == MONDAY.date()
    assert sorted(recipients(sink)) == ["hana@demo.example", "root@demo.example"]
    (mail,) = (each for each in mails(sink) if each["To"] == "root@demo.example")
    words = plain(text_of(mail))
    assert mail["Subject"] == "Training at Rivers Relief: report of 30 November 2026"
    assert "Sector: Wash" in words
    assert "On 30 November 2026, 0 % of 2 people are compliant" in words
    assert "Wash: 0 % of 2 people compliant, not yet due 0, overdue 2" in words
    assert "You get this on Mondays because HR of Rivers Relief chose you." in words
    assert "https://training.example/compliance/schedules" in words
    assert not any(name in words for name in NAMES)
    assert not list(mail.iter_attachments())
    sign_in(client, "root@demo.example")
    (link,) = (word for word in words.split() if "/compliance/reports/" in word)
    assert "The figures match." in body(client, link.removeprefix("https://training.example"))


def test_after_an_outage_there_is_one_email(app: Flask, here: int, sink: Controller, time: FixedClock) -> None:
    with app.app_context():
        scheduled(here, "hana")
        # The mail server is away for six weeks: what was queued before is not sent any more.
        for week in range(5):
            time.move_to(MONDAY + week * WEEK)
            jobs.queue_due()
        time.move_to(MONDAY + 5 * WEEK + DAY)
        assert run() == 1
        # The worker is away for six weeks.
        time.move_to(MONDAY + 11 * WEEK)
        assert run() == 1
    assert [plain(str(each["Subject"])).rpartition("of ")[2] for each in mails(sink)] == [
        "5 January 2027", "15 February 2027",
    ]  # fmt: skip


def test_nobody_gets_figures_they_may_not_see_any_more(
    app: Flask, here: int, sink: Controller, time: FixedClock
) -> None:
    """Whoever was queued is judged again when the e-mail goes out: role, employment, account, and their own wish."""
    with app.app_context():
        with unit_of_work():
            organisation, station = session.get_one(Organisation, here), session.query(people.DutyStation).one()
            for number, word in enumerate(("retracted", "gone", "closed", "leaving", "boss")):
                who = people.person(word.title(), f"{word}@demo.example")
                people.placed(people.employed(who, organisation, f"X-{number}"), station)
                people.account(
                    who, Role.ADMIN if word == "boss" else Role.HR, at=None if word == "boss" else organisation
                )
        schedule_id = scheduled(here, "hana", "retracted", "gone", "closed", "leaving", "boss")
        time.move_to(MONDAY)
        jobs.queue_due()
        with unit_of_work():
            session.query(RoleGrant).filter_by(account_id=account_of("retracted").id).update({"retracted_at": MONDAY})
            # An administrator keeps the role after leaving, but gets no figures.
            for word in ("gone", "boss"):
                leave(account_of(word).person_id, MONDAY.date() - DAY)
            account_of("closed").active = False
            operations.unsubscribe(actor_of(account_of("leaving")), schedule_id)
        assert outbox.sweep() == 1
        assert recipients(sink) == ["hana@demo.example"]
        time.move_to(MONDAY + WEEK)
        jobs.queue_due()
        with unit_of_work():
            operations.stop_schedule(SYSTEM, session.get_one(ReportSchedule, schedule_id), reason="No longer needed")
        assert outbox.sweep() == 0
        time.move_to(MONDAY + 2 * WEEK)
        assert run() == 0


def test_only_people_who_may_see_the_report_can_be_chosen(app: Flask, here: int) -> None:
    with app.app_context():
        with reading():
            assert [each.name for each in queries.list_readers(here, THURSDAY.date())] == ["Hana Haddad", "Root Admin"]
        # Coordinators see coverage only, HR of others nothing of this organisation.
        for who in (["hana", "karim"], ["omar"], ["amina"], []):
            with pytest.raises(RecipientNotAllowed):
                scheduled(here, *who)
        with pytest.raises(NotThere), unit_of_work():
            operations.schedule_report(
                actor_of(account_of("omar")), session.get_one(Organisation, here), {}, Rhythm.WEEKLY,
                [account_of("hana").id], reason="Curious",
            )  # fmt: skip
        assert queries.list_active_schedules() == []


def test_what_happened_to_a_schedule_stays(app: Flask, here: int) -> None:
    with app.app_context():
        schedule_id = scheduled(here, "hana")
        with unit_of_work():
            operations.unsubscribe(actor_of(account_of("hana")), schedule_id)
        with pytest.raises(NotThere), unit_of_work():
            operations.unsubscribe(actor_of(account_of("hana")), schedule_id)
        for statement in (
            "UPDATE report_recipient SET retracted_at = NULL", "DELETE FROM report_recipient",
            "UPDATE report_schedule SET rhythm = 'monthly'", "DELETE FROM report_schedule",
        ):  # fmt: skip
            with pytest.raises(DBAPIError, match="what happened is not"), unit_of_work():
                session.execute(text(statement))


def test_hr_schedules_a_saved_view_and_stops_it(app: Flask, client: FlaskClient, here: int) -> None:
    sign_in(client, "hana@demo.example")
    assert "No report is sent by e-mail yet" in body(client, "/compliance/schedules")
    client.post("/compliance/views", data={"name": "WASH", "page": "report", "sector": "wash", "as_of": "2026-01-01"})
    with app.app_context(), reading():
        view, hana, karim = session.query(SavedView).one().id, account_of("hana").id, account_of("karim").id
    sent = {"organisation": here, "view": view, "rhythm": "monthly", "recipients": [hana], "reason": "The board asks"}
    offered = body(client, "/compliance/schedules/new")
    assert ("Hana Haddad" in offered, "Karim Nasser" in offered, "@" in offered) == (True, False, False)
    for wrong in ({"recipients": []}, {"recipients": [karim]}, {"reason": ""}, {"view": 99}, {"rhythm": "daily"}):
        assert client.post("/compliance/schedules/new", data=sent | wrong).status_code == 422
    assert client.post("/compliance/schedules/new", data=sent).status_code == 303
    listed = plain(body(client, "/compliance/schedules"))
    for words in ("Rivers Relief", "Sector: Wash", "Monthly, on the first", "1 Dec 2026", "Hana Haddad"):
        assert words in listed
    with app.app_context(), reading():
        schedule = session.query(ReportSchedule).one()
        number, choices = schedule.id, schedule.choices
        (entry,) = session.query(AuditEntry).filter_by(action="compliance.schedule_report").all()
        assert (entry.reason, entry.detail) == ("The board asks", {"rhythm": "monthly", "accounts": [hana]})
    assert choices == {"sector": "wash"}
    assert client.post(f"/compliance/schedules/{number}/end", data={"reason": ""}).status_code == 422
    assert client.post(f"/compliance/schedules/{number}/end", data={"reason": "Done"}).status_code == 303
    assert "No report is sent by e-mail yet" in body(client, "/compliance/schedules")
    body(client, f"/compliance/schedules/{number}/end", 404)
    body(client, f"/compliance/schedules/{10**20}/end", 404)


def test_a_recipient_leaves_by_a_button_and_others_see_nothing(app: Flask, client: FlaskClient, here: int) -> None:
    with app.app_context():
        number = scheduled(here, "hana", "root")
    for who, status in (("omar", 404), ("karim", 403), ("amina", 403)):
        sign_in(client, f"{who}@demo.example")
        assert client.post(f"/compliance/schedules/{number}/unsubscribe").status_code == status
        body(client, f"/compliance/schedules/{number}/end", status)
        assert "Hana" not in body(client, "/compliance/schedules", 200 if who == "omar" else 403)
        client.post("/logout")
    sign_in(client, "root@demo.example")
    mine = body(client, "/compliance/schedules")
    assert "Root Admin" in mine
    # Who else gets it is for HR of the organisation.
    assert "Hana" not in mine
    assert "Stop</a>" not in mine
    assert client.get(f"/compliance/schedules/{number}/unsubscribe").status_code == 405
    assert client.post(f"/compliance/schedules/{number}/unsubscribe").status_code == 303
    assert "You get no report by e-mail" in body(client, "/compliance/schedules")
    with app.app_context(), reading():
        assert [each.name for each in queries.list_recipients([number])[number]] == ["Hana Haddad"]
