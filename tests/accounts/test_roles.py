"""Administrators give and take roles, close and open accounts; each with its reason, and one of them always stays."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from lms.accounts import operations, policy, queries
from lms.accounts.administration.queries import list_accounts
from lms.accounts.errors import LastAdministrator
from lms.accounts.models import RoleGrant
from lms.kernel import db as database
from lms.kernel.actor import NOBODY, SYSTEM, Actor, Role
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import Invalid, NotThere
from tests.factories import people as make
from tests.factories.people import PASSWORD, make_small_organisation, sign_in

REASON = {"reason": "Asked for by the country office"}
CONFIRMED = {"password": PASSWORD}
AS_HR = {"role": "hr", "organisation": "1", **REASON, **CONFIRMED}
AS_ADMIN = {"role": "admin", "organisation": "", **REASON, **CONFIRMED}


def ids(app: Flask) -> dict[str, int]:
    with app.app_context():
        rows = session.execute(text("SELECT id, email FROM account"))
        return {row.email.partition("@")[0]: row.id for row in rows}


def acts(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        rows = session.execute(text("SELECT action, reason FROM audit_entry WHERE reason <> '' ORDER BY id"))
        return [(row.action, row.reason) for row in rows]


def test_a_role_is_given_used_and_removed(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    amina = ids(app)["amina"]
    learner = app.test_client()
    sign_in(learner)
    assert learner.get("/people").status_code == 403
    sign_in(client, "root@demo.example")
    page = client.get(f"/admin/users/{amina}/roles/new").get_data(as_text=True)
    assert "Rivers Relief" in page
    given = client.post(f"/admin/users/{amina}/roles/new", data=AS_HR, follow_redirects=True).get_data(as_text=True)
    assert "The role has been given." in given
    assert "HR, Rivers Relief" in given
    sign_in(learner)
    assert learner.get("/people").status_code == 200
    link = re.search(rf"/admin/users/{amina}/roles/\d+/retract", given)
    assert link is not None
    assert "Remove role" in client.get(link[0]).get_data(as_text=True)
    assert client.post(link[0], data=REASON).status_code == 303
    sign_in(learner)
    assert learner.get("/people").status_code == 403
    assert client.get(link[0]).status_code == 404
    reason = REASON["reason"]
    assert acts(app) == [("accounts.grant", reason), ("accounts.retract", reason)]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"role": "hr", "organisation": "", **REASON}, "The HR role belongs to one organisation"),
        ({"role": "admin", "organisation": "1", **REASON}, "An administrator is responsible for all organisations"),
        ({"role": "hr", "organisation": "999", **REASON}, "This is not one of the options"),
        ({"role": "king", "organisation": "1", **REASON}, "This is not one of the options"),
        ({"role": "hr", "organisation": "1", "reason": "  "}, "Say why, in a few words."),
        ({"role": "hr", "organisation": "1", "reason": "x" * 501}, "at most 500 characters"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_refused_role_says_why_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, data: dict[str, str], says: str
) -> None:
    make_small_organisation(app)
    sign_in(client, "root@demo.example")
    response = client.post(f"/admin/users/{ids(app)['amina']}/roles/new", data=data | CONFIRMED)
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert says in page
    assert data["reason"].strip() in page
    assert acts(app) == []


def test_the_last_administrator_stays(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    numbers = ids(app)
    root = numbers["root"]
    sign_in(client, "root@demo.example")
    page = client.get(f"/admin/users/{root}").get_data(as_text=True)
    link = re.search(rf"/admin/users/{root}/roles/\d+/retract", page)
    assert link is not None
    for path in (link[0], f"/admin/users/{root}/close"):
        response = client.post(path, data=REASON)
        assert response.status_code == 422
        assert "This is the only administrator." in response.get_data(as_text=True)
    client.post(f"/admin/users/{numbers['amina']}/roles/new", data=AS_ADMIN)
    client.post(f"/admin/users/{numbers['amina']}/close", data=REASON)
    # A closed administrator does not count.
    assert client.post(link[0], data=REASON).status_code == 422
    client.post(f"/admin/users/{numbers['amina']}/open", data=REASON)
    assert client.post(link[0], data=REASON).status_code == 303
    assert client.get("/admin/users").status_code == 403


def test_closing_and_opening_an_account(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    amina = ids(app)["amina"]
    learner = app.test_client()
    sign_in(learner)
    sign_in(client, "root@demo.example")
    assert client.post(f"/admin/users/{amina}/close", data={"reason": ""}).status_code == 422
    assert learner.get("/account").status_code == 200
    closed = client.post(f"/admin/users/{amina}/close", data=REASON, follow_redirects=True)
    assert "Closed: cannot sign in" in closed.get_data(as_text=True)
    assert learner.get("/account").status_code == 302
    assert "Closed" in client.get("/admin/users?q=amina").get_data(as_text=True)
    client.post(f"/admin/users/{amina}/open", data=REASON)
    sign_in(learner)
    assert [action for action, _ in acts(app)] == ["accounts.close", "accounts.reopen"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nobody_else_opens_the_administrators_pages(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    amina = ids(app)["amina"]
    for who in ("amina", "tomas", "hana", "karim"):
        client.post("/logout")
        sign_in(client, f"{who}@demo.example")
        for path in ("", f"/{amina}", f"/{amina}/roles/new", f"/{amina}/roles/1/retract", f"/{amina}/close"):
            assert client.get(f"/admin/users{path}").status_code == 403
        for path in ("roles/new", "roles/1/retract", "close", "open", "code"):
            assert client.post(f"/admin/users/{amina}/{path}", data=REASON).status_code == 403
    assert acts(app) == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_accounts_that_are_not_there(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "root@demo.example")
    for number in ("999", str(2**63), str(2**80)):
        for path in ("", "/roles/new", "/close", "/open", "/roles/1/retract"):
            assert client.get(f"/admin/users/{number}{path}").status_code == 404


def test_the_list_is_searched_filtered_and_paged_in_few_queries(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here = make.people.queries.list_organisations()[0]
        for index in range(120):
            who = make.person(f"Person {index:03}", f"p{index}@demo.example")
            make.employed(who, here, f"P-{index}")
            operations.open_account(SYSTEM, who, email=who.email, hashed="x")
    sign_in(client, "root@demo.example")
    statements: list[str] = []
    with app.app_context():
        engine = database.db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    first = client.get("/admin/users").get_data(as_text=True)
    assert len([one for one in statements if one.startswith("SELECT")]) == 7
    assert "125 accounts" in first
    assert "Page 1 of 3" in first.replace("\N{NO-BREAK SPACE}", " ")
    assert "Person 119" in client.get("/admin/users?page=3").get_data(as_text=True)
    assert "Person 119" in client.get("/admin/users?page=999999999999999999999").get_data(as_text=True)
    found = client.get("/admin/users?q=P119@demo").get_data(as_text=True)
    assert "1 account<" in found
    holders = client.get("/admin/users?role=trainer").get_data(as_text=True)
    assert "Tomas Silva" in holders
    assert "Amina" not in holders
    assert "No matching accounts" in client.get("/admin/users?q=%00%25_").get_data(as_text=True)


def test_administrators_see_all_accounts_and_others_their_own(app_context: Flask) -> None:
    make.sectors()
    here, there = make.organisation(), make.organisation("hill-health")
    opened = [make.account(make.person(f"P{index}", f"p{index}@x.example")) for index in range(3)]
    operations.grant_role(SYSTEM, opened[1], Role.ADMIN)
    operations.grant_role(SYSTEM, opened[2], Role.HR, here.id)
    operations.grant_role(SYSTEM, opened[2], Role.HR, there.id)
    for actor in (NOBODY, SYSTEM, *(make.actor_of(account) for account in opened)):
        seen = set()
        for account in opened:
            try:
                seen.add(queries.load_account_for(actor, account.id).id)
            except NotThere:
                continue
        own = {account.id for account in opened if account.id == actor.account_id}
        assert seen == ({account.id for account in opened} if actor.has(Role.ADMIN) else own)
        assert {row.account.id for row in list_accounts(actor).items} == seen


@pytest.mark.parametrize(
    ("scopes", "employers", "has_role", "may"),
    [
        ({}, [1], False, False),
        ({Role.HR: frozenset({1})}, [1], False, True),
        ({Role.HR: frozenset({1})}, [1], True, False),
        ({Role.HR: frozenset({2})}, [1], False, False),
        # Whoever works for others too, or nowhere any more.
        ({Role.HR: frozenset({1})}, [1, 3], False, False),
        ({Role.HR: frozenset({1, 3})}, [1, 3], False, True),
        ({Role.HR: frozenset({1})}, [], False, False),
        ({Role.ADMIN: None}, [1], False, False),
        ({Role.ADMIN: None}, [1], True, True),
        ({Role.ADMIN: None}, [1, 3], False, True),
        ({Role.ADMIN: None}, [], False, False),
        ({Role.ADMIN: None}, [], True, True),
        ({Role.ADMIN: None, Role.HR: frozenset({1})}, [1], False, True),
        ({Role.TRAINER: None, Role.COORDINATOR: None}, [1], False, False),
    ],
)
def test_who_prints_codes(
    scopes: dict[Role, frozenset[int] | None], employers: list[int], has_role: bool, may: bool
) -> None:
    actor = Actor(account_id=9, scopes=scopes)
    assert policy.may_print_code(actor, employers, has_role=has_role) is may


def test_granting_twice_is_harmless_and_learners_need_no_grant(app_context: Flask) -> None:
    account = make.account(make.person("Amina", "amina@x.example"))
    first = operations.grant_role(SYSTEM, account, Role.TRAINER)
    assert operations.grant_role(SYSTEM, account, Role.TRAINER) is first
    with pytest.raises(Invalid):
        operations.grant_role(SYSTEM, account, Role.LEARNER)
    operations.remove_role(SYSTEM, account, Role.COORDINATOR)
    assert [grant.role for grant in queries.list_grants(RoleGrant.account_id == account.id)] == ["trainer"]


def test_two_administrators_cannot_both_leave(app_context: Flask) -> None:
    one, two = (make.account(make.person(f"R{index}", f"r{index}@x.example"), Role.ADMIN) for index in (1, 2))
    operations.remove_role(SYSTEM, one, Role.ADMIN)
    with pytest.raises(LastAdministrator):
        operations.close_account(SYSTEM, two, reason="tired")


@pytest.mark.parametrize("typed", ["not-the-password", ""])
def test_granting_a_role_asks_for_the_password_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, typed: str
) -> None:
    make_small_organisation(app)
    sign_in(client, "root@demo.example")
    address = f"/admin/users/{ids(app)['amina']}/roles/new"
    assert 'autocomplete="current-password"' in client.get(address).get_data(as_text=True)
    data = {"role": "trainer", "organisation": "", **REASON}
    refused = client.post(address, data=data | {"password": typed})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert ("This is not your current password." if typed else "Type a password.") in page
    assert REASON["reason"] in page
    assert '<option selected value="trainer">' in page
    assert "not-the-password" not in page
    assert acts(app) == []
    assert client.post(address, data=data | CONFIRMED).status_code == 303


def test_a_code_of_somebody_with_a_role_asks_for_the_password(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "root@demo.example")
    tomas = ids(app)["tomas"]
    assert 'autocomplete="current-password"' in client.get(f"/admin/users/{tomas}").get_data(as_text=True)
    for typed in ("", "not-the-password"):
        refused = client.post(f"/admin/users/{tomas}/code", data={"password": typed})
        assert refused.status_code == 422
        assert "Tomas Silva" in refused.get_data(as_text=True)
    with app.app_context():
        assert session.execute(text("SELECT count(*) FROM one_time_code")).scalar_one() == 0
    assert client.post(f"/admin/users/{tomas}/code", data=CONFIRMED).status_code == 200


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_password_is_not_kept_where_the_session_has_ended(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    data = {"role": "trainer", **REASON, "password": "a secret like no other"}
    answer = client.post("/admin/users/1/roles/new", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 401
    assert REASON["reason"] in answer.get_data(as_text=True)
    assert "a secret like no other" not in answer.get_data(as_text=True)
