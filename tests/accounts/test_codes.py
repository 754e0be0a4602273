"""Codes on paper: printed by HR, used once, stored by nobody."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.accounts import operations, queries
from lms.accounts.codes import operations as code_operations, rules
from lms.accounts.errors import OthersEmail
from lms.accounts.sign_in.queries import list_accounts_by_staff_number
from lms.kernel import clock
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation, Employment, Person, Placement
from tests.factories import people as make
from tests.factories.people import PASSWORD, make_small_organisation, sign_in

NEW = {"password": "four good words", "again": "four good words"}
MOMENT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def app_with_deborah(app: Flask) -> Flask:
    """The small organisation, and Deborah without e-mail who joined today (staff number D-1001)."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here = make.people.queries.list_organisations()[0]
        place = make.people.queries.list_stations()[0]
        deborah = make.person("Deborah Okello")
        make.placed(make.employed(deborah, here, "D-1001"), place)
        operations.open_account(SYSTEM, deborah)
    return app


def number_of(app: Flask, name: str) -> int:
    with app.app_context():
        found = session.execute(text("SELECT id FROM person WHERE name = :name"), {"name": name}).scalar_one()
        return int(found)


def code_for(app: Flask, number: str = "D-1001") -> str:
    with app.app_context(), unit_of_work():
        (account,) = list_accounts_by_staff_number(number)
        return code_operations.print_codes(SYSTEM, [account.id])[0]


def test_deborah_joins_with_her_code(app_with_deborah: Flask, client: FlaskClient) -> None:
    code = code_for(app_with_deborah)
    typed = f" {code[:4]}-{code[4:8].lower()} {code[8:]} "
    led = client.post("/join", data={"code": typed})
    assert led.headers["Location"] == f"/join/{rules.format_code(code)}"
    page = client.get(led.headers["Location"]).get_data(as_text=True)
    assert "Welcome, Deborah Okello." in page
    done = client.post(led.headers["Location"], data=NEW)
    assert (done.status_code, done.headers["Location"]) == (303, "/my")
    assert client.get("/account").status_code == 200
    sign_in(app_with_deborah.test_client(), "d-1001", "four good words")


def test_used_old_unknown_and_closed_codes_answer_alike(app_with_deborah: Flask) -> None:
    app = app_with_deborah
    with clock.using(clock.FixedClock(MOMENT)) as now:
        used, spent_by_it, old, closed = (code_for(app) for _ in range(4))
        assert app.test_client().post(f"/join/{used}", data=NEW).status_code == 303
        with app.app_context(), unit_of_work():
            (deborah,) = list_accounts_by_staff_number("D-1001")
            operations.close_account(SYSTEM, deborah, reason="left")
            closed = rules.generate_code(lambda _: 0)
        stranger = app.test_client()
        bodies = set()
        for code in (used, spent_by_it, closed, "AAAA-BBBB-CCCC", "-", "x" * 500, "كود"):
            response = stranger.get(f"/join/{code}")
            assert response.status_code == 404
            bodies.add(without_token(response.get_data(as_text=True)))
            posted = stranger.post(f"/join/{code}", data=NEW)
            assert posted.status_code == 404
            bodies.add(without_token(posted.get_data(as_text=True)))
        now.move_to(MOMENT + timedelta(days=7, seconds=1))  # type: ignore[attr-defined]
        bodies.add(without_token(stranger.get(f"/join/{old}").get_data(as_text=True)))
        assert len(bodies) == 1
        assert "This code does not work" in bodies.pop()
        # No code can hold NUL, so the application answers before it asks for one: also 404, in its general words.
        assert stranger.get("/join/%00").status_code == 404


def without_token(body: str) -> str:
    return re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", body)


def test_a_code_works_for_a_week_and_after_reprinting(app_with_deborah: Flask, client: FlaskClient) -> None:
    with clock.using(clock.FixedClock(MOMENT)) as now:
        first, second = code_for(app_with_deborah), code_for(app_with_deborah)
        now.move_to(MOMENT + timedelta(days=6, hours=23))  # type: ignore[attr-defined]
        assert client.get(f"/join/{first}").status_code == 200
        assert client.get(f"/join/{second}").status_code == 200


def test_looking_at_a_code_does_not_use_it(app_with_deborah: Flask, client: FlaskClient) -> None:
    code = code_for(app_with_deborah)
    for _ in range(2):
        assert client.get(f"/join/{code}").status_code == 200


REFUSED = (
    ("short", "short", "Use at least 10 characters."),
    ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "This repeats the same few characters."),
    ("every sector 1", "every sector 1", "This is easy to guess."),
    ("okello-12", "okello-12", "Use at least 10 characters."),
    ("Deborah2026", "Deborah2026", "People who know your name"),
    ("D1001-D1001", "D1001-D1001", "People who know your name"),
    ("four good words", "five good words", "The passwords do not match."),
    ("", "", "Type a password."),
)


def test_weak_passwords_are_refused_kindly_and_use_nothing_up(
    app_with_deborah: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    code = code_for(app_with_deborah)
    for password, again, says in REFUSED:
        with subtests.test(password=password):
            response = client.post(f"/join/{code}", data={"password": password, "again": again})
            assert response.status_code == 422
            assert says in response.get_data(as_text=True)
    assert client.post(f"/join/{code}", data=NEW).status_code == 303


def test_hr_prints_a_slip_once(app_with_deborah: Flask, client: FlaskClient) -> None:
    app = app_with_deborah
    sign_in(client, "hana@demo.example")
    person_id = number_of(app, "Deborah Okello")
    assert client.get(f"/people/{person_id}/code").status_code == 405
    response = client.post(f"/people/{person_id}/code")
    page = response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-store"
    for words in ("Deborah Okello", "Rivers Relief", "D-1001", "http://localhost/join", "Works once, until"):
        assert words in page
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert found is not None
    assert app.test_client().post(f"/join/{found[0]}", data=NEW).status_code == 303
    with app.app_context():
        stored = session.execute(text("SELECT digest FROM one_time_code")).scalar_one()
        assert found[0].replace("-", "") not in stored
        actions = session.execute(
            text("SELECT action FROM audit_entry WHERE action LIKE 'accounts.%code' ORDER BY id")
        ).scalars()
        assert list(actions) == ["accounts.print_code", "accounts.use_code"]


def test_hr_prints_no_code_for_whoever_holds_a_role(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    for name in ("Tomas Silva", "Root Admin", "Hana Haddad"):
        response = client.post(f"/people/{number_of(app, name)}/code")
        assert response.status_code == 403
        assert "an administrator prints their code" in response.get_data(as_text=True)


def test_a_former_employer_prints_no_code(app_with_deborah: Flask, client: FlaskClient) -> None:
    """With a code of hers they would sign in as Deborah and read what her present employer records."""
    person_id = number_of(app_with_deborah, "Deborah Okello")
    with app_with_deborah.app_context(), unit_of_work():
        (employment,) = session.query(Employment).filter_by(person_id=person_id)
        (placement,) = session.query(Placement).filter_by(employment_id=employment.id)
        make.people.end_placement(SYSTEM, placement, employment, clock.today() - timedelta(days=2), reason="Left")
    sign_in(client, "hana@demo.example")
    refused = client.post(f"/people/{person_id}/code")
    assert (refused.status_code, "works here no longer" in refused.get_data(as_text=True)) == (403, True)


@pytest.mark.parametrize("known", ["signed in", "worked for others"])
def test_no_code_for_who_is_only_said_to_come(app_with_deborah: Flask, client: FlaskClient, known: str) -> None:
    """A former employer could record that she comes again one day, sign in as her, and read what others recorded."""
    person_id = number_of(app_with_deborah, "Deborah Okello")
    with app_with_deborah.app_context(), unit_of_work():
        (employment,) = session.query(Employment).filter_by(person_id=person_id)
        (placement,) = session.query(Placement).filter_by(employment_id=employment.id)
        place, today = session.get_one(DutyStation, placement.station_id), clock.today()
        make.people.end_placement(SYSTEM, placement, employment, today - timedelta(days=20), reason="Left")
        if known == "signed in":
            list_accounts_by_staff_number("D-1001")[0].password = "x"
        else:
            there = make.employed(session.get_one(Person, person_id), make.organisation("hill-health"), "H-1")
            between = make.placed(there, place, from_on=today - timedelta(days=19))
            make.people.end_placement(SYSTEM, between, there, today - timedelta(days=2), reason="Left")
        make.placed(employment, place, from_on=today + timedelta(days=10))
    sign_in(client, "hana@demo.example")
    refused = client.post(f"/people/{person_id}/code")
    assert (refused.status_code, "on their first day" in refused.get_data(as_text=True)) == (403, True)
    assert "Deborah Okello" not in client.get("/people/codes").get_data(as_text=True)
    with app_with_deborah.app_context(), unit_of_work():
        (account,) = list_accounts_by_staff_number("D-1001")
        (here,) = session.query(Employment.organisation_id).filter_by(staff_number="D-1001").one()
        hana = Actor(account_id=1, scopes={Role.HR: frozenset({here})})
        with pytest.raises(OthersEmail):
            operations.change_email(hana, account, "mine@example.org")


def test_a_new_colleague_has_a_code_before_the_first_day(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, place = make.people.queries.list_organisations()[0], make.people.queries.list_stations()[0]
        deborah = make.person("Deborah Okello")
        make.placed(make.employed(deborah, here, "D-1001"), place, from_on=clock.today() + timedelta(days=10))
        operations.open_account(SYSTEM, deborah)
    sign_in(client, "hana@demo.example")
    assert "Deborah Okello" in client.get("/people/codes").get_data(as_text=True)
    assert client.post(f"/people/{number_of(app, 'Deborah Okello')}/code").status_code == 200


def test_a_code_of_before_gives_no_role(app_with_deborah: Flask, client: FlaskClient) -> None:
    code = code_for(app_with_deborah)
    with app_with_deborah.app_context(), unit_of_work():
        (deborah,) = list_accounts_by_staff_number("D-1001")
        operations.grant_role(SYSTEM, deborah, Role.ADMIN)
    assert client.post(f"/join/{code}", data=NEW).status_code == 404


def test_an_administrator_prints_the_code_of_who_works_for_two(app_with_deborah: Flask, client: FlaskClient) -> None:
    app, person_id = app_with_deborah, number_of(app_with_deborah, "Deborah Okello")
    with app.app_context(), unit_of_work():
        others, place = make.organisation("hill-health"), make.people.queries.list_stations()[0]
        make.placed(make.employed(session.get_one(Person, person_id), others, "H-1"), place)
        (account,) = list_accounts_by_staff_number("D-1001")
        address = f"/admin/users/{account.id}/code"
    sign_in(client, "hana@demo.example")
    refused = client.post(f"/people/{person_id}/code")
    assert (refused.status_code, "an administrator prints" in refused.get_data(as_text=True)) == (403, True)
    assert "Deborah Okello" not in client.get("/people/codes").get_data(as_text=True)
    admin = app.test_client()
    sign_in(admin, "root@demo.example")
    page = admin.get(address.removesuffix("/code")).get_data(as_text=True)
    assert f'action="{address}"' in page
    assert admin.post(address, data={"password": PASSWORD}).status_code == 200


def test_an_administrator_prints_codes_for_roles_only(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "root@demo.example")
    with app.app_context():
        ids = {
            word: getattr(queries.find_account_by_email(f"{word}@demo.example"), "id")  # noqa: B009
            for word in ("amina", "tomas")
        }
    assert client.post(f"/admin/users/{ids['amina']}/code").status_code == 403
    response = client.post(f"/admin/users/{ids['tomas']}/code", data={"password": PASSWORD})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "Tomas Silva" in response.get_data(as_text=True)


def test_codes_of_a_station_are_printed_in_one_go(app_with_deborah: Flask, client: FlaskClient) -> None:
    app = app_with_deborah
    with app.app_context(), unit_of_work():
        here = make.people.queries.list_organisations()[0]
        hills = make.station("hills")
        elsewhere = make.organisation("hill-health")
        for index, (name, where) in enumerate([("Yusuf of the Hills", here), ("Stranger", elsewhere)]):
            who = make.person(name)
            make.placed(make.employed(who, where, f"H-{index}"), hills)
            operations.open_account(SYSTEM, who)
        helper = make.person("Helper with a role")
        make.placed(make.employed(helper, here, "H-9"), hills)
        operations.grant_role(SYSTEM, operations.open_account(SYSTEM, helper), Role.TRAINER)
    sign_in(client, "hana@demo.example")
    listed = client.get("/people/codes").get_data(as_text=True)
    assert "Deborah Okello" in listed
    assert "Yusuf of the Hills" in listed
    assert "Stranger" not in listed
    assert "Helper with a role" not in listed
    assert "Amina Yusuf" not in listed
    printed = client.post("/people/codes", data={"station": "hills"})
    page = printed.get_data(as_text=True)
    assert printed.headers["Cache-Control"] == "no-store"
    assert "Yusuf of the Hills" in page
    assert "Deborah Okello" not in page
    assert len(re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page)) == 1
    code_for_yusuf = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert code_for_yusuf is not None
    app.test_client().post(f"/join/{code_for_yusuf[0]}", data=NEW)
    assert "No sign-in codes needed" in client.get("/people/codes?station=hills").get_data(as_text=True)
