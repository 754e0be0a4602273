"""A list with other names than are recorded: nobody is renamed unseen, and nobody is wrongly named for ever."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.db import reading, session, unit_of_work
from lms.people.importing.parse import ImportChoices
from lms.people.importing.plan import KnownEmployee, plan_person
from lms.people.models import DutyStation, Organisation, Person, PersonCorrection
from lms.people.queries import find_employment_by_number
from tests.factories.people import employed, make_small_organisation, organisation, person, placed, sign_in
from tests.people.importing import lists
from tests.people.importing.lists import row
from tests.people.importing.test_rules import listed
from tests.people.importing.test_views import checked, page, work

SPOILT, RIGHT = "Ahmed Alhasan?", "أحمد الحسن"
CORRECT = {"correct_names": "yes"}


def name_of(number: str) -> str:
    with reading():
        employment = find_employment_by_number(1, number)
        assert employment is not None
        return employment.person.name


@pytest.fixture
def spoilt(app: Flask) -> None:
    """Somebody who was imported with a wrong name, and whose import was undone."""
    make_small_organisation(app)
    with app.app_context():
        lists.apply(sent := lists.sent(lists.csv_of([row("W-9", SPOILT)])))
        lists.undo(sent)


@pytest.mark.usefixtures("spoilt")
def test_a_wrong_name_is_corrected_by_the_next_list_when_hr_says_so(app: Flask) -> None:
    with app.app_context():
        again = lists.csv_of([row("W-9", RIGHT)])
        assert lists.outcomes(lists.sent(again)) == [(2, "rejected", ["other_name_here"])]
        sent = lists.sent(again, **CORRECT)
        assert lists.outcomes(sent) == [(2, "added", ["name_corrected"])]
        lists.apply(sent)
        assert name_of("W-9") == RIGHT
        assert lists.outcomes(lists.sent(again)) == [(2, "unchanged", [])]
        with reading():
            (correction,) = session.query(PersonCorrection)
            assert (correction.old_value, correction.new_value) == (SPOILT, RIGHT)
            assert (correction.organisation_id, correction.reason) == (1, "November list")


def test_only_the_name_is_corrected_and_undone(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context():
        rows = [row("W-1", "Amina Haddad"), row("W-2", "SILVA, Tomas", sector="education")]
        before = lists.everything()
        sent = lists.sent(lists.csv_of(rows), **CORRECT)
        assert lists.outcomes(sent) == [(2, "corrected", ["name_corrected"]), (3, "unchanged", [])]
        assert lists.counts(sent)["people"] == 1
        lists.apply(sent)
        assert (name_of("W-1"), lists.counts(sent)["corrected"]) == ("Amina Haddad", 1)
        assert lists.everything() == before
        lists.undo(sent)
        assert name_of("W-1") == "Amina Yusuf"
        with reading():
            assert [each.new_value for each in session.query(PersonCorrection).order_by(PersonCorrection.id)] == [
                "Amina Haddad", "Amina Yusuf",
            ]  # fmt: skip


def test_undoing_leaves_a_name_that_was_corrected_by_hand_since(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context():
        sent = lists.sent(lists.csv_of([row("W-1", "Amina Haddad")]), **CORRECT)
        lists.apply(sent)
        with unit_of_work():
            session.query(Person).filter_by(name="Amina Haddad").one().name = "Amina H. Haddad"
        lists.undo(sent)
        assert name_of("W-1") == "Amina H. Haddad"


def test_the_check_asks_and_shows_what_would_be_corrected(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    address = checked(app, client, [row("W-1", "Amina Haddad"), row("N-1", "བསྟན་འཛིན")])
    seen = page(client, address)
    assert "1 row has another name than is recorded for its staff number." in seen
    assert "Certificates cannot print" in seen
    assert f"{address}/questions" in seen
    assert "Amina Yusuf" in page(client, f"{address}?outcome=rejected")
    assert "Correct these names" in page(client, f"{address}/questions")
    assert client.post(f"{address}/questions", data={"correct_names": "y"}).status_code == 303
    work(app)
    assert "Amina Yusuf" in (seen := page(client, f"{address}?outcome=corrected"))
    assert "Corrected" in seen


def test_a_former_employer_renames_nobody_who_works_for_others(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context():
        with unit_of_work():
            (here, place), leaver = (
                (session.query(each).one() for each in (Organisation, DutyStation)),
                person("Dana Noor"),
            )
            placed(employed(leaver, here, "W-9"), place, through_on=date(2026, 3, 31))
            placed(employed(leaver, organisation("hills-health"), "H-1"), place, from_on=date(2026, 4, 1))
        sent = lists.sent(lists.csv_of([row("W-9", "Dana Haddad")]), **CORRECT)
        assert lists.outcomes(sent) == [(2, "rejected", ["other_name_elsewhere"])]


def test_another_spelling_of_a_name_is_no_other_name() -> None:
    choices = ImportChoices(correct_names=True)
    for recorded, name, corrected in (
        ("Amina Yusuf", "YUSUF, Amina", ""),
        ("José Núñez", "Jose Nunez", ""),
        ("Amina Yusuf", "Amina Haddad", "Amina Haddad"),
    ):
        plan = plan_person([listed(name=name)], KnownEmployee(1, 1, recorded), choices)
        assert plan.name == corrected, (recorded, name)
