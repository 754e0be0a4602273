"""The filters of the report and its lists are rendered once while none is chosen, and never show what is another's."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import RoleGrant
from lms.kernel import caching
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work
from tests.factories import people
from tests.factories.compliance import NOW, a_course, a_person, hill_aid, required_course
from tests.factories.people import make_small_organisation, sign_in
from tests.factories.remembered import remembered

PAGES = ("/compliance", "/compliance/people", "/compliance/matrix")

pytestmark = [pytest.mark.pages, pytest.mark.usefixtures("time")]


@pytest.fixture
def known(app: Flask) -> None:
    """Rivers Relief, where Hana and Dina are HR, and Hill Aid, where Omar is; both ask for a course."""
    remembered(app, "two officers and another's", partial(record_officers, app))


def record_officers(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, there, course = session.query(people.Organisation).one(), hill_aid(), a_course()
        for each in (here, there):
            required_course(each.id, course)
        dina = people.account(people.person("Dina Amir", "dina@demo.example"))
        session.add(RoleGrant(account_id=dina.id, role="hr", organisation_id=here.id, recorded_at=NOW))


def browser(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, f"{name}@demo.example")
    return client


def filters(client: FlaskClient, address: str) -> str:
    """Returns the filters of a page, with the saved views below them."""
    response = client.get(address)
    assert response.status_code == 200
    end = '(?=<div class="toolbar">|<div class="empty|<svg)'
    found = re.search(f'<form class="filters".*?</form>.*?{end}', response.text, re.DOTALL)
    assert found is not None
    return found[0]


def new_station(name: str) -> Callable[[], None]:
    def record() -> None:
        here = session.query(people.Organisation).filter_by(slug="rivers-relief").one()
        place = people.station("south-river", name=name)
        a_person("Noor Ali", here.id, "W-9", place.id)

    return record


@pytest.mark.parametrize("page", PAGES)
def test_they_are_those_of_a_page_that_is_rendered_anew(app: Flask, known: None, page: str) -> None:
    hana = browser(app, "hana")
    hana.post("/compliance/views", data={"name": "North", "page": "people", "sector": "wash"})
    hana.get(page)
    again = filters(hana, page)
    assert again == filters(hana, page)
    caching.database_caches.clear()
    app.extensions["caches"].clear()
    assert filters(hana, page) == again
    # A query that chooses nothing is rendered each time.
    assert filters(hana, f"{page}?station=") == again


@pytest.mark.parametrize("page", PAGES)
def test_nobody_is_shown_the_views_or_the_places_of_others(app: Flask, known: None, page: str) -> None:
    hana, dina, omar = (browser(app, name) for name in ("hana", "dina", "omar"))
    with app.app_context(), unit_of_work():
        new_station("South River")()
    hana.post("/compliance/views", data={"name": "Mine alone", "page": "report", "sector": "wash"})
    hana.get(page)
    assert "Mine alone" in filters(hana, page)
    assert "South River" in filters(dina, page)
    assert "Mine alone" not in filters(dina, page)
    assert "South River" not in filters(omar, page)
    # A view of the same name that leads elsewhere.
    dina.post("/compliance/views", data={"name": "Mine alone", "page": "people", "sector": "health"})
    assert "/compliance?sector=wash" in filters(hana, page)
    assert "/compliance/people?sector=health" in filters(dina, page)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_offered_anew_is_there_at_once(app: Flask, known: None, time: FixedClock, page: str) -> None:
    hana = browser(app, "hana")
    seen = [filters(hana, page)]
    with app.app_context(), unit_of_work():
        new_station("South River")()
    seen.append(filters(hana, page))
    assert "South River" in seen[-1]
    time.move_to(NOW + timedelta(days=1))
    seen.append(filters(hana, page))
    assert f'value="{NOW.date() + timedelta(days=1)}"' in seen[-1]
    hana.post("/compliance/views", data={"name": "North", "page": "report", "sector": "wash"})
    hana.get(page)
    seen.append(filters(hana, page))
    assert "North" in seen[-1]
    assert len(set(seen)) == 4


def test_each_page_has_filters_that_lead_to_itself(app: Flask, known: None) -> None:
    hana = browser(app, "hana")
    for page in (*PAGES, *PAGES):
        assert f'action="{page}"' in filters(hana, page)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_chosen_is_shown(app: Flask, known: None, page: str) -> None:
    hana = browser(app, "hana")
    plain = filters(hana, page)
    chosen = filters(hana, f"{page}?sector=wash")
    assert "Clear all" in chosen
    assert re.search(r'<option[^>]*value="wash"[^>]*selected|<option[^>]*selected[^>]*value="wash"', chosen)
    assert filters(hana, page) == plain
    assert "Clear all" not in plain
