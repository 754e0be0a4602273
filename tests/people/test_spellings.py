"""Whatever stands in a staff number that nobody sees: it is the same number everywhere it is typed."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.actor import SYSTEM
from lms.kernel.db import unit_of_work
from lms.people.errors import StaffNumberTaken
from lms.people.operations import record_employment
from lms.people.queries import find_employment_by_number
from tests.factories.people import PASSWORD, make_small_organisation, sign_in

SPELLINGS = ["W-1", "w1", "W 1", "W\N{NON-BREAKING HYPHEN}1", "\N{LEFT-TO-RIGHT MARK}W-1", "W-1\N{ZERO WIDTH SPACE}",
             "\N{FULLWIDTH LATIN CAPITAL LETTER W}-\N{ARABIC-INDIC DIGIT ONE}", '="W-1"', "'W-1"]  # fmt: skip


@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_number_signs_in_however_it_is_spelled(app: Flask, client: FlaskClient, typed: str) -> None:
    make_small_organisation(app)
    answer = client.post("/login", data={"email": typed, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/my")


@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_number_is_found_by_hr_however_it_is_spelled(app: Flask, client: FlaskClient, typed: str) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    assert "Amina Yusuf" in client.get("/people", query_string={"q": typed}).text
    answer = client.post("/compliance/lookup", data={"text": typed})
    assert "Amina Yusuf" in answer.text


def test_a_number_is_not_given_twice_in_two_spellings(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        known = find_employment_by_number(1, "W-1")
        assert known is not None and known.staff_number_key == "w1"
        for typed in SPELLINGS:
            with pytest.raises(StaffNumberTaken):
                record_employment(SYSTEM, known.person, known.organisation_id, typed)


def test_an_address_signs_in_with_marks_that_nobody_sees(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    typed = "\N{LEFT-TO-RIGHT MARK}Amina@Demo.example\N{ZERO WIDTH SPACE}"
    assert client.post("/login", data={"email": typed, "password": PASSWORD}).headers["Location"] == "/my"
