"""The reasons of prepared statuses are those that the facts give."""

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.compliance.projection import update as updating
from lms.compliance.requirements.models import Requirement
from lms.compliance.requirements.operations import Terms, add_version, end_requirement
from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.factories.compliance import TODAY, a_person, earned, hr_of, required_course, revoked
from tests.factories.people import make_small_organisation, sign_in
from tests.factories.stored_facts import course
from tests.shared import statements_sent

pytestmark = pytest.mark.usefixtures("fixed_clock")
FILE = "/compliance/people.csv"


@pytest.fixture
def hana(app: Flask, client: FlaskClient) -> FlaskClient:
    """HR of two people who hold what is required, and of one who holds nothing."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, station = session.query(Organisation).one().id, session.query(DutyStation).one().id
        plain, aged = course("plain"), course("aged")
        renewed, brief = course("renewed", editions=(1, 2)), course("brief", per_sector=True)
        required_course(here, plain)
        shortened = required_course(here, aged)
        add_version(
            hr_of(here), shortened, effective_from=TODAY, terms=Terms(due_days=14, max_age="P9M"), reason="Agreed"
        )
        required_course(here, renewed, min_edition=2, renew_by=date(2027, 3, 31))
        required_course(here, brief)
        zara, yusuf = (a_person(name, here, name, station) for name in ("Zara", "Yusuf"))
        for who, day in ((zara, date(2026, 6, 1)), (yusuf, date(2026, 7, 1))):
            for each in (plain, aged, renewed):
                award = earned(who, each, day)
            earned(who, brief, day, sector="wash")
            revoked(award, TODAY + timedelta(days=20))
        a_person("Xavier", here, "X-1", station)
    sign_in(client, "hana@demo.example")
    return client


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    found = list(csv.DictReader(StringIO(client.get(address).data.decode("utf-8-sig"))))
    return [{name: cell for name, cell in row.items() if name != "known_as_of"} for row in found]


def test_they_are_those_of_the_facts(hana: FlaskClient) -> None:
    found = rows(hana, FILE)
    assert found == rows(hana, f"{FILE}?known_as_of={TODAY}")
    why = {row["course"]: row["reason"] for row in found if row["name"] == "Zara" and row["status"] == "valid"}
    assert why["plain"] == "Valid until 31 May 2027: earned 1 Jun 2026, edition 1."
    assert why["aged"].endswith("The end is set by the age the requirement allows.")
    assert "newer edition" in why["renewed"]
    assert "Revoked since, from" in why["renewed"]
    assert why["brief"].endswith("Sector: WASH.")
    # From before the awards until after their ends, the days beside each change among them.
    edges = [date(2026, 6, 1), date(2027, 3, 1), date(2027, 3, 31), date(2027, 5, 31), TODAY + timedelta(days=20)]
    days = {edge + timedelta(days=each) for edge in edges for each in (-1, 0, 1)}
    days |= {date(2026, 5, 1) + timedelta(days=45 * each) for each in range(20)}
    said = set()
    for day in sorted(days):
        of_day = rows(hana, f"{FILE}?as_of={day}")
        assert of_day == rows(hana, f"{FILE}?as_of={day}&known_as_of={TODAY}"), day
        said |= {row["status"] for row in of_day}
    assert {"valid", "overdue"} < said
    assert rows(hana, f"{FILE}?course=aged&as_of=2026-07-01") == rows(
        hana, f"{FILE}?course=aged&as_of=2026-07-01&known_as_of={TODAY}"
    )


def test_what_was_begun_is_read_only_where_something_is_in_progress(app: Flask, hana: FlaskClient) -> None:
    with app.app_context(), statements_sent() as sent:
        assert {row["status"] for row in rows(hana, FILE)} == {"valid", "overdue"}
    assert not [each for each in sent if "completion" in each]


def test_until_a_job_has_updated_the_statuses_the_file_leaves_out_what_is_not_required_any_more(
    app: Flask, hana: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating, "AT_ONCE", 0)
    with app.app_context(), unit_of_work():
        ended = session.query(Requirement).order_by(Requirement.id).first()
        assert ended is not None
        assert ended.organisation_id is not None
        end_requirement(hr_of(ended.organisation_id), ended, effective_through=TODAY, reason="Replaced")
    found = rows(hana, f"{FILE}?as_of={TODAY + timedelta(days=1)}")
    assert "aged" in {row["course"] for row in found if row["status"] == "valid"}
    assert "plain" not in {row["course"] for row in found if row["status"] == "valid"}
