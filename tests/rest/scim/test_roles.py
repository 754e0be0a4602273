"""Groups of a directory that are roles: whoever is in one has the role in its organisation, and nobody gets more."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update
from sqlalchemy.orm import contains_eager

from lms.accounts.api import find_token_holder, grant_role, remove_role
from lms.accounts.models import Account, RoleGrant, SignedInSession
from lms.audit.models import AuditEntry
from lms.kernel import clock, db as database
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.clock import FixedClock
from lms.kernel.db import reading, session, unit_of_work
from lms.people.models import DutyStation, Employment, Organisation, Sector
from lms.rest.models import DirectoryGroupMember
from lms.rest.scim.resources import MemberOfGroup
from lms.rest.scim.storage import DirectoryStorage
from tests.factories import people
from tests.people.two_organisations import make_two_organisations
from tests.rest.scim.directory import ENTERPRISE, GROUP, PATCH, Directory

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


class Group:
    """One group of a directory, and what is sent of it."""

    def __init__(self, directory: Directory, name: str, *members: str, **more: Any) -> None:
        self.directory = directory
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": each} for each in members], **more}
        self.answer = directory.send("POST", "/Groups", body)
        self.id = self.answer.json.get("id") if self.answer.json else None

    def patch(self, op: str, *members: str, path: str = "members") -> Any:
        value = {"value": [{"value": each} for each in members]} if members else {}
        body = {"schemas": [PATCH], "Operations": [{"op": op, "path": path, **value}]}
        return self.directory.send("PATCH", f"/Groups/{self.id}", body)

    def put(self, *members: str) -> Any:
        body = {"schemas": [GROUP], "displayName": "HR", "members": [{"value": each} for each in members]}
        return self.directory.send("PUT", f"/Groups/{self.id}", body)

    @property
    def members(self) -> set[str]:
        read = self.directory.send("GET", f"/Groups/{self.id}").json
        return {each["value"] for each in read.get("members", ())}  # type: ignore[union-attr]

    @property
    def version(self) -> str:
        return self.directory.send("GET", f"/Groups/{self.id}").headers["ETag"]


def number(app: Flask, staff_number: str) -> str:
    """Returns the id of somebody as the directory has it."""
    with app.app_context(), reading():
        return str(session.scalars(select(Employment.id).where(Employment.staff_number == staff_number)).one())


def account_of(user_id: str) -> Account:
    statement = select(Account).join(Employment, Employment.person_id == Account.person_id).join(Account.person)
    statement = statement.options(contains_eager(Account.person))
    return session.scalars(statement.where(Employment.id == int(user_id))).one()


def roles(app: Flask, user_id: str) -> set[tuple[str, int | None]]:
    """Returns the roles of somebody, each with its organisation."""
    with app.app_context(), reading():
        mine = RoleGrant.account_id == account_of(user_id).id, RoleGrant.retracted_at.is_(None)
        return {(each.role, each.organisation_id) for each in session.scalars(select(RoleGrant).where(*mine))}


@only_sqlite
def test_who_is_in_the_group_of_a_role_has_it_in_the_organisation(app: Flask, client: FlaskClient) -> None:
    directory = Directory(app, gives_roles=True)
    noor, amina, hana, root = directory.join()["id"], *(number(app, f"W-{each}") for each in (1, 3, 5))
    people.sign_in(client)
    # A group that is new takes the role from nobody: Hana has it by page.
    hr = Group(directory, "HR", noor, root, externalId="g-1")
    assert hr.answer.status_code == 201, hr.answer.text
    assert hr.members == {noor, hana, root}
    assert Group(directory, "HR", noor, root, externalId="g-1").id == hr.id
    removed = f'members[value eq "{noor}"]'
    for act, members in (
        (lambda: hr.patch("Add", amina), {noor, hana, root, amina}),
        (lambda: hr.patch("Remove", path=removed), {hana, root, amina}),
        (lambda: hr.put(root, noor), {root, noor}),
        (lambda: hr.patch("replace", root, hana), {root, hana}),
    ):
        # Sent again, it changes nothing.
        for _twice in range(2):
            answer = act()
            assert (answer.status_code in (200, 204), hr.members) == (True, members), answer.text
    assert (roles(app, hana), roles(app, amina), roles(app, noor)) == ({("hr", 1)}, set(), set())
    # Whoever has two staff numbers has the role as long as one of them is in the group.
    with app.app_context(), unit_of_work():
        second = str(people.employed(account_of(hana).person, session.get_one(Organisation, 1), "W-33").id)
    assert hr.members == {root, hana, second}
    assert hr.put(root, hana).status_code == 200
    assert roles(app, hana) == {("hr", 1)}
    assert roles(app, root) == {("hr", 1), ("admin", None)}
    with app.app_context(), reading():
        # Each act once, under the name of the token's holder.
        told = session.scalars(select(AuditEntry).where(AuditEntry.account_id == account_of(root).id))
        acts = Counter((each.action, each.detail.get("role"), each.organisation_id) for each in told)
        assert acts["accounts.grant", "hr", 1] == acts["accounts.retract", "hr", 1] == 4
        # Whose role changes signs in again, and needs a second step from now on.
        assert session.scalars(select(SignedInSession.account_id)).all() == []
        assert account_of(noor).roles_since is not None


@only_sqlite
def test_roles_of_all_organisations_are_not_shown_and_stay(app: Flask) -> None:
    directory = Directory(app, gives_roles=True)
    tomas = number(app, "W-2")
    trainers = Group(directory, "Trainer")
    assert trainers.members == set()
    for act, members, held in (
        (lambda: trainers.patch("Add", tomas), {tomas}, {("trainer", None), ("trainer", 1)}),
        (lambda: trainers.patch("Remove", path="members"), set(), {("trainer", None)}),
        (lambda: trainers.patch("Add", tomas), {tomas}, {("trainer", None), ("trainer", 1)}),
        (lambda: directory.send("DELETE", f"/Groups/{trainers.id}"), set(), {("trainer", None)}),
    ):
        answer = act()
        assert answer.status_code == 204, answer.text
        assert roles(app, tomas) == held
        assert answer.request.method == "DELETE" or trainers.members == members
    assert directory.send("GET", f"/Groups/{trainers.id}").status_code == 404


@only_sqlite
def test_who_is_removed_comes_back_without_the_role(app: Flask) -> None:
    directory = Directory(app, gives_roles=True)
    noor, root = directory.join()["id"], number(app, "W-5")
    coordinators = Group(directory, "coordinator", noor)
    with clock.using(FixedClock(clock.now())) as now:
        # Who leaves keeps it, to rest with their last day.
        directory.patch(noor, {"op": "replace", "path": "active", "value": False})
        assert coordinators.members == {noor}
        directory.send("DELETE", f"/Users/{noor}")
        assert (coordinators.members, roles(app, noor)) == (set(), set())
        # The token does not end before the day does.
        assert directory.send("DELETE", f"/Users/{root}").status_code == 204
        assert roles(app, root) == {("hr", 1), ("admin", None)}
        directory.join()
        assert (coordinators.members, roles(app, noor)) == (set(), set())
        now.move_to(now.moment + timedelta(days=1))
        assert directory.send("GET", "/Groups").status_code == 401


NAMES = {
    "Administrator": (400, "No directory makes administrators"),
    "admins": (400, "No directory makes administrators"),
    "Learners": (400, "Everybody is a learner"),
    "Human resources": (400, "groups are sectors, or the roles HR, coordinator and trainer"),
    "hr": (409, "has a group for this role"),
}


@only_sqlite
def test_what_a_directory_may_not_do_changes_nothing_and_says_what_to_do(app: Flask) -> None:
    make_two_organisations(app)
    directory = Directory(app, prepared=True, gives_roles=True)
    plain = Directory(app, prepared=True)
    noor, away = directory.join()["id"], directory.join(**LATER)["id"]
    basma, hana, root = (number(app, each) for each in ("H-2", "W-3", "W-5"))
    hr = Group(directory, "HR", noor, externalId="g-1")
    for name, (status, words) in NAMES.items():
        refused = Group(directory, name, noor, externalId="g-2").answer
        assert (refused.status_code, words in refused.text) == (status, True), (name, refused.text)
    as_hr = Group(plain, "Coordinator", noor)
    unscoped = Group.__new__(Group)
    unscoped.directory, unscoped.id = plain, hr.id
    assert unscoped.members == {noor, hana, root}
    before = hr.version
    for case, answer, status, words in (
        ("no scope: add", as_hr.answer, 403, "needs the scope roles. Roles are given by administrators"),
        ("no scope: change", unscoped.patch("add", away), 403, "with both scopes"),
        ("no scope: replace", unscoped.put(root), 403, "with both scopes"),
        ("no scope: delete", plain.send("DELETE", f"/Groups/{hr.id}"), 403, "with both scopes"),
        ("not yet here", hr.put(noor, hana, root, away), 400, f'members[value eq \\"{away}\\"]: They do not work here'),
        ("of others", hr.put(noor, hana, root, basma), 400, "has nobody with this id"),
        ("no number", hr.patch("add", "9" * 5000), 400, "has nobody with this id"),
        # Hana would have lost the role before it is refused.
        ("the holder", hr.put(noor), 400, "The holder of the access token would lose the HR role"),
        ("with the group", directory.send("DELETE", f"/Groups/{hr.id}"), 400, "and the token would end"),
        ("an old version", stale(hr), 412, ""),
    ):
        assert (answer.status_code, words in answer.text) == (status, True), (case, answer.text)
        assert hr.version == before, case
    assert {roles(app, each) == {("hr", 1)} for each in (noor, hana)} == {True}
    # An administrator no longer gives roles; whom they made HR goes on with what HR may.
    with app.app_context(), unit_of_work():
        grant_role(SYSTEM, account_of(hana), Role.ADMIN)
        remove_role(SYSTEM, account_of(root), Role.ADMIN)
    assert hr.patch("remove", path=f'members[value eq "{noor}"]').status_code == 403
    assert Group(directory, "wash", noor).answer.status_code == 201


LATER: dict[str, Any] = {
    "userName": "later", "externalId": "l", "emails": [], "active": False,
    ENTERPRISE: {"employeeNumber": "W-78", "department": "wash"},
}  # fmt: skip


def stale(group: Group) -> Any:
    body = {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "members"}]}
    return group.directory.send("PATCH", f"/Groups/{group.id}", body, **{"If-Match": 'W/"0"'})


def test_a_role_given_by_page_is_shown_and_is_not_lost_between_reading_and_writing(app: Flask) -> None:
    directory = Directory(app, gives_roles=True)
    noor, amina, tomas = directory.join()["id"], number(app, "W-1"), number(app, "W-2")
    group = Group(directory, "Coordinator", amina)
    versions = [group.version]
    for change in (grant_role, remove_role):
        with app.app_context(), unit_of_work():
            change(SYSTEM, account_of(tomas), Role.COORDINATOR, 1)
        versions.append(group.version)
    assert versions[0] == versions[2] != versions[1]
    secret = directory.headers["Authorization"].removeprefix("Bearer ")
    with app.test_request_context(), unit_of_work():
        holder = find_token_holder(secret, clock.now(), clock.today())
        assert holder is not None
        # It acts as HR of the one organisation, whoever made it.
        assert holder.actor.scopes == {Role.HR: frozenset({1})}
        groups = DirectoryStorage(holder, writes=True).kinds["Group"]
        read: Any = groups.get(str(group.id))
        grant_role(SYSTEM, account_of(tomas), Role.COORDINATOR, 1)
        read.members = [MemberOfGroup(value=noor)]
        groups.update(read)
    assert group.members == {noor, tomas}
    assert directory.send("GET", f'/Groups?filter=members.value eq "{amina}"').json["totalResults"] == 0  # type: ignore[index]
    found = directory.send("GET", '/Groups?filter=displayName eq "COORDINATOR"').json
    assert [each["id"] for each in found["Resources"]] == [group.id]  # type: ignore[index]
    # A word that is a sector here gives nobody a role.
    with app.app_context(), unit_of_work():
        session.execute(update(Sector).where(Sector.slug == "wash").values(short={"en": "HR"}))
    assert Group(directory, "HR", amina).answer.status_code == 201
    assert roles(app, amina) == set()


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Yields the statements that run meanwhile."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(str(arguments[2]))

    with app.app_context():
        engine = database.db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@only_sqlite
def test_a_group_of_many_takes_as_many_statements_as_one_of_few(app: Flask) -> None:
    directory = Directory(app, gives_roles=True)
    hr, wash = Group(directory, "HR"), Group(directory, "wash")
    one = directory.join()["id"]
    # The first role of somebody begins the days until they need a second step, once.
    assert (hr.patch("add", one).status_code, hr.patch("remove", one).status_code) == (204, 204)
    counts = []
    for many in range(2):
        for act in (
            lambda: directory.send("GET", "/Groups"),
            lambda: hr.patch("add", one),
            lambda: hr.patch("remove", path=f'members[value eq "{one}"]'),
            lambda: wash.patch("add", one),
            lambda: wash.patch("remove", path=f'members[value eq "{one}"]'),
        ):
            with counted(app) as seen:
                assert act().status_code in (200, 204)
            counts.append(len(seen))
        with app.app_context(), unit_of_work():
            here, place = session.get_one(Organisation, 1), session.get_one(DutyStation, 1)
            for index in range(20):
                who = people.person(f"Person {index}")
                employment = people.employed(who, here, f"M-{many}-{index}")
                people.placed(employment, place)
                people.account(who, Role.HR, at=here)
                session.add(DirectoryGroupMember(group_id=int(wash.id), employment_id=employment.id))
    assert len(hr.members) == 42
    assert counts[:5] == counts[5:]


@only_sqlite
def test_only_an_administrator_who_is_hr_there_makes_a_token_that_gives_roles(app: Flask, client: FlaskClient) -> None:
    Directory(app, gives_roles=True)
    fields = {"name": "directory", "organisation": "1", "days": "365", "password": people.PASSWORD}
    label = "give and take the roles"
    for who, scopes, offered, status, words in (
        ("hana", ["directory", "roles"], False, 422, "This is not one of the options"),
        ("root", ["roles"], True, 422, "Choose “directory” too."),
        ("root", ["directory", "roles"], True, 200, "roles</code>"),
    ):
        client.delete_cookie("every_sector")
        people.sign_in(client, f"{who}@demo.example")
        assert (label in client.get("/account/tokens/new").text) == offered
        page = client.post("/account/tokens/new", data=fields | {"scopes": scopes})
        assert (page.status_code, words in page.text) == (status, True), page.text
