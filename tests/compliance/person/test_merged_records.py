"""Merged records: one person's facts together, as known at any moment, on every page and for each role."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.certification.awards.queries import load_award_for
from lms.certification.awards.rules import make_serial, print_serial
from lms.certification.hooks import Renewal
from lms.compliance.projection.models import PostInterval
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.population import renewal_windows, statuses_of
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import TrainingStatus
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import NotThere
from lms.people.api import merge_people, undo_merge
from lms.people.models import Organisation, Person, PersonMerge
from tests.factories import people
from tests.factories.compliance import NOW, TODAY, a_course, a_person, earned, hill_aid, hr_of, required_course
from tests.factories.people import make_small_organisation, sign_in

pytestmark = pytest.mark.usefixtures("fixed_clock")

LATER = NOW + timedelta(hours=1)
STILL_LATER = NOW + timedelta(hours=2)
SERIAL = make_serial(lambda n: 3 % n)


@pytest.fixture
def two(app: Flask) -> dict[str, int]:
    """Amina, and her second record W-8, which has an account and holds the certificate that is required."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        station = session.query(people.DutyStation).one()
        here = session.query(Organisation).one()
        there = hill_aid()
        course = a_course()
        required_course(here.id, course)
        amina = session.query(Person).filter_by(name="Amina Yusuf").one()
        twin = a_person("A. Yusuf", here.id, "W-8", station.id)
        twin.email = "twin@demo.example"
        people.account(twin)
        earned(twin, course, date(2026, 6, 1), serial=SERIAL)
        return {
            "here": here.id, "there": there.id, "amina": amina.id, "twin": twin.id, "course": course,
            "omar": session.query(Person).filter_by(name="Omar Said").one().id,
        }  # fmt: skip


def merged(app: Flask, two: dict[str, int]) -> int:
    with clock.using(FixedClock(LATER)), app.app_context(), unit_of_work():
        made = merge_people(
            hr_of(two["here"]), surviving_id=two["amina"], merged_id=two["twin"], reason="Typed in twice"
        )
        return made.id


def unmerged(app: Flask, two: dict[str, int], number: int) -> None:
    with clock.using(FixedClock(STILL_LATER)), app.app_context(), unit_of_work():
        undo_merge(hr_of(two["here"]), session.get_one(PersonMerge, number), reason="They are sisters")


def status(two: dict[str, int], word: str, known_as_of: datetime | None = None) -> list[TrainingStatus]:
    return [row.status for row in statuses_of(two[word], TODAY, known_as_of=known_as_of)]


def test_what_either_earned_counts_for_both(app: Flask, two: dict[str, int]) -> None:
    with app.app_context():
        assert status(two, "amina") == [TrainingStatus.OVERDUE]
    number = merged(app, two)
    with app.app_context():
        assert status(two, "amina") == status(two, "twin") == [TrainingStatus.VALID]
        # As known before it was said, they are two still.
        assert status(two, "amina", NOW) == [TrainingStatus.OVERDUE]
    unmerged(app, two, number)
    with app.app_context():
        assert status(two, "amina") == [TrainingStatus.OVERDUE]
        assert status(two, "twin") == [TrainingStatus.VALID]
        assert status(two, "amina", LATER) == [TrainingStatus.VALID]


def test_they_are_one_post_within_any_reach(app: Flask, two: dict[str, int]) -> None:
    merged(app, two)
    with app.app_context():
        for scope in (
            Scope(),
            Scope(frozenset({two["here"]})),
            Scope(persons=frozenset({two["twin"]})),
            Scope(frozenset({two["here"]}), frozenset({two["amina"]})),
        ):
            facts = load_facts(scope).facts
            assert two["twin"] not in {each.person for each in facts.placements}
            assert {each.person for each in facts.awards} == {two["amina"]}
            assert sum(each.person == two["amina"] for each in facts.placements) == 2
        elsewhere = load_facts(Scope(frozenset({two["there"]}))).facts
        assert {each.person for each in elsewhere.placements} == {two["omar"]}


def test_what_is_prepared_follows(app: Flask, two: dict[str, int]) -> None:
    def prepared() -> set[int]:
        rows = session.query(PostInterval.person_id).filter(PostInterval.person_id.in_([two["amina"], two["twin"]]))
        return {person for (person,) in rows}

    with app.app_context():
        assert prepared() == {two["amina"], two["twin"]}
    number = merged(app, two)
    with app.app_context():
        assert prepared() == {two["amina"]}
    unmerged(app, two, number)
    with app.app_context():
        assert prepared() == {two["amina"], two["twin"]}


def test_renewal_windows_of_a_merged_person(app: Flask, two: dict[str, int]) -> None:
    twin = Renewal(two["twin"], two["course"], None, date(2027, 5, 20), date(2027, 5, 31))
    amina = twin._replace(person_id=two["amina"])
    with app.app_context():
        alone = renewal_windows([twin])[twin]
    merged(app, two)
    with app.app_context():
        assert alone
        assert renewal_windows([twin, amina]) == {twin: alone, amina: alone}


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.text[:2000]
    return response.text.replace("\N{NO-BREAK SPACE}", " ")


def test_merging_on_the_pages(app: Flask, client: FlaskClient, two: dict[str, int]) -> None:
    amina, twin = two["amina"], two["twin"]
    sign_in(client, "hana@demo.example")
    assert f"/people/{amina}/merge" in page(client, f"/people/{amina}")
    where = {"organisation": str(two["here"])}
    unknown = client.post(f"/people/{amina}/merge", data=where | {"staff_number": "H-1"})
    assert unknown.status_code == 422
    assert "None of your staff has this staff number." in unknown.text
    itself = client.post(f"/people/{amina}/merge", data=where | {"staff_number": "W-1"})
    assert "to the same record" in itself.text
    elsewhere = client.post(f"/people/{amina}/merge", data={"organisation": str(two["there"]), "staff_number": "H-1"})
    assert elsewhere.status_code == 422
    found = client.post(f"/people/{amina}/merge", data=where | {"staff_number": "w-8"})
    assert found.headers["Location"] == f"/people/{amina}/merge/{twin}"
    compared = page(client, f"/people/{amina}/merge/{twin}")
    assert "A. Yusuf" in compared and "1 Jun 2026" in compared and "Overdue" in compared
    for data in ({"surviving": str(amina)}, {"reason": "Twice"}, {"surviving": str(two["omar"]), "reason": "Twice"}):
        assert client.post(f"/people/{amina}/merge/{twin}", data=data).status_code == 422
    done = client.post(f"/people/{amina}/merge/{twin}", data={"surviving": str(amina), "reason": "Typed in twice"})
    assert done.headers["Location"] == f"/people/{amina}"

    body = page(client, f"/people/{amina}")
    assert "Typed in twice" in body and "W-8" in body and "Valid until 31 May 2027" in body
    moved = client.get(f"/people/{twin}?as_of=2026-03-01")
    assert moved.headers["Location"] == f"/people/{amina}?as_of=2026-03-01"
    assert client.get(f"/people/{amina}/merge/{twin}").status_code == 404
    address = body.split('/undo"')[0].rsplit('"', 1)[1] + "/undo"
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert client.post(address, data={"reason": "They are sisters"}).status_code == 303
    assert "merge is undone" in page(client, f"/people/{amina}")
    client.post(address, data={"reason": "Once more"})
    assert "already been undone" in page(client, f"/people/{amina}")
    assert "A. Yusuf" in page(client, f"/people/{twin}")


def test_overlapping_placements_are_shown_until_one_is_withdrawn(
    app: Flask, client: FlaskClient, two: dict[str, int]
) -> None:
    sign_in(client, "hana@demo.example")
    amina, twin = two["amina"], two["twin"]
    pages = ("/people", f"/people/{amina}", f"/people/{twin}/placement")
    assert not any("Overlapping placements" in page(client, each) for each in pages)
    done = client.post(
        f"/people/{amina}/merge/{twin}", data={"surviving": str(amina), "reason": "Twice"}, follow_redirects=True
    )
    assert "Two placements overlap. End or withdraw one of them below." in done.get_data(as_text=True)
    assert all("Overlapping placements of one person" in page(client, each) for each in pages)
    section = page(client, f"/people/{amina}").partition("Overlapping placements")[2].partition("</section>")[0]
    assert "W-1" in section and "W-8" in section
    address = section.split('/correct"')[-2].rsplit('"', 1)[1] + "/correct"
    assert client.post(address, data={"reason": "Typed in twice"}).status_code == 303
    assert not any("Overlapping placements" in page(client, each) for each in pages)


def test_the_report_and_its_people_name_them_once(app: Flask, client: FlaskClient, two: dict[str, int]) -> None:
    merged(app, two)
    with clock.using(FixedClock(STILL_LATER)):
        sign_in(client, "hana@demo.example")
        rows = page(client, "/compliance/people.csv")
        assert "Amina Yusuf" in rows and "A. Yusuf" not in rows
        before = page(client, f"/compliance/people.csv?known_as_of={NOW.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
        assert "Amina Yusuf" in before and "A. Yusuf" in before


def test_others_see_nothing_of_it(app: Flask, client: FlaskClient, two: dict[str, int]) -> None:
    number = merged(app, two)
    sign_in(client, "omar@demo.example")
    for address in (
        f"/people/{two['amina']}", f"/people/{two['twin']}", f"/people/{two['amina']}/merge",
        f"/people/{two['omar']}/merge/{two['amina']}", f"/people/{two['amina']}/merges/{number}/undo",
        f"/people/{two['omar']}/merges/{number}/undo",
    ):  # fmt: skip
        page(client, address, 404)
    assert client.post(f"/people/{two['omar']}/merges/{number}/undo", data={"reason": "x"}).status_code == 404


def test_both_accounts_show_what_both_have(app: Flask, client: FlaskClient, two: dict[str, int]) -> None:
    sign_in(client)
    assert "Overdue" in page(client, "/my")
    merged(app, two)
    mine = page(client, "/my")
    assert "Valid until 31 May 2027" in mine
    assert f"/certificates/{print_serial(SERIAL)}" in mine
    with app.app_context():
        holder = Actor(account_id=1, person_id=two["amina"])
        assert load_award_for(holder, SERIAL).award.person_id == two["twin"]
        with pytest.raises(NotThere):
            load_award_for(Actor(account_id=1, person_id=two["omar"]), SERIAL)
    assert "W-8" in page(client, "/my/record")
    other = app.test_client()
    sign_in(other, "twin@demo.example")
    assert "Valid until 31 May 2027" in page(other, "/my")
