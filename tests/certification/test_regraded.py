"""HR's list of certificates whose quiz would not be passed now: theirs alone, and what becomes of each."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Account
from lms.assessment import operations as attempts
from lms.assessment.api import CorrectionKind, correct_question
from lms.assessment.models import OpenedBy
from lms.catalogue.api import PublishedCourse
from lms.certification.awards import operations
from lms.certification.models import Award, AwardConfirmation, Revocation
from lms.certification.regraded import notices
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.db import reading, session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.factories import people
from tests.factories.courses import key_of, make_organisation_with_course
from tests.factories.mail_server import Sink, mail_server, mails, text_of
from tests.factories.people import sign_in

PAGE = "/certificates/marked-again"
HERE, THERE = "Nadia Here", "Omar There"


@pytest.fixture
def course(app: Flask, tmp_path: Path) -> PublishedCourse:
    """Two people of two organisations have passed with 83 %, and a question is corrected."""
    course = make_organisation_with_course(app, tmp_path)
    with app.app_context(), unit_of_work():
        here, place = session.query(Organisation).one(), session.query(DutyStation).one()
        there = people.organisation("hill-aid", initials="HA")
        hugo = people.person("Hugo Hill", "hugo@demo.example")
        people.placed(people.employed(hugo, there, "H-1"), place)
        people.account(hugo, Role.HR, at=there)
        for name, at in ((HERE, here), (THERE, there)):
            who = people.person(name)
            people.placed(people.employed(who, at, "W-77"), place)
            actor = Actor(account_id=1000 + who.id, person_id=who.id)
            attempt = attempts.start_attempt(actor, course, opened_by=OpenedBy.ORGANISATION)
            given = {n: key_of(q.body, q.kind) for n, q in attempts.load_questions(attempt).items()}
            other = next(n for n, q in attempts.load_questions(attempt).items() if q.slug == "q-other")
            attempts.submit_attempt(actor, attempt, given | {other: "b"})
    correct(app, course, ["c"], "The focal point is told first.")
    return course


def correct(app: Flask, course: PublishedCourse, key: list[str], reason: str = "A test.", minutes: int = 1) -> None:
    with app.app_context(), clock.using(clock.FixedClock(clock.now() + timedelta(minutes=minutes))):
        with unit_of_work():
            correct_question(SYSTEM, course.edition_id, "q-plain", CorrectionKind.REKEY, key, reason=reason)
        while outbox.sweep():
            pass


def words(client: FlaskClient, address: str = PAGE) -> str:
    body = client.get(address).text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body.replace("\xa0", " ")).split())


def serial_of(app: Flask, name: str) -> str:
    with app.app_context():
        number = session.scalar(select(people.Person.id).where(people.Person.name == name))
        stored = session.scalars(select(Award.serial).where(Award.person_id == number)).one()
        return f"{stored[:4]}-{stored[4:8]}-{stored[8:]}"


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.usefixtures("course")
def test_each_hr_sees_its_own_people_and_nobody_else_any(app: Flask, client: FlaskClient) -> None:
    for who, sees, hidden in (("hana", HERE, THERE), ("hugo", THERE, HERE)):
        sign_in(client, f"{who}@demo.example")
        shown = words(client)
        assert f"{sees} First Course" in shown and hidden not in shown
        assert "83 % 66 % The focal point is told first. Let it stand" in shown
        other = f"{PAGE}/{serial_of(app, hidden)}"
        assert client.get(other).status_code == 404 == client.post(other, data={"reason": "x"}).status_code
        assert 'href="/certificates/marked-again"' in client.get("/people").text
        client.post("/logout")
    for who in ("amina", "tomas", "karim", "root"):
        sign_in(client, f"{who}@demo.example")
        assert client.get(PAGE).status_code == 403, who
        client.post("/logout")


def test_hr_lets_one_stand_once(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client, "hana@demo.example")
    address = f"{PAGE}/{serial_of(app, HERE)}"
    assert client.get(f"{PAGE}/not-a-serial").status_code == 404
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert HERE in words(client), "a refused form decides nothing"
    assert client.post(address, data={"reason": "She knows it."}).headers["Location"] == PAGE
    assert "Nothing to decide" in words(client)
    assert client.post(address, data={"reason": "Twice."}).status_code == 404
    assert (count(app, AwardConfirmation), count(app, Revocation)) == (1, 0)
    # Another correction that changes the result asks again; one that changes nothing does not.
    correct(app, course, ["c"], minutes=2)
    assert "Nothing to decide" in words(client)
    correct(app, course, ["a"], minutes=3)
    assert "Nothing to decide" in words(client), "it is passed again"
    correct(app, course, ["b"], minutes=4)
    assert HERE in words(client)


def test_who_passes_after_another_correction_leaves_the_list(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    correct(app, course, ["a"], minutes=2)
    sign_in(client, "hana@demo.example")
    assert "Nothing to decide" in words(client)


@pytest.mark.usefixtures("course")
def test_hr_revokes_one(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "hana@demo.example")
    serial = serial_of(app, HERE)
    assert f"/certificates/{serial}/revoke" in client.get(PAGE).text
    today = clock.today("UTC").isoformat()
    revoked = client.post(f"/certificates/{serial}/revoke", data={"effective_on": today, "reason": "Take it again."})
    assert revoked.status_code == 303
    assert "Nothing to decide" in words(client)


@pytest.mark.usefixtures("course")
def test_a_certificate_with_a_corrected_name_stays_on_the_list(app: Flask, client: FlaskClient) -> None:
    serial = serial_of(app, HERE)
    with app.app_context(), unit_of_work():
        award = session.scalars(select(Award).where(Award.serial == serial.replace("-", ""))).one()
        successor = operations.supersede(SYSTEM, award, name="Nadia Corrected", reason="A test.").serial
    sign_in(client, "hana@demo.example")
    assert "Nadia Corrected First Course" in words(client)
    with app.app_context(), unit_of_work():
        award = session.scalars(select(Award).where(Award.serial == successor)).one()
        operations.revoke(SYSTEM, award, reason="A test.")
    assert "Nothing to decide" in words(client)


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("change", [update(AwardConfirmation).values(reason="x"), delete(AwardConfirmation)], ids=str)
def test_the_database_refuses_to_change_or_remove_a_decision(app: Flask, client: FlaskClient, change: Any) -> None:
    sign_in(client, "hana@demo.example")
    assert client.post(f"{PAGE}/{serial_of(app, HERE)}", data={"reason": "She knows it."}).status_code == 303
    with app.app_context(), pytest.raises(IntegrityError, match="what happened is not"), unit_of_work():
        session.execute(change.execution_options(synchronize_session=False))


@pytest.mark.usefixtures("course")
def test_hr_is_told_once_by_email_of_its_own_and_only_while_it_is_to_decide(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        far = people.organisation("third-aid", initials="TA")
        hilde = people.person("Hilde Third", "hilde@demo.example")
        people.placed(people.employed(hilde, far, "T-1"), session.query(DutyStation).one())
        people.account(hilde, Role.HR, at=far)
        session.query(people.Person).filter_by(name="Hugo Hill").one().language = "fr"
    with mail_server(Sink()) as server:
        app.config |= {"MAIL_SERVER": "127.0.0.1", "LANGUAGES": ["en", "fr"]}
        changes = {"mail_port": server.port, "mail_security": "none"}
        app.extensions["settings"] = app.extensions["settings"].model_copy(update=changes)
        for minutes in (5, 20, 40):
            with app.app_context(), clock.using(clock.FixedClock(clock.now() + timedelta(minutes=minutes))):
                while outbox.sweep():
                    pass
                # The second run of the correction, and a job that was killed before it was closed.
                notices.queue_notices({"correction": 1})
        told = {str(mail["To"]): mail for mail in mails(server)}
        assert sorted(told) == ["hana@demo.example", "hugo@demo.example"]
        assert len(mails(server)) == 2
        for address, language in (("hana@demo.example", "en"), ("hugo@demo.example", "fr")):
            mail = told[address]
            assert mail["Subject"] == "1 certificate to decide about"
            assert mail["Content-Language"] == language
            text = text_of(mail)
            assert "1 certificate of your organisation is from a quiz that would not be passed now." in text
            assert f"http://localhost{PAGE}\n" in text and "First Course" in text
            assert not [name for name in (HERE, THERE) if name in text]
    sign_in(client, "hana@demo.example")
    assert client.post(f"{PAGE}/{serial_of(app, HERE)}", data={"reason": "She knows it."}).status_code == 303
    with app.app_context(), reading():
        by_email = {row.email: row.id for row in session.query(Account)}
        with pytest.raises(outbox.NoLongerTrue):
            notices.write_notice(1, by_email["hana@demo.example"])
        assert notices.write_notice(1, by_email["hugo@demo.example"])
        with pytest.raises(outbox.NoLongerTrue):
            notices.write_notice(1, by_email["amina@demo.example"])
