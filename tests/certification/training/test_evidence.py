"""Sessions and prior training stay readable for HR of their time, each for its own people and nothing of later."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.certification.awards import operations as awards
from lms.certification.awards.queries import load_award_for
from lms.certification.awards.rules import print_serial
from lms.certification.models import Award, TrainingSession
from lms.certification.training import operations, queries
from lms.certification.training.check import TrainingDetails, check_list
from lms.certification.training.parser import TrainingLine
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import NotAllowed, NotThere
from lms.people.models import Employment, Organisation, Person
from tests.certification import world
from tests.factories import people as make
from tests.factories.pages import words_of
from tests.factories.people import sign_in

HELD = date(2026, 3, 10)
LAST_DAY = date(2026, 3, 31)
IN_TIME, TOO_LATE = datetime(2026, 3, 12, 9, tzinfo=UTC), datetime(2026, 4, 2, 9, tzinfo=UTC)
TODAY = datetime(2026, 9, 1, 12, tzinfo=UTC)


class Places:
    """Three organisations with an HR officer each.

    Rivers trains Bilal, who also works for Lakes, and Amina, who works for Rivers alone; both have left by now. Hills
    has Zora, whom nobody trains.
    """

    def __init__(self) -> None:
        make.sectors()
        self.station = make.station()
        self.course = world.course(validity="P2Y")
        self.rivers, self.lakes, self.hills = (make.organisation(each) for each in ("rivers", "lakes", "hills"))
        self.people: dict[str, Person] = {}
        self.accounts: dict[int, int] = {}
        self.jobs: dict[str, Employment] = {}
        for name, at, number, through_on in (
            ("Amina", self.rivers, "RIV-1", LAST_DAY),
            ("Bilal", self.rivers, "RIV-2", None),
            ("Bilal", self.lakes, "LAK-7", LAST_DAY),
            ("Zora", self.hills, "H-1", None),
        ):
            who = self.people.setdefault(name, make.person(name))
            self.jobs[number] = make.employed(who, at, number)
            make.placed(self.jobs[number], self.station, through_on=through_on)
        for at in (self.rivers, self.lakes, self.hills):
            who = make.person(f"HR of {at.name}", f"{at.slug}@demo.example")
            make.placed(make.employed(who, at, f"{at.slug}-hr"), self.station)
            self.accounts[at.id] = make.account(who, Role.HR, at=at).id

    def hr(self, *organisations: Organisation) -> Actor:
        return Actor(
            account_id=self.accounts[organisations[0].id] if organisations else 77,
            scopes={Role.HR: frozenset(each.id for each in organisations)},
        )

    def record(self, at: datetime, *numbers: str) -> TrainingSession:
        """Rivers records the session at a moment."""
        hr, lines = (
            self.hr(self.rivers),
            [TrainingLine(place, each, HELD, "Binder 3") for place, each in enumerate(numbers, 1)],
        )
        details = self.details("session")
        with clock.using(clock.FixedClock(at)):
            return operations.record_session(
                hr, details, lines, held_on=HELD, station_id=self.station.id, evidence="Binder 3", token=f"t-{at}",
                checksum=check_list(hr, details, lines).checksum, issuer=world.ISSUER,
            )  # fmt: skip

    def recognise(self, at: datetime, number: str, earned_on: date = HELD) -> Award:
        """Rivers recognises prior training at a moment."""
        line = TrainingLine(1, number, earned_on, "File 7")
        with clock.using(clock.FixedClock(at)):
            (award,) = operations.recognise_prior_learning(
                self.hr(self.rivers), self.details("prior"), [line], checksum=None, issuer=world.ISSUER
            )
        return award

    def details(self, how: str) -> TrainingDetails:
        return TrainingDetails(self.rivers.id, self.course, None, how, True, "Lina Aziz", 24)


@pytest.fixture(autouse=True)
def fixed() -> Iterator[None]:
    with clock.using(clock.FixedClock(TODAY)):
        yield


@pytest.fixture
def places(app_context: Flask) -> Places:
    return Places()


def attended(actor: Actor, held: TrainingSession) -> list[tuple[str, str]]:
    return [(each.holder, each.staff_number) for each in queries.list_attendance(actor, held.id)]


def test_each_employer_of_the_day_sees_its_own_people_of_a_session(places: Places) -> None:
    held = places.record(IN_TIME, "RIV-1", "RIV-2")
    rivers, lakes, hills = (places.hr(each) for each in (places.rivers, places.lakes, places.hills))
    # Amina has left Rivers and Bilal has left Lakes.
    assert attended(rivers, held) == [("Amina", "RIV-1"), ("Bilal", "RIV-2")]
    assert attended(lakes, held) == [("Bilal", "LAK-7")], "under its own number, and nobody else"
    assert attended(hills, held) == []
    assert attended(places.hr(places.lakes, places.hills), held) == [("Bilal", "LAK-7")]
    assert attended(places.hr(places.rivers, places.lakes), held) == [("Amina", "RIV-1"), ("Bilal", "RIV-2")]
    for actor, count in ((rivers, 2), (lakes, 1)):
        (listed,) = queries.list_sessions_for(actor, None, 1).items
        assert (listed.attended, listed.organisation) == (count, "Rivers")
        assert queries.load_session_for(actor, held.id).TrainingSession.evidence == "Binder 3"
        assert queries.list_courses_of_sessions(actor) == [(places.course.course_id, world.TITLE)]
    for actor in (hills, places.hr(), Actor(account_id=1, scopes={Role.ADMIN: None, Role.COORDINATOR: None})):
        assert queries.list_sessions_for(actor, None, 1).total == 0
        assert queries.list_courses_of_sessions(actor) == []
        with pytest.raises(NotThere):
            queries.load_session_for(actor, held.id)
    with pytest.raises(NotAllowed):
        operations.withdraw_session(lakes, held, reason="Not ours")


def test_what_is_recorded_after_the_last_day_is_not_for_the_former_employer(places: Places) -> None:
    held = places.record(TOO_LATE, "RIV-1", "RIV-2")
    lakes, rivers = places.hr(places.lakes), places.hr(places.rivers)
    with pytest.raises(NotThere):
        queries.load_session_for(lakes, held.id)
    assert (queries.list_sessions_for(lakes, None, 1).total, attended(lakes, held)) == (0, [])
    # Amina had left Rivers too, but Rivers itself recorded it.
    assert attended(rivers, held) == [("Amina", "RIV-1"), ("Bilal", "RIV-2")]


def test_prior_training_too(places: Places) -> None:
    early = places.recognise(IN_TIME, "RIV-2")
    late = places.recognise(TOO_LATE, "RIV-1")
    rivers, lakes, hills = (places.hr(each) for each in (places.rivers, places.lakes, places.hills))

    def listed(actor: Actor) -> list[tuple[str, str, str]]:
        found = queries.list_trainings_for(actor, 1).items
        return [(each.holder, each.staff_number, each.organisation) for each in found]

    assert listed(rivers) == [("Amina", "RIV-1", "Rivers"), ("Bilal", "RIV-2", "Rivers")]
    assert listed(lakes) == [("Bilal", "LAK-7", "Rivers")]
    assert listed(hills) == []
    assert load_award_for(lakes, early.serial).award is early
    assert load_award_for(rivers, late.serial).award is late
    for actor, award in ((hills, early), (lakes, late), (hills, late)):
        with pytest.raises(NotThere):
            load_award_for(actor, award.serial)


def test_prior_training_of_the_time_at_a_former_employer_recorded_by_the_next_one(places: Places) -> None:
    # Zora moved from Hills to Rivers, and the training was in her time at Hills: its name is on the certificate.
    (placement,) = make.people.queries.list_placements_of([places.jobs["H-1"].id])
    make.people.end_placement(make.SYSTEM, placement, places.jobs["H-1"], LAST_DAY)
    make.placed(make.employed(places.people["Zora"], places.rivers, "RIV-9"), places.station, from_on=date(2026, 4, 1))
    award = places.recognise(TOO_LATE, "RIV-9")
    assert award.organisation_id == places.hills.id
    with pytest.raises(NotThere):
        load_award_for(places.hr(places.hills), award.serial)
    assert load_award_for(places.hr(places.rivers), award.serial).award is award


def test_a_later_correction_leaves_what_was_there(places: Places) -> None:
    held = places.record(IN_TIME, "RIV-2")
    award = session.scalars(select(Award)).one()
    corrected = awards.supersede(places.hr(places.rivers), award, name="Bilal Q.", reason="Spelling")
    rivers, lakes = places.hr(places.rivers), places.hr(places.lakes)
    assert [each.award for each in queries.list_attendance(rivers, held.id)] == [corrected]
    assert [each.award for each in queries.list_attendance(lakes, held.id)] == [award]
    with pytest.raises(NotThere):
        load_award_for(lakes, corrected.serial)


# --- the pages ---------------------------------------------------------------------------------------------


@contextmanager
def as_hr(client: FlaskClient, slug: str) -> Iterator[FlaskClient]:
    sign_in(client, f"{slug}@demo.example")
    yield client
    client.post("/logout")


def test_the_pages_of_a_session_for_each_organisation(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        places = Places()
        held, prior = places.record(IN_TIME, "RIV-1", "RIV-2"), places.recognise(TOO_LATE, "RIV-1", date(2026, 3, 9))
        address, later = f"/sessions/{held.id}", f"/certificates/{print_serial(prior.serial)}"
        bilal = places.people["Bilal"].id
        serial = print_serial(session.scalars(select(Award.serial).where(Award.person_id == bilal)).one())
    with as_hr(client, "lakes"):
        page = words_of(client, address)
        recorder = "Recorded on 12 Mar 2026 by another organisation"
        for said in (
            "1 of your people attended",
            "Rivers recorded this session",
            "Bilal",
            "LAK-7",
            "Lina Aziz",
            recorder,
        ):
            assert said in page, said
        assert recorder in words_of(client, f"/certificates/{serial}")
        for other in ("Amina", "RIV-1", "RIV-2", "HR of Rivers", "Withdraw this session"):
            assert other not in page, other
        assert client.get(f"{address}/withdraw").status_code == 403
        assert client.post(f"{address}/withdraw", data={"reason": "Not ours"}).status_code == 403
        assert "Rivers" in words_of(client, "/sessions")
        assert f'href="{address}"' in client.get(f"/certificates/{serial}").get_data(as_text=True)
        assert "No prior training recognised yet" in words_of(client, "/sessions/prior")
        assert client.get(later).status_code == 404
    with as_hr(client, "hills"):
        assert client.get(address).status_code == 404
        assert client.get(f"{address}/withdraw").status_code == 404
        assert "No sessions recorded yet" in words_of(client, "/sessions")
        assert client.get(f"/certificates/{serial}").status_code == 404
    with as_hr(client, "rivers"):
        page = words_of(client, address)
        for said in (
            "2 people attended",
            "Amina",
            "RIV-2",
            "Withdraw this session",
            "Recorded on 12 Mar 2026 by HR of Rivers",
        ):
            assert said in page, said
        assert "File 7" in words_of(client, "/sessions/prior")
        assert "Checked by Lina Aziz" in words_of(client, later)
        assert client.post(f"{address}/withdraw", data={"reason": "Another course"}).status_code == 303
        assert "Withdrawn on 1 Sep 2026 by HR of Rivers. Reason: Another course" in words_of(client, address)
        revoked = words_of(client, f"/certificates/{serial}")
        assert "Revocation recorded on 1 Sep 2026 by HR of Rivers. Reason: Another course" in revoked
    with as_hr(client, "lakes"):
        # Everybody may know that it was revoked; why, is recorded after the last day here.
        assert "Another course" not in words_of(client, address)
        revoked = words_of(client, f"/certificates/{serial}")
        assert "Revoked." in revoked
        assert "Another course" not in revoked


def test_the_history_of_somebody_who_left_has_nothing_that_others_recorded_later(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context(), unit_of_work():
        places = Places()
        places.record(TOO_LATE, "RIV-1", "RIV-2")
        bilal, amina = places.people["Bilal"].id, places.people["Amina"].id
        colleagues = {each.name.removeprefix("HR of ").lower(): each.id for each in session.scalars(select(Person))}
    for slug, person, seen in (("rivers", amina, True), ("rivers", bilal, True), ("lakes", bilal, False)):
        with as_hr(client, slug):
            assert ("Earned the certificate" in words_of(client, f"/people/{person}")) is seen, (slug, person)
            compared = words_of(client, f"/people/{person}/merge/{colleagues[slug]}")
            assert (world.TITLE in compared) is seen, (slug, person)
