"""HR learns of no e-mail whether somebody of another organisation has it; of its own people it does."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.kernel.actor import SYSTEM, Role
from lms.kernel.db import session, unit_of_work
from lms.people.operations import end_placement
from tests.factories import people as make
from tests.factories.people import sign_in
from tests.people.importing import lists
from tests.people.importing.lists import row
from tests.people.importing.test_views import checked, work
from tests.people.two_organisations import Places, make_two_organisations

HELD, FREE = "haile@demo.example", "nobod@demo.example"
OWN = "four good words"
TAKEN = "An account already signs in with this e-mail."
TYPED = {"station": "1", "sector": "wash", "role": "Driver", "contract": "staff", "from_on": "2026-11-21"}
DETAILS = {"given_name": "", "family_name": "", "printed_name": "", "language": "en", "reason": "A new address"}


@pytest.fixture
def at(app: Flask, client: FlaskClient) -> Places:
    """Two organisations, with Hana of Rivers Relief signed in; Haile, of the other, has HELD."""
    places = make_two_organisations(app)
    sign_in(client, "hana@demo.example")
    return places


def seen(client: FlaskClient, address: str, *own: str) -> str:
    """Returns a page without what differs from person to person: number, e-mail, ids, and what each request draws."""
    page = client.get(address).get_data(as_text=True)
    page = re.sub(r'(nonce|value)="[\w.=-]{12,}"', "", page)
    page = re.sub(r'datetime="[^"]+"', "", page)
    page = re.sub(r"(/people/|/placement/|/import/|/new/|/number/|employment-)\d+", r"\1id", page)
    for value in own:
        page = page.replace(value, "own")
    return page


def person_of(app: Flask, number: str) -> int:
    with app.app_context():
        found = make.people.queries.find_employment_by_number(1, number)
        assert found is not None
        return found.person_id


def pages_of_person(client: FlaskClient, person: int, number: str, email: str) -> list[str]:
    """Returns what HR sees of one person: in the lists, alone, and as answers to what can be asked for them."""
    pages = [
        f"/people?q={email}", f"/people.csv?q={email}", f"/people/{person}/placement",
        f"/people/{person}/correct", f"/people/invitations?q={email}", f"/people/codes?q={number}",
    ]  # fmt: skip
    invited = client.post(f"/people/{person}/invitation")
    assert invited.status_code == 303
    return [
        *(seen(client, page, number, email) for page in pages),
        seen(client, invited.headers["Location"], number, email),
    ]


def test_an_import_says_the_same_of_a_held_and_a_free_email(app: Flask, client: FlaskClient, at: Places) -> None:
    found = []
    for number, email in (("N-71", FREE), ("N-72", HELD)):
        address = checked(app, client, [row(number, "Nadia New", email=email)])
        dry_run = [seen(client, address, number, email), seen(client, f"{address}/rows.csv", number, email)]
        assert client.post(f"{address}/apply", data={"reason": "November"}).status_code == 303
        work(app)
        person = person_of(app, number)
        result = [seen(client, address, number, email), seen(client, f"{address}/rows.csv", number, email)]
        assert "1 person" in dry_run[0] and "The list has been applied" in result[0]
        found.append([*dry_run, *result, *pages_of_person(client, person, number, email)])
        with app.app_context(), unit_of_work():
            # So that each list is the first.
            session.execute(text("UPDATE person SET name = 'Somebody Else' WHERE id = :id"), {"id": person})
    free, held = found
    for one, other in zip(free, held, strict=True):
        assert other == one


def test_a_person_typed_says_the_same_of_a_held_and_a_free_email(app: Flask, client: FlaskClient, at: Places) -> None:
    found = []
    for number, email in (("N-71", FREE), ("N-72", HELD)):
        added = client.post("/people/new", data=TYPED | {"name": "Nadia New", "staff_number": number, "email": email})
        assert added.status_code == 303, added.get_data(as_text=True)[-3000:]
        person = person_of(app, number)
        assert "Nadia New has been added." in client.get(added.headers["Location"]).text
        found.append([pages_of_person(client, person, number, email)])
        with app.app_context(), unit_of_work():
            session.execute(text("UPDATE person SET name = 'Somebody Else' WHERE id = :id"), {"id": person})
    free, held = found
    for one, other in zip(free, held, strict=True):
        assert other == one


def test_an_email_corrected_says_the_same_of_a_held_and_a_free_email(
    app: Flask, client: FlaskClient, at: Places
) -> None:
    for email in (FREE, HELD, "", HELD):
        data = DETAILS | {"name": "Amina Yusuf", "email": email}
        corrected = client.post(f"/people/{at.amina}/correct", data=data)
        assert corrected.status_code == 303, corrected.get_data(as_text=True)[-3000:]
        if email:
            assert f"By e-mail ({email})" in seen(client, corrected.headers["Location"])


@pytest.mark.parametrize("left", [False, True])
def test_an_email_of_ones_own_people_is_still_named(app: Flask, client: FlaskClient, at: Places, left: bool) -> None:
    if left:
        with app.app_context(), unit_of_work():
            (placement,) = make.people.queries.list_placements_of([at.amina_employment])
            job = session.get_one(make.Employment, at.amina_employment)
            end_placement(SYSTEM, placement, job, make.date(2026, 6, 30))
    rows = [row("N-1", "Nadia New", email="amina@demo.example")]
    with app.app_context():
        assert lists.outcomes(lists.sent(lists.csv_of(rows))) == [(2, "rejected", ["email_here"])]
    typed = TYPED | {"name": "Nadia New", "staff_number": "N-1", "email": "Amina@demo.example"}
    refused = client.post("/people/new", data=typed)
    assert refused.status_code == 422 and TAKEN in refused.get_data(as_text=True)


def test_an_email_given_to_ones_own_is_named_also_where_somebody_elsewhere_has_it(
    app: Flask, client: FlaskClient, at: Places
) -> None:
    typed = TYPED | {"name": "Nadia New", "staff_number": "N-1", "email": HELD}
    assert client.post("/people/new", data=typed).status_code == 303
    again = client.post("/people/new", data=typed | {"name": "Zoe Other", "staff_number": "N-2"})
    assert again.status_code == 422 and TAKEN in again.get_data(as_text=True)
    with app.app_context():
        number = lists.sent(lists.csv_of([row("N-2", "Zoe Other", email=HELD)]))
        assert lists.outcomes(number) == [(2, "rejected", ["email_here"])]


def test_an_email_taken_between_check_and_apply_elsewhere_changes_nothing(app: Flask, at: Places) -> None:
    with app.app_context():
        number = lists.sent(lists.csv_of([row("N-1", "Nadia New", email="late@demo.example")]))
        with unit_of_work():
            other = make.person("Liya Late", "late@demo.example")
            make.employed(other, session.get_one(make.Organisation, at.hills), "H-9")
            make.account(other)
        lists.apply(number)
        assert lists.outcomes(number) == [(2, "added", [])]
        assert lists.spans("N-1") == [("wash", "2026-01-01", "")]


def test_hr_of_both_organisations_is_told_where_it_types(app: Flask, client: FlaskClient, at: Places) -> None:
    with app.app_context(), unit_of_work():
        both = make.person("Bea Both", "bea@demo.example")
        account = make.account(both, Role.HR, at=session.get_one(make.Organisation, at.rivers))
        make.accounts.grant_role(SYSTEM, account, Role.HR, at.hills)
    client.post("/logout")
    sign_in(client, "bea@demo.example")
    typed = TYPED | {"organisation": str(at.rivers), "name": "Nadia New", "staff_number": "N-1", "email": HELD}
    refused = client.post("/people/new", data=typed)
    assert refused.status_code == 422 and TAKEN in refused.get_data(as_text=True)


def test_who_works_for_both_signs_in_with_the_email_at_either(app: Flask, client: FlaskClient, at: Places) -> None:
    """The holder of an e-mail that two organisations recorded is reached with it in both accounts."""
    typed = TYPED | {"name": "Haile T.", "staff_number": "N-1", "email": HELD}
    assert client.post("/people/new", data=typed).status_code == 303
    person = person_of(app, "N-1")
    client.post(f"/people/{person}/invitation")
    printed = client.post(f"/people/{person}/code").text
    (code,) = set(re.findall(r"\b[\dA-Z]{4}-[\dA-Z]{4}-[\dA-Z]{4}\b", printed))
    holder = app.test_client()
    assert holder.post(f"/join/{code}", data={"password": OWN, "again": OWN}).status_code == 303
    assert f"You sign in with your e-mail, {HELD}" in holder.get("/account").text
    for password, name in ((OWN, "Haile T."), (make.PASSWORD, "Haile Tesfaye")):
        device = app.test_client()
        sign_in(device, HELD, password)
        assert name in device.get("/account").text
    # Changed to the password of the other account: then the organisation says which is meant.
    with app.app_context(), unit_of_work():
        same = text("UPDATE account SET password = :password WHERE person_id = :person")
        session.execute(same, {"password": make.hashed(), "person": person})
    both = app.test_client()
    asked = both.post("/login", data={"email": HELD, "password": make.PASSWORD})
    assert "Several organisations use this number or e-mail." in asked.text
    data = {"email": HELD, "password": make.PASSWORD, "organisation": str(at.rivers)}
    assert both.post("/login", data=data).status_code == 302
    assert "Haile T." in both.get("/account").text


def test_an_administrator_sees_which_accounts_share_an_email(app: Flask, client: FlaskClient, at: Places) -> None:
    typed = TYPED | {"name": "Nadia New", "staff_number": "N-1", "email": HELD}
    assert client.post("/people/new", data=typed).status_code == 303
    client.post("/logout")
    sign_in(client, "root@demo.example")
    everybody = client.get("/admin/users").text
    assert everybody.count(HELD) == 2 and "1 account has an e-mail that another account had first" in everybody
    shared = client.get("/admin/users?shared=y").text
    assert "Nadia New" in shared and "Haile Tesfaye" in shared and "Amina Yusuf" not in shared
    assert "Nadia New" in client.get(f"/admin/users?q={HELD}").text
    for name, other in (("Nadia New", "Haile Tesfaye"), ("Haile Tesfaye", "Nadia New")):
        (address,) = re.findall(rf'href="(/admin/users/\d+)"><bdi>{name}', shared)
        page = client.get(address).text
        assert f"Signs in with {HELD} or a staff number." in page
        assert re.search(rf"Signs in with the same e-mail:\s*<a[^>]*><bdi>{other}", page)
    client.post("/logout")
    sign_in(client, "hana@demo.example")
    assert client.get("/admin/users").status_code == 403
