"""The directory: found by any word, filtered, paged, and quick."""

import csv
from datetime import UTC, date, datetime
from functools import partial
from io import StringIO
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms.kernel import clock, db as database
from lms.kernel.actor import Actor, Role
from lms.kernel.db import unit_of_work
from lms.people.directory.queries import list_whole_directory
from tests.factories import people as make
from tests.factories.people import make_small_organisation, sign_in
from tests.factories.remembered import remembered

TODAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LONG = "Maximiliana " * 16 + "Ende-xx"


@pytest.fixture
def crowd(app: Flask, client: FlaskClient) -> FlaskClient:
    """Hana signed in, and a small crowd: leavers, people to come, names of every kind."""
    remembered(app, "small crowd", partial(record_small_crowd, app))
    sign_in(client, "hana@demo.example")
    return client


def record_small_crowd(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, north = make.people.queries.list_organisations()[0], make.people.queries.list_stations()[0]
        south = make.station("south-hill")
        people = (
            ("Élodie O'Brien", "E-1", north, "health", date(2026, 1, 1), None),
            ("عبد الرحمن صالح", "A-1", south, "wash", date(2026, 1, 1), None),
            (LONG, "L-1", south, "wash", date(2026, 1, 1), date(2026, 11, 21)),
            ("Future Fatima", "F-1", south, "education", date(2026, 11, 23), None),
            ("100% _Odd_", "O-1", north, "mhpss", date(2026, 1, 1), date(2026, 11, 22)),
        )
        for name, number, where, sector, first, last in people:
            make.placed(make.employed(make.person(name), here, number), where, sector, first, last)
        make.employed(make.person("No Placement"), here, "X-1")
        mover = make.employed(make.person("Mover Musa"), here, "M-1")
        make.placed(mover, north, "health", date(2026, 1, 1), date(2026, 6, 30))
        make.placed(mover, south, "wash", date(2026, 7, 1))


def names(client: FlaskClient, **query: str) -> set[str]:
    with clock.using(clock.FixedClock(TODAY)):
        page = client.get("/people", query_string=query)
    assert page.status_code == 200
    text = page.get_data(as_text=True).replace("&#39;", "'")
    known = ("Élodie O'Brien", "عبد الرحمن صالح", LONG, "Future Fatima", "100% _Odd_", "No Placement", "Mover Musa")
    return {name.split()[0] for name in known if name in text}


EVERYBODY = {"Élodie", "عبد", "Maximiliana", "Future", "100%", "No", "Mover"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, EVERYBODY),
        ({"q": "musa"}, {"Mover"}),
        ({"q": "Musa MOVER"}, {"Mover"}),
        ({"q": "élodie"}, {"Élodie"}),
        ({"q": "o'brien"}, {"Élodie"}),
        ({"q": "صالح"}, {"عبد"}),
        ({"q": "m-1"}, {"Mover"}),
        ({"q": "%"}, {"100%"}),
        ({"q": "_"}, {"100%"}),
        ({"q": "\x00nobody\\"}, set()),
        ({"q": "hana@demo.example"}, set()),
        ({"station": "south-hill"}, {"عبد", "Maximiliana", "Future", "Mover"}),
        ({"station": "nowhere"}, set()),
        ({"sector": "wash"}, {"عبد", "Maximiliana", "Mover"}),
        ({"sector": "wash", "station": "south-hill", "state": "now"}, {"عبد", "Mover"}),
        ({"state": "now"}, {"Élodie", "عبد", "100%", "Mover"}),
        ({"state": "future"}, {"Future"}),
        ({"state": "left"}, {"Maximiliana", "No"}),
        ({"state": "confused"}, set()),
        ({"page": "-5"}, EVERYBODY),
        ({"page": "999999999999999999999999"}, EVERYBODY),
        ({"page": "two"}, EVERYBODY),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_found(crowd: FlaskClient, query: dict[str, str], found: set[str]) -> None:
    assert names(crowd, **query) == found


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_found_on_postgresql(crowd: FlaskClient) -> None:
    assert names(crowd) == EVERYBODY
    assert names(crowd, q="élodie") == {"Élodie"}
    assert names(crowd, q="\x00m-1") == {"Mover"}
    assert names(crowd, q="%") == {"100%"}
    assert names(crowd, sector="wash", station="south-hill", state="now") == {"عبد", "Mover"}
    assert names(crowd, state="left") == {"Maximiliana", "No"}
    assert names(crowd, state="future") == {"Future"}
    assert names(crowd, page="999999999999999999999999") == EVERYBODY


SPANS = (
    ("wash", "north-river", date(2026, 1, 1), date(2026, 3, 31)),
    ("health", "south-hill", date(2026, 4, 1), date(2026, 6, 30)),
    ("wash", "south-hill", date(2026, 7, 1), date(2026, 9, 30)),
    ("health", "north-river", date(2026, 10, 1), None),
)


def test_filters_go_by_the_placement_that_is_shown(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here = make.organisation("every-history")
        where = {"north-river": make.people.queries.list_stations()[0], "south-hill": make.station("south-hill")}
        # Everybody has another choice of these placements, and of those that were withdrawn.
        for index, kinds in enumerate(product(("none", "active", "withdrawn"), repeat=len(SPANS))):
            somebody = make.employed(make.person(f"Person {index}"), here, f"P-{index}")
            for kind, (sector, slug, first, last) in zip(kinds, SPANS, strict=True):
                if kind != "none":
                    row = make.placed(somebody, where[slug], sector, first, last)
                    if kind == "withdrawn":
                        row.retracted_at = TODAY
        actor = Actor(account_id=1, scopes={Role.HR: frozenset({here.id})})
        names = {"": ""} | {slug: station.name for slug, station in where.items()}
    with app.app_context(), database.reading():
        for day in (date(2025, 12, 31), date(2026, 3, 31), date(2026, 4, 1), date(2026, 8, 1), date(2027, 1, 1)):
            rows = list_whole_directory(actor, day, text="", station="", sector="", state="")
            assert len(rows) == 3 ** len(SPANS)
            for station, sector, state in product(names, ("", "wash", "health"), ("", "now", "future", "left")):
                wanted = {
                    row.person_id
                    for row in rows
                    if names[station] in ("", row.station) and sector in ("", row.sector) and state in ("", row.state)
                }
                chosen = {"station": station, "sector": sector, "state": state}
                found = list_whole_directory(actor, day, text="", **chosen)
                assert {row.person_id for row in found} == wanted, (day, chosen)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_state_says_why(crowd: FlaskClient) -> None:
    with clock.using(clock.FixedClock(TODAY)):
        page = crowd.get("/people").get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    for words in ("From 23 Nov 2026", "Left after 21 Nov 2026", "Now, until 22 Nov 2026", "Now, since 1 Jul 2026"):
        assert words in page
    assert "No placement" in page
    assert "12 people" in page


def test_two_hundred_people_take_eight_queries(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, north = make.people.queries.list_organisations()[0], make.people.queries.list_stations()[0]
        for index in range(195):
            make.placed(make.employed(make.person(f"Person {index:03}"), here, f"P-{index}"), north)
        engine = database.db.engine
    sign_in(client, "hana@demo.example")
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    first = client.get("/people").get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    selects = [statement for statement in statements if statement.startswith(("SELECT", "WITH"))]
    assert len(selects) <= 8, selects
    assert "200 people" in first
    assert "Page 1 of 4" in first
    assert first.count("<tr>") == 51
    last = client.get("/people?page=4&state=now").get_data(as_text=True)
    assert "state=now" in last
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_empty_directory_says_what_to_do(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        make.account(make.person("Halima", "halima@demo.example"), make.Role.HR, at=make.organisation("new-one"))
    sign_in(client, "halima@demo.example")
    assert "No people yet" in client.get("/people").get_data(as_text=True)
    assert "No sign-in codes needed" in client.get("/people/codes").get_data(as_text=True)


def test_the_list_is_a_file_with_the_filters_of_the_page(app: Flask, crowd: FlaskClient) -> None:
    with clock.using(clock.FixedClock(TODAY)):
        page = crowd.get("/people?station=south-hill").get_data(as_text=True)
        assert "/people.csv?station=south-hill" in page
        everybody = crowd.get("/people.csv")
        south = crowd.get("/people.csv?station=south-hill&state=now")
    assert everybody.status_code == 200
    assert everybody.headers["Content-Disposition"] == "attachment; filename=people-2026-11-22.csv"
    lines = list(csv.DictReader(StringIO(everybody.data.decode("utf-8-sig"))))
    assert {line["name"].split()[0].lstrip("'") for line in lines} >= EVERYBODY
    assert len(lines) == len({line["staff_number"] for line in lines}) == 12
    musa, salih = list(csv.DictReader(StringIO(south.data.decode("utf-8-sig"))))
    assert musa == {
        "staff_number": "M-1", "name": "Mover Musa", "email": "", "organisation": "Rivers Relief",
        "station": "South Hill", "sector": "wash", "role": "promoter", "first_day": "2026-07-01", "last_day": "",
        "when": "now",
    }  # fmt: skip
    assert salih["staff_number"] == "A-1"
    sign_in(other := app.test_client())
    assert other.get("/people.csv").status_code == 403
