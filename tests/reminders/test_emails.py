"""What arrives at a real SMTP server: the words, the links, the language, and that it arrives once."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient

from lms.compliance.requirements.operations import exempt
from lms.kernel import outbox
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.clock import using
from lms.kernel.config import Settings
from lms.kernel.db import session, unit_of_work
from lms.people.api import end_placement, list_placements_of
from lms.people.models import Employment, Person
from lms.reminders import jobs, operations
from tests.factories.application import make_settings
from tests.factories.compliance import earned, hr_of
from tests.factories.mail_server import Sink, mail_server, mails, text_of
from tests.factories.people import sign_in
from tests.reminders.world import DAY, World, due_in, noon, on

pytestmark = pytest.mark.pages


@pytest.fixture
def sink() -> Iterator[Controller]:
    with mail_server(Sink()) as controller:
        yield controller


@pytest.fixture
def settings(database_url: str, tmp_path: Path, sink: Controller) -> Settings:
    return make_settings(
        tmp_path, database_url, mail_server="127.0.0.1", mail_port=sink.port, languages=["en", "ar", "fr"],
        public_address="https://training.example/",
    )  # fmt: skip


def test_a_reminder_says_what_by_when_where_and_why(app: Flask, client: FlaskClient, sink: Controller) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("Amina Yusuf", since=due_in(1))
        jobs.send(DAY)
        assert outbox.sweep() == 1
        jobs.send(DAY)
        assert outbox.sweep() == 0
    (mail,) = mails(sink)
    text = text_of(mail)
    assert mail["To"] == "amina@demo.example"
    assert mail["Subject"] == "Training due on 4 March 2026"
    assert mail.get_content_type() == "text/plain"
    assert text.startswith("Hello Amina Yusuf,\n\nTraining required by Rivers Relief:\n\n- Course ")
    assert "  Due on 4 March 2026.\n  https://training.example/courses/safe-identification\n" in text
    assert "\n\n\n" not in text
    links = re.findall(r"https://training\.example(\S+)", text)
    assert links == ["/courses/safe-identification", "/my", "/reminders/why", "/help-now"]
    with using(noon(DAY)):
        sign_in(client)
        why = client.get("/reminders/why")
    assert why.status_code == 200
    assert "Required by Rivers Relief." in why.get_data(as_text=True)


def test_one_mail_names_everything_and_the_subject_the_nearest_day(app: Flask, sink: Controller) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            amina = world.person("Amina Yusuf", since=due_in(-30))
            world.also_at(amina, world.there, due_in(1))
            world.person("Karim", since=due_in(-30))
        jobs.send(DAY)
        outbox.sweep()
    first, second = mails(sink)
    assert first["Subject"] == "Training due on 4 March 2026"
    text = text_of(first)
    assert "Training required by Rivers Relief, Hill Aid:" in text
    assert text.index("(Rivers Relief)\n  Was due on 1 February 2026.") < text.index("(Hill Aid)\n  Due on 4 March")
    assert second["Subject"] == "Training was due on 1 February 2026"


def test_days_are_written_in_the_language_of_the_person(app: Flask, sink: Controller) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("Fatou", since=due_in(1), language="fr")
            world.person("Salma", since=due_in(1), language="ar")
            world.person("Ivan", since=due_in(1), language="ru")
        jobs.send(DAY)
        outbox.sweep()
    fatou, salma, ivan = mails(sink)
    assert "4 mars 2026" in fatou["Subject"]
    assert "مارس" in salma["Subject"]
    assert "4 March 2026" in ivan["Subject"], "a language that is not offered falls back to the installation's"


def test_certificates_are_spoken_of_as_such(app: Flask, sink: Controller) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            for name, days in (("Ending", 10), ("Ended", -3)):
                who = session.get_one(Person, world.person(name, since=DAY - timedelta(days=900)))
                earned(who, world.course, DAY - timedelta(days=300), DAY + timedelta(days=days))
        jobs.send(DAY)
        outbox.sweep()
    ending, ended = mails(sink)
    assert "Your certificate is valid until 13 March 2026. Please renew it by then." in text_of(ending)
    assert "Your certificate expired on 28 February 2026. Please renew it." in text_of(ended)


@pytest.mark.parametrize(("name", "first"), [("Nobody There", "Failed"), ("Later There", "Waiting")])
def test_a_mail_that_is_refused_is_failed_and_one_that_is_postponed_waits(
    app: Flask, client: FlaskClient, sink: Controller, name: str, first: str
) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person(name, since=due_in(1))
            world.person("Hana Haddad", since=DAY + timedelta(days=40), roles=(Role.HR,))
        jobs.send(DAY)
        outbox.sweep()
    with using(noon(DAY)):
        sign_in(client, "hana@demo.example")
        assert [words for words in ("Sent", "Waiting", "Failed") if status(client, words)] == [first]
    for tries in range(1, 20):
        with on(app, DAY + timedelta(days=tries)):
            outbox.sweep()
    with using(noon(DAY)):
        assert [words for words in ("Sent", "Waiting", "Failed") if status(client, words)] == ["Failed"]
    assert [mail["To"] for mail in mails(sink)] == ["hana@demo.example"], "of her figures"


def status(client: FlaskClient, word: str) -> bool:
    page = client.get("/reminders?q=There").get_data(as_text=True)
    return re.search(rf'class="status [a-z]+">(<svg.*?</svg>)?{word}<', page) is not None


def test_weekly_figures_hold_counts_and_no_names(app: Flask, sink: Controller) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("Hana Haddad", since=DAY + timedelta(days=40), roles=(Role.HR,))
            world.person("Lead Person", since=DAY + timedelta(days=40))
            world.person("Amina Yusuf", since=due_in(-3))
            world.person("Paper Reader", since=due_in(-30), email=False)
            world.person("Other Sector", since=due_in(5), sector="health")
            world.person("Stranger", since=due_in(-3), at=world.there)
            who = session.get_one(Person, world.person("Ending", since=DAY - timedelta(days=900)))
            earned(who, world.course, DAY - timedelta(days=300), DAY + timedelta(days=20))
            operations.appoint_focal_point(
                hr_of(world.here), world.here, "wash", "LEAD@demo.example", reason="Leads WASH"
            )
        jobs.send(DAY)
        outbox.sweep()
    digests = {mail["To"]: mail for mail in mails(sink) if mail["Subject"].startswith("Training at")}
    assert set(digests) == {"hana@demo.example", "lead@demo.example"}
    hana, focal_point = text_of(digests["hana@demo.example"]), text_of(digests["lead@demo.example"])
    assert digests["hana@demo.example"]["Subject"] == "Training at Rivers Relief: week of 3 March 2026"
    assert "On 3 March 2026, 25 % of 4 people are compliant with everything required." in hana
    assert "Overdue: 2, of these new in the last week: 1" in hana
    assert "Not yet due: 1" in hana
    assert "Certificates that expire in the next 30 days: 1\n  Course safe-identification: 1\n" in hana
    assert "1 person has training due and no e-mail." in hana
    assert "https://training.example/reminders/print" in hana
    assert "\nWash\n" in focal_point
    assert "33 % of 3 people" in focal_point
    assert "Health" not in focal_point
    for text in (hana, focal_point):
        assert not re.search("Amina|Paper R|Other S|Stranger|Ending", text)
        assert "\n\n\n" not in text


def leave(person_id: int, through_on: date) -> None:
    employment = session.query(Employment).filter_by(person_id=person_id).one()
    (placement,) = list_placements_of([employment.id])
    end_placement(SYSTEM, placement, employment, through_on)


def test_after_an_outage_mails_go_only_to_whom_they_still_concern(
    app: Flask, client: FlaskClient, sink: Controller
) -> None:
    with on(app):
        app.config["MAIL_SERVER"] = ""
        world = World()
        with unit_of_work():
            gone, renewed, away, _still = (
                world.person(each, since=due_in(1)) for each in ("Gone", "Nina", "Away", "Sam")
            )
            world.person("Hana Haddad", since=DAY - timedelta(days=3), roles=(Role.HR,), sector="health")
        jobs.send(DAY)
        assert outbox.sweep() == 0
    with on(app, DAY + timedelta(days=5)), unit_of_work():
        leave(gone, DAY + timedelta(days=5))
        earned(session.get_one(Person, renewed), world.course, DAY + timedelta(days=5))
        exempt(
            hr_of(world.here), person_id=away, requirement_id=world.mine, organisation_id=world.here,
            from_on=DAY, until_on=DAY + timedelta(days=90), kind="leave", reason="Away",
        )  # fmt: skip
    with on(app, DAY + timedelta(days=31)):
        app.config["MAIL_SERVER"] = "127.0.0.1"
        outbox.sweep()
    with on(app, DAY + timedelta(days=32)):
        assert jobs.send(DAY + timedelta(days=32)).mails == 0, "the mail of yesterday was the mail of this week"
    (mail,) = [each for each in mails(sink) if each["To"] != "hana@demo.example"]
    assert mail["To"] == "sam@demo.example"
    assert mail["Subject"] == "Training was due on 4 March 2026", "as it is when it goes out"
    assert "Was due on 4 March 2026." in text_of(mail)
    with using(noon(DAY)):
        sign_in(client, "hana@demo.example")
        page = client.get("/reminders?state=dropped").get_data(as_text=True)
    assert "3 e-mails" in page
    assert "Not sent" in page


def test_after_an_outage_hr_gets_one_digest_with_the_latest_figures(app: Flask, sink: Controller) -> None:
    weeks = [DAY + timedelta(days=7 * week) for week in range(6)]
    with on(app):
        app.config["MAIL_SERVER"] = ""
        world = World()
        with unit_of_work():
            world.person("Hana Haddad", since=DAY - timedelta(days=900), roles=(Role.HR,))
            gone = world.person("Left Hr", since=DAY - timedelta(days=900), roles=(Role.HR,))
            lead = world.person("Lead", since=DAY - timedelta(days=900))
            operations.appoint_focal_point(hr_of(world.here), world.here, "wash", "lead@demo.example", reason="Leads")
    for day in weeks:
        with on(app, day):
            jobs.send(day)
            outbox.sweep()
    with on(app, weeks[-1] + timedelta(days=1)):
        with unit_of_work():
            leave(gone, weeks[-1])
            leave(lead, weeks[-1])
        app.config["MAIL_SERVER"] = "127.0.0.1"
        outbox.sweep()
    (digest,) = [each for each in mails(sink) if each["Subject"].startswith("Training at")]
    assert digest["To"] == "hana@demo.example"
    assert digest["Subject"].endswith("week of 7 April 2026")


def test_figures_are_not_written_for_leavers(app: Flask) -> None:
    with on(app):
        world = World()
        with unit_of_work():
            world.person("Hana Haddad", since=DAY - timedelta(days=900), roles=(Role.HR,))
            for name in ("Left Hr", "Lead"):
                world.person(
                    name, since=DAY - timedelta(days=900), through=DAY + timedelta(days=6),
                    roles=(Role.HR,) if name == "Left Hr" else (),
                )  # fmt: skip
            operations.appoint_focal_point(hr_of(world.here), world.here, "wash", "lead@demo.example", reason="Leads")
    with on(app, DAY + timedelta(days=7)):
        assert jobs.send(DAY + timedelta(days=7)).digests == 1
