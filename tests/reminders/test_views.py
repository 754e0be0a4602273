"""HR's pages of reminders, the learner's "why", and the administrator's health check."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.operations import grant_role
from lms.accounts.queries import find_account_by_email
from lms.compliance.requirements import operations as exemptions
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.clock import using
from lms.kernel.db import session, unit_of_work
from lms.people.models import Person
from lms.reminders import jobs, print_list
from tests.factories.compliance import earned, hr_of
from tests.factories.pages import form_on, send
from tests.factories.people import sign_in
from tests.reminders.world import DAY, World, delivered, due_in, noon, on

FAR = DAY + timedelta(days=60)


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.get_data(as_text=True)


@pytest.fixture
def world(app: Flask) -> World:
    with on(app):
        made = World()
        with unit_of_work():
            made.person("Hana Haddad", since=FAR, roles=(Role.HR,))
            made.person("Root Admin", since=FAR)
            made.person("Amina Yusuf", since=due_in(1))
            made.person("Paper Reader", since=due_in(-5), email=False)
            made.person("Stranger There", since=due_in(1), at=made.there)
            made.person("Stranger Paper", since=due_in(1), at=made.there, email=False)
        return made


def test_hr_sees_what_was_sent_of_their_own_organisation(app: Flask, client: FlaskClient, world: World) -> None:
    with using(noon(DAY)):
        sign_in(client, "hana@demo.example")
        empty = text_of(client, "/reminders")
        assert "Nothing sent yet" in empty
        assert "No reminders have been sent yet." in empty
    with on(app):
        jobs.send(DAY)
    with using(noon(DAY)):
        page = text_of(client, "/reminders")
        assert "Last sent: 3\xa0March\xa02026, 09:00\xa0UTC." in page
        assert "Amina Yusuf" in page
        assert "Due today or tomorrow" in page
        assert "Course safe-identification" in page
        assert "Waiting" in page
        assert "Stranger" not in page
        assert "Paper Reader" not in page
    with on(app):
        delivered()
    with using(noon(DAY)):
        assert "Amina" in text_of(client, "/reminders?state=sent&kind=in_1&q=yusuf")
        assert "Amina" in text_of(client, "/reminders?q=P-3")
        for query in ("state=waiting", "kind=weekly", "q=nobody", "state=nonsense", "kind=nonsense"):
            found = text_of(client, f"/reminders?{query}")
            assert "No matching e-mails" in found, query
            assert "Amina" not in found


def test_the_log_comes_in_pages(app: Flask, client: FlaskClient, world: World) -> None:
    with on(app):
        with unit_of_work():
            for number in range(60):
                world.person(f"Person{number:02} Long", since=due_in(1))
        jobs.send(DAY)
    with using(noon(DAY)):
        sign_in(client, "hana@demo.example")
        first, second = text_of(client, "/reminders?q=long"), text_of(client, "/reminders?q=long&page=2")
        assert "60 e-mails" in first
        assert 'href="/reminders?page=2&amp;q=long"' in first
        found = set(re.findall(r"Person\d\d", first)) | set(re.findall(r"Person\d\d", second))
        assert len(found) == 60
        assert len(set(re.findall(r"Person\d\d", first))) == 50


def test_the_health_check_reports_a_missing_run(app: Flask, client: FlaskClient, world: World) -> None:
    with on(app), unit_of_work():
        root = find_account_by_email("root@demo.example")
        assert root is not None
        grant_role(SYSTEM, root, Role.ADMIN)
    root_client = app.test_client()
    with using(noon(DAY)):
        sign_in(root_client, "root@demo.example")
        assert "No reminders have been sent yet." in text_of(root_client, "/admin")
    with on(app):
        jobs.send(DAY)
    for days, said in ((1, False), (2, True)):
        with using(noon(DAY + timedelta(days=days))):
            sign_in(client, "hana@demo.example")
            sign_in(root_client, "root@demo.example")
            assert ("they should be sent every day" in text_of(client, "/reminders")) is said
            assert ("Reminders were last sent on" in text_of(root_client, "/admin")) is said


def test_the_print_list_by_station(app: Flask, client: FlaskClient, world: World) -> None:
    with using(noon(DAY)):
        sign_in(client, "hana@demo.example")
        page = text_of(client, "/reminders/print")
        assert "North River" in page
        assert "Paper Reader" in page
        assert "was due on 26\xa0Feb\xa02026" in page
        assert "Amina" not in page
        assert "Stranger" not in page
        assert "Paper Reader" in text_of(client, "/reminders/print?station=north-river")
        assert "Everybody has an e-mail address" in text_of(client, "/reminders/print?station=nowhere")
    with on(app), unit_of_work():
        who = session.query(Person).filter(Person.name == "Paper Reader").one()
        earned(who, world.course, DAY)
    with using(noon(DAY)):
        assert "Nothing due" in text_of(client, "/reminders/print")


def test_a_long_print_list_has_pages(
    app: Flask, client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_list, "PEOPLE_PER_PAGE", 2)
    with on(app), unit_of_work():
        for number in range(4):
            world.person(f"Walker{number}", since=due_in(3), email=False)
    with using(noon(DAY)):
        sign_in(client, "hana@demo.example")
        parts = [text_of(client, f"/reminders/print?page={page}") for page in (1, 2, 3)]
        assert "This list has 3 pages" in parts[0]
        assert [re.findall(r"Walker\d|Paper Reader", part) for part in parts] == [
            ["Paper Reader", "Walker0"],
            ["Walker1", "Walker2"],
            ["Walker3"],
        ]
        # After the main part come the tokens of forms, which may be of the next second.
        last = text_of(client, "/reminders/print?page=99")
        assert last.partition("</main>")[0] == parts[2].partition("</main>")[0]


def test_hr_adds_and_removes_a_focal_point(app: Flask, client: FlaskClient, world: World) -> None:
    with using(noon(DAY)):
        sign_in(client, "hana@demo.example")
        page = client.get("/reminders/settings")
        assert "No focal points yet" in page.get_data(as_text=True)
        form = form_on(page, "/reminders/settings")
        for who, words in (
            ("stranger@demo.example", "Nobody in this organisation"),
            ("P-5", "Nobody in this organisation"),
            ("P-4", "This person has no e-mail"),
            ("", "Type the e-mail address or the staff number"),
        ):
            refused = send(client, form, sector="wash", who=who, reason="Leads the sector")
            assert refused.status_code == 422
            assert words in refused.get_data(as_text=True), who
        refused = send(client, form, sector="wash", who="P-3", reason="")
        assert "Say why, in a few words." in refused.get_data(as_text=True)
        assert send(client, form, sector="wash", who="p-3", reason="Leads the sector").status_code == 303
        again = send(client, form, sector="wash", who="amina@demo.example", reason="Again")
        assert "is already a focal point of this sector" in again.get_data(as_text=True)
        listed = text_of(client, "/reminders/settings")
        assert "amina@demo.example" in listed
        (stop,) = re.findall(r'href="(/reminders/settings/\d+/end)"', listed)
        assert client.post(stop, data={"reason": ""}).status_code == 422
        assert client.post(stop, data={"reason": "Moved on"}).status_code == 303
        assert client.get(stop).status_code == 404
        assert "amina@demo.example" not in text_of(client, "/reminders/settings")


def test_another_organisation_has_its_own_focal_points(app: Flask, client: FlaskClient, world: World) -> None:
    with on(app), unit_of_work():
        world.person("Other Officer", since=FAR, at=world.there, roles=(Role.HR,))
    with using(noon(DAY)):
        sign_in(client, "hana@demo.example")
        data = {"sector": "wash", "who": "P-3", "reason": "Leads"}
        foreign = client.post("/reminders/settings", data=data | {"organisation": str(world.there)})
        assert foreign.status_code == 422
        client.post("/reminders/settings", data=data | {"organisation": str(world.here)})
        (stop,) = re.findall(r'href="(/reminders/settings/\d+/end)"', text_of(client, "/reminders/settings"))
        other = app.test_client()
        sign_in(other, "other@demo.example")
        assert "amina" not in text_of(other, "/reminders/settings")
        assert other.get(stop).status_code == 404
        assert other.post(stop, data={"reason": "Mine now"}).status_code == 404
        assert stop in text_of(client, "/reminders/settings")


def test_why_names_what_is_asked_by_whom_and_what_to_do(app: Flask, client: FlaskClient, world: World) -> None:
    with using(noon(DAY)):
        sign_in(client, "amina@demo.example")
        page = text_of(client, "/reminders/why")
        assert "Course safe-identification" in page
        assert "Required by Rivers Relief." in page
        assert "Due on 4 Mar 2026" in page
        assert "hana@demo.example" in page
        assert client.get("/reminders").status_code == 403
    with on(app), unit_of_work():
        amina = session.query(Person).filter(Person.name == "Amina Yusuf").one()
        exemptions.exempt(
            hr_of(world.here), person_id=amina.id, requirement_id=world.mine, organisation_id=world.here,
            from_on=DAY, until_on=None, kind="leave", reason="Away",
        )  # fmt: skip
    with using(noon(DAY)):
        assert "Exempt" in text_of(client, "/reminders/why")
        hana = app.test_client()
        sign_in(hana, "hana@demo.example")
        assert "Nothing is required of you today" in text_of(hana, "/reminders/why")
