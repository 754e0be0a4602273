"""Correcting who somebody is: by whom, with what reason, and that the values before stay."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from lms.accounts.models import Account
from lms.accounts.queries import find_account_where
from lms.audit.models import AuditEntry
from lms.kernel.actor import SYSTEM
from lms.kernel.db import session, unit_of_work
from lms.people.models import Employment, Person, PersonCorrection
from tests.factories import people as make
from tests.factories.people import sign_in
from tests.people.two_organisations import Places, make_two_organisations

MOJIBAKE = "Ø£Ø\xadÙ…Ø¯ Ø§Ù„Ø\xadØ³Ù†"
RIGHT = "أحمد الحسن"
DATA = {
    "name": "Amina Yusuf Haddad", "given_name": "Amina", "family_name": "Yusuf Haddad", "printed_name": "",
    "email": "amina@demo.example", "language": "en", "reason": "Married in October",
}  # fmt: skip


@pytest.fixture
def at(app: Flask, client: FlaskClient) -> Places:
    """Two organisations, with Hana of Rivers Relief signed in."""
    places = make_two_organisations(app)
    sign_in(client, "hana@demo.example")
    return places


def stored(app: Flask, person_id: int) -> Person:
    with app.app_context():
        found = session.get(Person, person_id)
        assert found is not None
        return found


def corrections(app: Flask) -> list[tuple[object, ...]]:
    with app.app_context():
        rows = session.query(PersonCorrection).order_by(PersonCorrection.id)
        return [(each.field, each.old_value, each.new_value, each.reason) for each in rows]


def test_a_name_is_corrected_with_a_reason_and_the_one_before_is_kept(
    app: Flask, client: FlaskClient, at: Places
) -> None:
    assert f"/people/{at.amina}/correct" in client.get(f"/people/{at.amina}/placement").get_data(as_text=True)
    response = client.post(f"/people/{at.amina}/correct", data=DATA)
    assert response.status_code == 303
    amina = stored(app, at.amina)
    assert (amina.name, amina.given_name, amina.family_name) == ("Amina Yusuf Haddad", "Amina", "Yusuf Haddad")
    reason = "Married in October"
    assert corrections(app) == [
        ("name", "Amina Yusuf", "Amina Yusuf Haddad", reason),
        ("given_name", None, "Amina", reason),
        ("family_name", None, "Yusuf Haddad", reason),
    ]
    with app.app_context():
        entry = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        assert entry is not None
        assert (entry.action, entry.organisation_id) == ("people.correct_person", at.rivers)
        # Names stay where they can be erased by law: the trail is for ever.
        assert "Haddad" not in str(entry.detail)
    page = client.get(f"/people/{at.amina}/correct").get_data(as_text=True)
    assert "Earlier corrections" in page
    assert "Amina Yusuf</bdi>" in page
    assert "<bdi>Hana Haddad</bdi>" in page


def test_a_name_spoilt_by_an_encoding_is_not_for_ever(app: Flask, client: FlaskClient, at: Places) -> None:
    with app.app_context(), unit_of_work():
        person = session.get(Person, at.amina)
        assert person is not None
        person.name = MOJIBAKE
    data = DATA | {"name": RIGHT, "given_name": "", "family_name": ""}
    assert client.post(f"/people/{at.amina}/correct", data=data).status_code == 303
    assert stored(app, at.amina).name == RIGHT


def test_a_corrected_email_signs_in_and_ends_what_was_signed_in(app: Flask, client: FlaskClient, at: Places) -> None:
    learner = app.test_client()
    sign_in(learner, "amina@demo.example")
    assert learner.get("/my").status_code == 200
    assert (
        client.post(f"/people/{at.amina}/correct", data=DATA | {"email": "Amina.New@demo.example"}).status_code == 303
    )
    assert stored(app, at.amina).email == "amina.new@demo.example"
    assert learner.get("/my").status_code == 302
    sign_in(learner, "amina.new@demo.example")


def test_the_email_of_a_leaver_is_released_for_somebody_else(app: Flask, client: FlaskClient, at: Places) -> None:
    new = {
        "name": "Deborah Okello", "staff_number": "D-1001", "email": "amina@demo.example", "station": "1",
        "sector": "wash", "role": "Driver", "contract": "staff", "from_on": "2026-11-21", "through_on": "",
    }  # fmt: skip
    refused = client.post("/people/new", data=new)
    assert refused.status_code == 422
    assert "if its holder has left, remove it from their details" in refused.get_data(as_text=True)
    with app.app_context(), unit_of_work():
        (placement,) = make.people.queries.list_placements_of([at.amina_employment])
        job = session.get(Employment, at.amina_employment)
        assert job is not None
        make.people.end_placement(SYSTEM, placement, job, make.date(2026, 6, 30))
    assert client.post(f"/people/{at.amina}/correct", data=DATA | {"email": ""}).status_code == 303
    with app.app_context():
        account = find_account_where(Account.person_id == at.amina)
        assert account is not None
        assert account.email is None
    assert client.post("/people/new", data=new).status_code == 303


def test_a_staff_number_is_corrected(app: Flask, client: FlaskClient, at: Places) -> None:
    address = f"/people/{at.amina}/correct/number/{at.amina_employment}"
    assert address in client.get(f"/people/{at.amina}/placement").get_data(as_text=True)
    taken = client.post(address, data={"staff_number": "w-2", "reason": "Typing error"})
    assert taken.status_code == 422
    assert "Somebody else in this organisation has this staff number." in taken.get_data(as_text=True)
    assert client.post(address, data={"staff_number": " W-100 ", "reason": "Typing error"}).status_code == 303
    with app.app_context():
        job = session.get(Employment, at.amina_employment)
        assert job is not None
        assert job.staff_number == "W-100"
    assert corrections(app) == [("staff_number", "W-1", "W-100", "Typing error")]
    assert client.post(address, data={"staff_number": "w-100", "reason": "Small"}).status_code == 303
    client.post("/logout")
    with app.app_context():
        assert make.people.queries.find_employment_by_number(at.rivers, "W-1") is None
        assert make.people.queries.find_employment_by_number(at.rivers, "W 100") is not None


REFUSED = (
    ({"reason": ""}, "Say why"),
    ({"name": ""}, "Write the name."),
    ({"name": "x" * 201}, "at most 200 characters"),
    ({"email": "not an address"}, "This is not a full e-mail address"),
    ({"email": "TOMAS@demo.example"}, "An account already signs in with this e-mail."),
    ({"family_name": "Al-Tahir"}, "is not part of the name above"),
    ({"printed_name": "བསྟན་འཛིན"}, "cannot print"),
    ({"language": "xx"}, "This is not one of the options"),
    ({"name": "Amina Yusuf", "given_name": "", "family_name": ""}, "Nothing was changed"),
)


def test_what_is_refused_says_why_and_changes_nothing(
    app: Flask, client: FlaskClient, at: Places, subtests: pytest.Subtests
) -> None:
    for changes, says in REFUSED:
        with subtests.test(changes=changes):
            response = client.post(f"/people/{at.amina}/correct", data=DATA | changes)
            page = response.get_data(as_text=True)
            assert response.status_code == 422
            assert says in page
            assert (changes.get("reason") or DATA["reason"]) in page or "reason" in changes
            assert stored(app, at.amina).name == "Amina Yusuf"
    assert corrections(app) == []


def test_hr_does_not_take_over_the_account_of_somebody_with_a_role(app: Flask, client: FlaskClient, at: Places) -> None:
    with app.app_context():
        tomas = session.query(Person).filter_by(name="Tomas Silva").one().id
    data = DATA | {"name": "Tomas da Silva", "given_name": "", "family_name": "", "email": "hana+1@demo.example"}
    refused = client.post(f"/people/{tomas}/correct", data=data)
    assert refused.status_code == 422
    assert "An administrator changes their e-mail" in refused.get_data(as_text=True)
    assert client.post(f"/people/{tomas}/correct", data=data | {"email": "tomas@demo.example"}).status_code == 303
    client.post("/logout")
    sign_in(client, "root@demo.example")
    saved = client.post(f"/people/{tomas}/correct", data=data, follow_redirects=True)
    assert saved.status_code == 200
    assert "saved" in saved.get_data(as_text=True)
    assert stored(app, tomas).email == "hana+1@demo.example"


def test_only_hr_where_somebody_works_and_administrators_correct_them(
    app: Flask, client: FlaskClient, at: Places
) -> None:
    for person, employment in ((at.basma, at.basma_employment), (99999, 99999), (at.amina, at.basma_employment)):
        assert client.post(f"/people/{person}/correct/number/{employment}", data={}).status_code == 404
    for method in ("GET", "POST"):
        assert client.open(f"/people/{at.basma}/correct", method=method, data=DATA).status_code == 404
    # Bilal left Rivers Relief and works for Hill Health: only Hill Health corrects him.
    with app.app_context(), unit_of_work():
        job = make.people.queries.find_employment_by_number(at.rivers, "W-20")
        assert job is not None
        (placement,) = make.people.queries.list_placements_of([job.id])
        make.people.end_placement(SYSTEM, placement, job, make.date(2026, 6, 30))
    assert client.post(f"/people/{at.both}/correct", data=DATA).status_code == 403
    assert f'/people/{at.both}/correct"' not in client.get(f"/people/{at.both}/placement").get_data(as_text=True)
    client.post("/logout")
    sign_in(client, "haile@demo.example")
    assert client.get(f"/people/{at.both}/correct").status_code == 200


def test_a_correction_stays_as_it_was_but_its_values_can_be_erased(app: Flask, client: FlaskClient, at: Places) -> None:
    client.post(f"/people/{at.amina}/correct", data=DATA)
    for statement in (
        delete(PersonCorrection), update(PersonCorrection).values(new_value="Other"),
        update(PersonCorrection).values(old_value=None, new_value=None, reason="Other"),
    ):  # fmt: skip
        with app.app_context(), pytest.raises(DBAPIError), unit_of_work():
            session.execute(statement)
    with app.app_context(), unit_of_work():
        session.execute(update(PersonCorrection).values(old_value=None, new_value=None))
    with app.app_context():
        assert session.execute(text("SELECT count(*) FROM person_correction")).scalar_one() == 3
    assert "erased" in client.get(f"/people/{at.amina}/correct").get_data(as_text=True)


def test_what_certificates_cannot_print_is_said_where_hr_works(app: Flask, client: FlaskClient, at: Places) -> None:
    name = "བསྟན་འཛིན"
    client.post(f"/people/{at.amina}/correct", data=DATA | {"name": name, "given_name": "", "family_name": ""})
    page = client.get(f"/people/{at.amina}/placement").get_data(as_text=True)
    assert "Certificates cannot print" in page
    data = DATA | {"name": name, "given_name": "", "family_name": "", "printed_name": "Tenzin"}
    client.post(f"/people/{at.amina}/correct", data=data)
    assert "Certificates cannot print" not in client.get(f"/people/{at.amina}/placement").get_data(as_text=True)
    assert stored(app, at.amina).name_on_certificates == "Tenzin"
