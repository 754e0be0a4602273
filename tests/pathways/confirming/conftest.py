"""A clock, and a station with a pathway where two organisations have people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.db import session, unit_of_work
from lms.kernel.outbox import OutboxRow
from lms.people.models import DutyStation
from tests.factories import people
from tests.factories.pages import form_on, send
from tests.factories.pathways import pathway
from tests.factories.people import make_small_organisation, sign_in

HERE = "/pathways/north-river"
EDIT = HERE + "/edit"
NIGHT_NUMBER, NEW_NUMBER = "116", "0999 111 222"


@dataclass
class Station:
    """North River with Hana (HR of Rivers Relief), Vera (HR of Green Valley), Karim, Root and Amina."""

    app: Flask
    station_id: int
    clock: clock.FixedClock

    def client(self, who: str) -> FlaskClient:
        """Returns a browser in which somebody is signed in."""
        client = self.app.test_client()
        sign_in(client, f"{who}@demo.example")
        return client

    def propose(self, who: str, phone: str = NEW_NUMBER) -> TestResponse:
        """Sends the form with another night number, as somebody."""
        client = self.client(who)
        return send(client, changed(client, phone)) if phone else client.get(EDIT)

    def decide(self, who: str, number: int, act: str = "confirm") -> TestResponse:
        """Sends the form that confirms or refuses a version, without looking at its page."""
        data = {"called": "y"} if act == "confirm" else {"reason": "The number is wrong."}
        return self.client(who).post(f"{HERE}/versions/{number}/{act}", data=data)

    def text(self, who: str, path: str = HERE) -> str:
        """Returns a page as somebody reads it."""
        page = self.client(who).get(path)
        assert page.status_code == 200, path
        return page.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")

    def later(self, **span: float) -> None:
        """Moves the clock."""
        self.clock.move_to(self.clock.moment + timedelta(**span))

    def mails(self) -> list[tuple[str, str, str]]:
        """Returns address, subject and text of all e-mails that wait, and removes them."""
        with self.app.app_context(), unit_of_work():
            rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id)).all()
            found = [(row.payload["to"], row.payload["subject"], row.payload["body"]) for row in rows]
            for row in rows:
                session.delete(row)
        return found


def changed(client: FlaskClient, phone: str = NEW_NUMBER) -> object:
    """Returns the form of the next version with another night number."""
    form = form_on(client.get(EDIT), EDIT)
    index = next(name.split("-")[1] for name, value in form.values.items() if value == "emergency")
    today = clock.today().isoformat()
    form.values |= {f"contacts-{index}-phone": phone, "change": "The night number is new.", "verified_on": today}
    form.values["review_by"] = (clock.today() + timedelta(days=90)).isoformat()
    return form


@pytest.fixture
def fixed_clock() -> Iterator[clock.FixedClock]:
    """Sets the clock to 29 November 2026, nine in the morning."""
    fixed = clock.FixedClock(datetime(2026, 11, 29, 9, tzinfo=UTC))
    with clock.using(fixed):
        yield fixed


@pytest.fixture
def station(app: Flask, fixed_clock: clock.FixedClock) -> Station:
    """Returns the station, its pathway confirmed long ago."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        place = session.scalars(select(DutyStation)).one()
        there = people.organisation("green-valley", initials="GV", name="Green Valley")
        hired_hr(there, place, "Vera Vale", "vera")
        station_id = place.id
    fixed_clock.move_to(datetime(2026, 8, 1, 9, tzinfo=UTC))
    with app.app_context(), unit_of_work():
        pathway(station_id)
    fixed_clock.move_to(datetime(2026, 11, 29, 9, tzinfo=UTC))
    return Station(app, station_id, fixed_clock)


def hired_hr(there: object, place: DutyStation, name: str, word: str) -> None:
    """Records an HR officer of an organisation who works at a station."""
    who = people.person(name, f"{word}@demo.example")
    people.placed(people.employed(who, there, word), place)  # type: ignore[arg-type]
    people.account(who, Role.HR, at=there)  # type: ignore[arg-type]
