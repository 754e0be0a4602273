"""Lists that show today's assignment beside the day of joining: the past is rewritten only when HR says so."""

from datetime import date

from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.db import reading, unit_of_work
from lms.people.importing import queries
from tests.factories import compliance, people as make
from tests.factories.stored_facts import course
from tests.people.importing import lists
from tests.people.importing.test_views import page as markup, send, work

HIRE_DATES = (
    b"Employee ID,Full name,Office,Cluster,Job title,Date of joining\n"
    b"R-1128,Aarti Chaudhary,Hill camp,WASH,driver,2025-10-05\n"
)
NOTHING_REQUIRED = "Nothing is required of this person on this day."


def page(client: FlaskClient, address: str) -> str:
    return markup(client, address).replace("\N{NO-BREAK SPACE}", " ")


def make_aarti(app: Flask) -> int:
    """Records a driver in food security since 5 October 2025, and what WASH requires; returns her number."""
    make.make_small_organisation(app)
    with app.app_context(), unit_of_work():
        organisation = make.people.queries.list_organisations()[0]
        camp = make.station("hill-camp", name="Hill camp")
        aarti = make.person("Aarti Chaudhary", "aarti@rivers.example")
        job = make.employed(aarti, organisation, "R-1128")
        make.placed(job, camp, "food-security-livelihoods", date(2025, 10, 5))
        compliance.required_course(None, course("safe-wash"), match={"sectors": ["wash"]})
        return aarti.id


def check(app: Flask, client: FlaskClient) -> str:
    address = send(client, HIRE_DATES)
    columns = {"staff_number": 0, "name": 1, "station": 2, "sector": 3, "role": 4, "from_on": 5}
    unused = dict.fromkeys(lists.FIELDS, -1)
    data = {f"column_{field}": str(index) for field, index in (unused | columns).items()}
    assert client.post(f"{address}/columns", data=data | {"day_order": ""}).status_code == 303
    work(app)
    return address


def spans(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        return lists.spans("R-1128")


def test_the_status_of_30_june_stays_what_it_was(app: Flask, client: FlaskClient) -> None:
    aarti = make_aarti(app)
    make.sign_in(client, "hana@demo.example")
    assert NOTHING_REQUIRED in page(client, f"/people/{aarti}?as_of=2026-06-30")
    address = check(app, client)
    asked = page(client, address)
    assert "1 row names another assignment from the same first day on." in asked
    assert "There is nothing to apply." in asked
    form = page(client, f"{address}/questions")
    with app.app_context(), reading():
        today = queries.day_of_upload(lists.load(int(address.rsplit("/", 1)[1])))
    assert f'value="{today.isoformat()}"' in form
    refused = client.post(f"{address}/questions", data={})
    assert refused.status_code == 422
    assert "Choose what these rows mean." in refused.get_data(as_text=True)
    no_day = client.post(f"{address}/questions", data={"same_first_day": "moved", "moved_on": ""})
    assert "Choose the first day of the new assignments." in no_day.get_data(as_text=True)
    answers = {"same_first_day": "moved", "moved_on": "2026-11-01"}
    assert client.post(f"{address}/questions", data=answers).headers["Location"] == address
    work(app)
    assert "moved on 1 November 2026" in page(client, address)
    assert client.post(f"{address}/apply", data={"reason": "November list"}).status_code == 303
    work(app)
    assert spans(app) == [("food-security-livelihoods", "2025-10-05", "2026-10-31"), ("wash", "2026-11-01", "")]
    assert NOTHING_REQUIRED in page(client, f"/people/{aarti}?as_of=2026-06-30")
    assert NOTHING_REQUIRED not in page(client, f"/people/{aarti}?as_of=2026-11-02")
    again = page(client, check(app, client))
    assert "Recorded with this assignment since 1 November 2026." in again
    assert "Nothing would change." in again


def test_a_mistake_is_corrected_from_the_beginning(app: Flask, client: FlaskClient) -> None:
    aarti = make_aarti(app)
    make.sign_in(client, "hana@demo.example")
    address = check(app, client)
    assert client.post(f"{address}/questions", data={"same_first_day": "correction"}).status_code == 303
    work(app)
    corrected = page(client, address)
    assert "for past reports too" in corrected
    assert "This replaces the placement recorded from 5 October 2025." in corrected
    assert 'checked id="same_first_day-1"' in page(client, f"{address}/questions")
    client.post(f"{address}/apply", data={"reason": "Wrong sector since hire"})
    work(app)
    assert spans(app) == [("wash", "2025-10-05", "")]
    assert NOTHING_REQUIRED not in page(client, f"/people/{aarti}?as_of=2026-06-30")
