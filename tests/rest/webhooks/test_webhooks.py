"""What webhooks tell, to whom, signed how, and what happens while nobody answers."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.certification.api import revoke
from lms.certification.models import Award
from lms.kernel import clock, outbox
from lms.kernel.actor import Role
from lms.kernel.db import session, unit_of_work
from lms.people.api import merge_people
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement
from lms.rest.models import SentStatus, Webhook, WebhookDelivery
from lms.rest.webhooks.jobs import compare_statuses, remove_old
from lms.rest.webhooks.rules import EventKind, make_secret
from tests.certification import world
from tests.factories import people as make
from tests.factories.compliance import required_course
from tests.factories.people import PASSWORD, SYSTEM, sign_in
from tests.people.two_organisations import Places, make_two_organisations

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@dataclass
class Receiver:
    """A program of the organisation: what it received, and what it answers."""

    port: int = 0
    answer: int = 204
    received: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=here"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.received]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.received.append(
                ({name.lower(): value for name, value in self.headers.items()} | {"path": self.path}, body)
            )
            self.send_response(found.answer)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_of: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def time() -> Iterator[clock.FixedClock]:
    with clock.using(clock.FixedClock(NOW)) as fixed:
        yield fixed


@pytest.fixture
def at(app: Flask, client: FlaskClient, time: clock.FixedClock) -> Places:
    places = make_two_organisations(app)
    app.extensions["settings"] = app.extensions["settings"].model_copy(
        update={"webhook_networks": [ip_network("127.0.0.0/8")]}
    )
    sign_in(client, "hana@demo.example")
    return places


def made(client: FlaskClient, receiver: Receiver, at: Places, *kinds: EventKind) -> int:
    response = client.post(
        "/account/webhooks/new",
        data={
            "organisation": at.rivers,
            "address": receiver.address,
            "kinds": [str(kind) for kind in kinds or EventKind],
            "password": PASSWORD,
        },
    )
    assert response.status_code == 303, response.text
    return int(response.headers["Location"].rpartition("/")[2])


def work(app: Flask) -> None:
    with app.app_context():
        while outbox.sweep(quick=False):
            pass


def earn(app: Flask, person_id: int) -> str:
    with app.app_context(), unit_of_work():
        course = world.course(f"course-{person_id}")
        return world.earned(session.get_one(Person, person_id), course, date(2026, 11, 20)).serial


def test_a_certificate_is_told_signed_and_only_to_its_organisation(
    app: Flask, client: FlaskClient, at: Places, receiver: Receiver
) -> None:
    webhook_id = made(client, receiver, at)
    earn(app, at.basma)
    with app.app_context(), unit_of_work():
        amina = session.get_one(Person, at.amina)
        course = world.course("course-of-amina")
        award_id = world.earned(amina, course, date(2026, 11, 20)).id
    work(app)
    ((headers, body),) = receiver.received
    event = json.loads(body)
    assert (event["type"], event["timestamp"]) == ("award.issued", "2026-11-20T09:00:00Z")
    assert event["data"]["staff_number"] == "W-1"
    assert event["data"]["course"] == "course-of-amina"
    assert event["data"]["earned_on"] == "2026-11-20"
    assert "Amina" not in body
    assert headers["path"] == "/hook?from=here"
    # The signature as the specification describes it, computed by hand.
    with app.app_context():
        secret = make_secret(app.config["SECRET_KEY"], session.get_one(Webhook, webhook_id).token)
    assert secret in client.get(f"/account/webhooks/{webhook_id}").text
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    with app.app_context(), unit_of_work():
        revoke(SYSTEM, session.get_one(Award, award_id), effective_on=date(2026, 11, 23), reason="Mistake")
    work(app)
    assert [each["type"] for each in receiver.events] == ["award.issued", "award.revoked"]
    assert receiver.events[1]["data"]["revoked_from"] == "2026-11-23"


def test_a_test_is_sent_and_what_failed_is_sent_again_with_its_number(
    app: Flask, client: FlaskClient, at: Places, receiver: Receiver, time: clock.FixedClock
) -> None:
    page = f"/account/webhooks/{made(client, receiver, at)}"
    receiver.answer = 302
    assert client.post(f"{page}/test").status_code == 303
    work(app)
    assert "302, tried 1 times" in client.get(page).text
    # While the address is left alone nothing is sent there, what comes new included.
    client.post(f"{page}/test")
    work(app)
    assert len(receiver.received) == 1
    assert "Nothing is sent until" in client.get(page).text
    receiver.answer = 200
    time.moment += timedelta(minutes=3)
    work(app)
    ids = [headers["webhook-id"] for headers, _body in receiver.received]
    assert (len(ids), ids[1]) == (3, ids[0])
    assert client.get(page).text.count("Delivered") == 2
    with app.app_context():
        (first, _second) = session.query(WebhookDelivery).order_by(WebhookDelivery.id)
        number = first.id
    client.post(f"{page}/deliveries/{number}")
    work(app)
    assert [headers["webhook-id"] for headers, _body in receiver.received][3:] == [ids[0]]
    time.moment += timedelta(days=31)
    with app.app_context():
        remove_old()
        assert session.query(WebhookDelivery).count() == 0


def test_changed_statuses_and_leavers_are_found_once(
    app: Flask, client: FlaskClient, at: Places, receiver: Receiver, time: clock.FixedClock
) -> None:
    made(client, receiver, at, EventKind.STATUS_CHANGED, EventKind.PERSON_LEFT)
    with app.app_context():
        compare_statuses()
        assert session.query(SentStatus).count() == 6
    work(app)
    assert receiver.received == []
    with app.app_context(), unit_of_work():
        (placement,) = make.people.queries.list_placements_of([at.amina_employment])
        make.people.end_placement(SYSTEM, placement, session.get_one(Employment, at.amina_employment), NOW.date())
    with app.app_context():
        compare_statuses()
    work(app)
    assert receiver.received == []
    time.moment += timedelta(days=1)
    for _again in range(2):
        with app.app_context():
            compare_statuses()
        work(app)
    assert [(each["type"], each["data"]) for each in receiver.events] == [
        ("person.left", {"staff_number": "W-1", "last_day": "2026-11-23"})
    ]


def test_who_was_merged_or_begins_later_has_not_left(
    app: Flask, client: FlaskClient, at: Places, receiver: Receiver, time: clock.FixedClock
) -> None:
    made(client, receiver, at, EventKind.PERSON_LEFT)
    with app.app_context(), unit_of_work():
        twin = make.person("Basma K. Idris")
        job = make.employed(twin, session.get_one(Organisation, at.rivers), "W-21")
        placement = make.placed(job, session.get_one(DutyStation, at.north), "education")
        twin_id, job_id, placement_id = twin.id, job.id, placement.id
    with app.app_context():
        compare_statuses()
    with app.app_context(), unit_of_work():
        # The record that survives is of another organisation: here she has the number of the one merged with it.
        everywhere = replace(SYSTEM, scopes={Role.HR: None})
        merge_people(everywhere, surviving_id=at.basma, merged_id=twin_id, reason="Typed in twice")
        (of_amina,) = make.people.queries.list_placements_of([at.amina_employment])
        amina = session.get_one(Employment, at.amina_employment)
        make.people.withdraw_placement(SYSTEM, of_amina, amina)
        make.people.record_placement(SYSTEM, amina, of_amina.details, date(2027, 1, 1))
    with app.app_context():
        compare_statuses()
    work(app)
    assert receiver.events == []
    with app.app_context(), unit_of_work():
        of_basma = session.get_one(Placement, placement_id)
        make.people.end_placement(SYSTEM, of_basma, session.get_one(Employment, job_id), NOW.date())
    time.moment += timedelta(days=1)
    with app.app_context():
        compare_statuses()
    work(app)
    assert [each["data"] for each in receiver.events] == [{"staff_number": "W-21", "last_day": "2026-11-23"}]


def test_a_status_that_changed_by_the_day_and_by_a_certificate(
    app: Flask, client: FlaskClient, at: Places, receiver: Receiver, time: clock.FixedClock
) -> None:
    with app.app_context(), unit_of_work():
        course = world.course("first-aid")
        required_course(at.rivers, course.course_id, date(2026, 11, 20))
    made(client, receiver, at, EventKind.STATUS_CHANGED)
    with app.app_context():
        compare_statuses()
    time.moment += timedelta(days=12)
    with app.app_context():
        compare_statuses()
    work(app)
    of_amina = [each["data"] for each in receiver.events if each["data"]["staff_number"] == "W-1"]
    assert [(each["course"], each["after"]) for each in of_amina] == [("first-aid", "overdue")]
    with app.app_context(), unit_of_work():
        amina = session.get_one(Person, at.amina)
        world.earned(amina, course, date(2026, 12, 5), recorded_at=time.moment)
    receiver.received.clear()
    with app.app_context():
        compare_statuses()
    work(app)
    assert [each["data"] for each in receiver.events] == [
        {"staff_number": "W-1", "course": "first-aid", "before": "overdue", "after": "valid"}
    ]


def test_a_stopped_webhook_sends_nothing_and_forgets(
    app: Flask, client: FlaskClient, at: Places, receiver: Receiver
) -> None:
    page = f"/account/webhooks/{made(client, receiver, at)}"
    with app.app_context():
        compare_statuses()
    client.post(f"{page}/test")
    assert client.get(f"{page}/stop").status_code == 200
    assert client.post(f"{page}/stop").status_code == 303
    work(app)
    assert receiver.received == []
    with app.app_context():
        assert session.query(SentStatus).count() == 0
    assert "No webhooks" in client.get("/account/webhooks").text
    assert client.post(f"{page}/stop").status_code == 303


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_address_must_be_one_that_messages_may_go_to(app: Flask, client: FlaskClient, at: Places) -> None:
    data = {
        "organisation": at.rivers,
        "address": "http://hr.example.org/",
        "kinds": ["award.issued"],
        "password": PASSWORD,
    }
    refused = client.post("/account/webhooks/new", data=data)
    assert (refused.status_code, "begins with https" in refused.text) == (422, True)
    assert "http://hr.example.org/" in refused.text
    # Who is HR of one organisation is not asked for which, whatever the form says.
    address = "https://hr.example.org/"
    assert (
        client.post("/account/webhooks/new", data=data | {"organisation": at.hills, "address": address}).status_code
        == 303
    )
    with app.app_context():
        assert [(each.organisation_id, each.address) for each in session.query(Webhook)] == [(at.rivers, address)]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_another_organisation_sees_none_of_it(app: Flask, client: FlaskClient, at: Places, receiver: Receiver) -> None:
    page = f"/account/webhooks/{made(client, receiver, at)}"
    haile = app.test_client()
    sign_in(haile, "haile@demo.example")
    assert receiver.address not in haile.get("/account/webhooks").text
    assert [
        haile.get(page).status_code,
        haile.post(f"{page}/test").status_code,
        haile.post(f"{page}/stop").status_code,
    ] == [404] * 3
