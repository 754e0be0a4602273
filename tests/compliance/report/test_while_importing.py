"""While a list of staff is being recorded, batch by batch, the report stays: as of before it began, and says so."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.compliance.projection.models import CountHold, DailyCount
from lms.compliance.projection.rebuild import compact_all
from lms.compliance.projection.verify import verify
from lms.kernel import outbox
from lms.kernel.db import reading, session, unit_of_work
from lms.people.importing import operations
from tests.factories.compliance import a_course, required_course
from tests.factories.people import make_small_organisation, sign_in
from tests.people.importing import lists

BEFORE, AFTER = "5 people", "225 people"
NOTE = "A list of staff is being imported"


@pytest.fixture
def prepared(app: Flask, client: FlaskClient) -> int:
    """A list of 220 people, checked and asked for: its three batches have not begun. Hana is signed in."""
    make_small_organisation(app)
    with app.app_context():
        with unit_of_work():
            required_course(1, a_course())
        lists.worked()
        number = lists.sent(lists.csv_of(lists.row(f"M-{n:03}", f"Given{n} Family") for n in range(220)))
        with unit_of_work():
            operations.request_apply(lists.hana(), lists.load(number), reason="November list")
    sign_in(client, "hana@demo.example")
    return number


def batch_done(app: Flask) -> None:
    with app.app_context():
        assert outbox.sweep() == 1


def all_done(app: Flask) -> None:
    with app.app_context():
        lists.worked()


def figure(client: FlaskClient, address: str = "/compliance") -> tuple[int, str]:
    """Returns how a page answers, and its text."""
    answer = client.get(address)
    return answer.status_code, answer.get_data(as_text=True)


def compact(app: Flask) -> None:
    with app.app_context():
        compact_all()


def is_clean(app: Flask) -> bool:
    with app.app_context(), reading():
        return verify().clean


def test_the_report_stays_as_it_was_until_the_list_is_recorded(app: Flask, client: FlaskClient, prepared: int) -> None:
    status, page = figure(client)
    assert (status, NOTE in page) == (200, False), "nothing has begun"
    for batch in (1, 2):
        batch_done(app)
        if batch == 2:
            compact(app)
        status, page = figure(client)
        assert status == 200
        assert NOTE in page
        assert "These are as of" in page
        assert BEFORE in page
        for address in ("/compliance/people", "/compliance/matrix"):
            status, page = figure(client, address)
            assert status == 200
            assert "it shows who is recorded so far" in page
        assert figure(client, "/compliance?station=north-river")[0] == 202
        assert is_clean(app)
    all_done(app)
    status, page = figure(client)
    assert (status, NOTE in page) == (200, False)
    assert AFTER in page
    with app.app_context(), reading():
        assert session.query(CountHold).count() == 0
        assert session.query(DailyCount).filter(DailyCount.organisation_id < 0).count() == 0
    assert is_clean(app)


def test_the_report_stays_while_a_list_is_undone(app: Flask, client: FlaskClient, prepared: int) -> None:
    all_done(app)
    with app.app_context(), unit_of_work():
        operations.request_undo(lists.hana(), lists.load(prepared), reason="Wrong list")
    batch_done(app)
    status, page = figure(client)
    assert (status, NOTE in page, AFTER in page) == (200, True, True)
    all_done(app)
    status, page = figure(client)
    assert (status, NOTE in page, BEFORE in page) == (200, False, True)


def test_an_id_of_the_report_meanwhile_is_one_of_before(app: Flask, client: FlaskClient, prepared: int) -> None:
    before = figure(client)[1]
    batch_done(app)
    meanwhile = figure(client)[1]
    all_done(app)
    for page in (before, meanwhile):
        address = page.split('href="/compliance/reports/')[1].split('"')[0]
        assert "The figures match" in figure(client, f"/compliance/reports/{address}")[1]
