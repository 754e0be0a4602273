"""The report's page is cached for whom it is the same, as long as no figure on it changes, and shown to nobody else."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Account, RoleGrant
from lms.compliance.projection.rebuild import compact_all
from lms.kernel import caching
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work
from tests.factories import people
from tests.factories.compliance import NOW, a_course, a_person, earned, hill_aid, required_course
from tests.factories.people import make_small_organisation, sign_in
from tests.shared import statements_sent

PAGE = "/compliance"


pytestmark = pytest.mark.usefixtures("time")


@pytest.fixture
def known(app: Flask) -> dict[str, int]:
    """Rivers Relief, where Hana is HR and Noor needs a course, and Hill Aid, where Omar is."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, there, course = session.query(people.Organisation).one(), hill_aid(), a_course()
        required_course(here.id, course)
        required_course(there.id, course)
        noor = a_person("Noor Ali", here.id, "W-9", session.query(people.DutyStation).one().id)
        return {"there": there.id, "course": course, "noor": noor.id}


def browser(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, f"{name}@demo.example")
    client.get("/my")
    return client


def read(client: FlaskClient, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", response.text)


def moment(page: str) -> str:
    return re.findall(r"Data as of (.*?)\.", page)[0].replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_keeps_its_moment_until_a_figure_changes(app: Flask, known: dict[str, int], time: FixedClock) -> None:
    hana = browser(app, "hana")
    first = read(hana)
    time.move_to(NOW + timedelta(minutes=2))
    assert read(hana) == first
    with app.app_context(), unit_of_work():
        earned(session.get_one(people.Person, known["noor"]), known["course"], NOW.date() - timedelta(days=9))
    changed = read(hana)
    assert changed != first
    assert moment(changed) != moment(first)
    caching.database_caches.clear()
    app.extensions["caches"].clear()
    assert read(hana) == changed


def statements_of(app: Flask, client: FlaskClient) -> list[str]:
    with app.app_context(), statements_sent() as found:
        read(client)
    return found


def test_counts_are_read_where_any_is_another(app: Flask, known: dict[str, int]) -> None:
    def compacted(earned_on: date | None = None) -> None:
        with app.app_context():
            if earned_on:
                with unit_of_work():
                    earned(session.get_one(people.Person, known["noor"]), known["course"], earned_on)
            assert compact_all()

    hana = browser(app, "hana")
    compacted()
    first = read(hana)
    found = statements_of(app, hana)
    assert not [each for each in found if "count_snapshot.people" in each or "daily_count.people" in each]
    # BEGIN; who acts; four for the filters; one of requirements, six of whether they are up to date and two of its
    # counts; views, files and signatures.
    assert len(found) <= 17
    # Again nothing waits to be compacted, as before.
    compacted(NOW.date() - timedelta(days=9))
    assert read(hana) != first


def test_the_moment_of_the_data_is_never_much_older(app: Flask, known: dict[str, int], time: FixedClock) -> None:
    hana = browser(app, "hana")
    first = moment(read(hana))
    time.move_to(NOW + timedelta(minutes=20))
    assert moment(read(hana)) != first


def test_nobody_is_shown_the_page_of_others(app: Flask, known: dict[str, int]) -> None:
    hana, omar = browser(app, "hana"), browser(app, "omar")
    pages = [read(each) for each in (hana, omar, hana, omar)]
    assert pages[:2] == pages[2:]
    assert "Rivers Relief" in pages[0]
    assert "Hill Aid" not in pages[0]
    assert "Hill Aid" in pages[1] or "hill-aid" in pages[1].lower()
    assert "Rivers Relief" not in pages[1]
    assert browser(app, "amina").get(PAGE).status_code == 403
    # HR of both sees both at once, and links to what only they may open.
    with app.app_context(), unit_of_work():
        account = session.query(Account).filter_by(email="hana@demo.example").one()
        for role, organisation in (("hr", known["there"]), ("coordinator", None)):
            session.add(RoleGrant(account_id=account.id, role=role, organisation_id=organisation, recorded_at=NOW))
    both = read(hana)
    assert both not in pages
    assert "Coverage across organisations" in both
    assert read(omar) == pages[1]


def test_a_browser_that_holds_the_page_is_told_so_and_another_session_is_not(app: Flask, known: dict[str, int]) -> None:
    hana, other = browser(app, "hana"), browser(app, "hana")
    response = hana.get(PAGE)
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response.vary
    held = {"If-None-Match": response.headers["ETag"]}
    assert hana.get(PAGE, headers=held).status_code == 304
    assert other.get(PAGE, headers=held).status_code == 200
    with app.app_context(), unit_of_work():
        earned(session.get_one(people.Person, known["noor"]), known["course"], date(2026, 11, 1))
    assert hana.get(PAGE, headers=held).status_code == 200


def test_what_names_somebody_or_belongs_to_one_is_not_kept(app: Flask, known: dict[str, int]) -> None:
    hana = browser(app, "hana")
    view = {"name": "Mine alone", "page": "report", "sector": "wash"}
    assert hana.post("/compliance/views", data=view).status_code == 303
    hana.get(PAGE)
    assert "Mine alone" in read(hana)
    with app.app_context(), unit_of_work():
        account = people.account(people.person("Dina Amir", "dina@demo.example"))
        organisation = session.query(people.Organisation).order_by(people.Organisation.id).first()
        session.add(RoleGrant(account_id=account.id, role="hr", organisation_id=organisation.id, recorded_at=NOW))
    dina = browser(app, "dina")
    assert "Mine alone" not in read(dina)
    report_id = re.search(r'/compliance/reports/([0-9A-Z-]+)"', read(dina))
    assert report_id is not None
    assert dina.post(f"/compliance/reports/{report_id.group(1)}/sign", data={"remark": ""}).status_code == 303
    assert "ETag" not in dina.get("/my").headers
    # The message that the report is signed was that page's; from now on the report names who signed it.
    response = dina.get(PAGE)
    assert "Dina Amir" in response.text
    assert response.headers["Cache-Control"] == "private, no-store"
    for address in (f"{PAGE}?sector=wash", f"{PAGE}?as_of=2026-10-01"):
        response = dina.get(address)
        assert "ETag" not in response.headers
        assert response.headers["Cache-Control"] == "private, no-store"
