"""HR neither sees nor changes the people of another organisation."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.accounts.queries import find_account_by_email
from lms.kernel.actor import NOBODY, SYSTEM, Actor, Role
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import NotThere
from lms.people import policy, queries
from tests.factories import people as make
from tests.factories.people import actor_of, sign_in
from tests.people.two_organisations import Places, make_two_organisations

WORK = {"station": "1", "sector": "wash", "role": "driver", "contract": "staff"}
DATA = WORK | {"from_on": "2026-09-01", "through_on": "2026-09-30", "reason": "A reason"}


def addresses(person: int, placement: int, employment: int) -> list[tuple[str, str]]:
    """Every address about one person, by method."""
    base = f"/people/{person}"
    pages = [
        f"{base}/placement",
        f"{base}/placement/new/{employment}",
        f"{base}/placement/{placement}/move",
        f"{base}/placement/{placement}/end",
        f"{base}/placement/{placement}/correct",
    ]
    return [("GET", page) for page in pages] + [("POST", page) for page in [*pages[1:], f"{base}/code"]]


def facts() -> tuple[int, ...]:
    return tuple(
        session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        for table in ("placement", "person", "employment", "one_time_code", "audit_entry")
    )


def test_hr_of_one_organisation_meets_404_at_every_address_of_the_other(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    at = make_two_organisations(app)
    sign_in(client, "hana@demo.example")
    with app.app_context():
        before = facts()
    theirs = addresses(at.basma, at.basma_placement, at.basma_employment)
    mixed = addresses(at.amina, at.basma_placement, at.basma_employment)[1:]
    shared = [
        ("GET", f"/people/{at.both}/placement/{at.both_in_hills}/end"),
        ("POST", f"/people/{at.both}/placement/{at.both_in_hills}/end"),
        ("POST", f"/people/{at.both}/placement/{at.both_in_hills}/move"),
    ]
    unknown = [*addresses(99999, 99999, 99999), *addresses(2**63, 2**63, 2**64)]
    for method, path in [*theirs, *mixed, *shared, *unknown]:
        if path.endswith("/code") and f"/{at.amina}/" in path:
            continue  # Amina is one of Hana's own.
        with subtests.test(method=method, path=path):
            response = client.open(path, method=method, data=DATA if method == "POST" else None)
            assert response.status_code == 404
            assert "Basma" not in response.get_data(as_text=True)
    with app.app_context():
        assert facts() == before


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_everybody_but_hr_is_refused(app: Flask, client: FlaskClient, subtests: pytest.Subtests) -> None:
    at = make_two_organisations(app)
    lists = [("GET", "/people"), ("GET", "/people/new"), ("POST", "/people/new"), ("GET", "/people/codes")]
    for who in ("amina", "tomas", "karim", "root"):
        client.post("/logout")
        sign_in(client, f"{who}@demo.example")
        for method, path in [*lists, *addresses(at.amina, at.amina_placement, at.amina_employment)]:
            with subtests.test(who=who, method=method, path=path):
                assert client.open(path, method=method, data=DATA).status_code == 403


def test_the_directory_holds_only_the_own_people(app: Flask, client: FlaskClient) -> None:
    make_two_organisations(app)
    sign_in(client, "hana@demo.example")
    page = client.get("/people").get_data(as_text=True)
    assert "Amina Yusuf" in page
    assert "Bilal Qasim" in page
    assert "Basma Idris" not in page
    assert "H-20" not in page
    for found in ("Basma", "H-2", "haile@demo.example"):
        assert "No matches" in client.get("/people", query_string={"q": found}).get_data(as_text=True)


def test_a_person_in_two_organisations_is_seen_by_both_each_with_its_own_work(app: Flask, client: FlaskClient) -> None:
    at = make_two_organisations(app)
    for who, seen, hidden in (("hana", "W-20", "H-20"), ("haile", "H-20", "W-20")):
        client.post("/logout")
        sign_in(client, f"{who}@demo.example")
        page = client.get(f"/people/{at.both}/placement").get_data(as_text=True)
        assert "Bilal Qasim" in page
        assert seen in page
        assert hidden not in page


def test_nobody_is_added_to_another_organisation(app: Flask, client: FlaskClient) -> None:
    at: Places = make_two_organisations(app)
    sign_in(client, "hana@demo.example")
    data = DATA | {"name": "New", "staff_number": "N-1", "organisation": str(at.hills)}
    assert client.post("/people/new", data=data).status_code == 303
    with app.app_context():
        assert queries.find_employment_by_number(at.hills, "N-1") is None
        assert queries.find_employment_by_number(at.rivers, "N-1") is not None


def test_hr_of_two_organisations_chooses_one_of_them(app: Flask, client: FlaskClient) -> None:
    at = make_two_organisations(app)
    with app.app_context(), unit_of_work():
        other = make.organisation("third-trust").id
        hana = find_account_by_email("hana@demo.example")
        assert hana is not None
        make.accounts.grant_role(SYSTEM, hana, Role.HR, at.hills)
    sign_in(client, "hana@demo.example")
    assert "Basma Idris" in client.get("/people").get_data(as_text=True)
    page = client.get("/people/new").get_data(as_text=True)
    assert "Hill Health" in page
    assert "Third Trust" not in page
    data = DATA | {"name": "New", "staff_number": "N-1"}
    assert client.post("/people/new", data=data | {"organisation": str(other)}).status_code == 422
    assert client.post("/people/new", data=data | {"organisation": str(at.hills)}).status_code == 303


def test_policy_and_its_sql_condition_agree(app_context: Flask) -> None:
    make.sectors()
    organisations = [make.organisation(f"o-{index}") for index in range(3)]
    persons = [make.person(f"P{index}") for index in range(4)]
    jobs = {0: [0], 1: [0, 1], 2: [2], 3: []}
    for person, where in jobs.items():
        for each in where:
            make.employed(persons[person], organisations[each], f"N-{person}-{each}")
    ids = [organisation.id for organisation in organisations]
    scopes = [{}, {Role.ADMIN: None}, {Role.TRAINER: None}, {Role.HR: None}] + [
        {Role.HR: frozenset(chosen)} for chosen in ((ids[0],), (ids[1],), (ids[2],), tuple(ids), ())
    ]
    actors = [NOBODY, *(Actor(account_id=7, person_id=persons[0].id, scopes=scope) for scope in scopes)]  # type: ignore[arg-type]
    for actor in actors:
        for person, where in jobs.items():
            may = policy.may_see_person(actor, [ids[each] for each in where])
            try:
                seen = queries.load_person_for(actor, persons[person].id) is not None
            except NotThere:
                seen = False
            assert seen is may


def test_a_real_account_acts_in_its_organisation_only(app_context: Flask) -> None:
    make.sectors()
    here, there = make.organisation("here"), make.organisation("there")
    hana = actor_of(make.account(make.person("Hana", "h@x.example"), Role.HR, at=here))
    assert policy.may_act_for(hana, here.id)
    assert not policy.may_act_for(hana, there.id)
