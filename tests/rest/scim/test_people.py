"""An organisation's directory adds people, moves them and lets them leave; the past stays, and walls hold."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings as hypothesis_settings, strategies as st
from sqlalchemy import func, select

from lms.accounts.api import TokenScope
from lms.accounts.models import Account
from lms.audit.models import AuditEntry
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import FixedClock
from lms.kernel.config import Settings
from lms.kernel.db import reading, session, unit_of_work
from lms.people.api import erase_person
from lms.people.models import Employment, Organisation, Person
from lms.rest.models import DirectoryEntry
from lms.rest.scim.errors import SCHEMA as ERROR
from lms.rest.scim.views import ADDRESSES, PREFIX
from tests.examples import examples
from tests.factories.application import running_application
from tests.factories.tokens import ask, token_of
from tests.people.two_organisations import make_two_organisations
from tests.rest.scim.directory import ENTERPRISE, GROUP, NOOR, PATCH, Directory

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
DAY = timedelta(days=1)


@only_sqlite
def test_somebody_joins_moves_leaves_and_comes_back(app: Flask) -> None:
    directory = Directory(app)
    with clock.using(FixedClock(clock.now())) as now:
        first = clock.today()
        noor = directory.join()
        assert noor["name"]["formatted"] == "Noor Nasser"
        assert noor["emails"] == [{"value": "noor@demo.example", "type": "work"}]
        assert noor["addresses"] == [{"locality": "north-river", "type": "work"}]
        assert (noor["title"], noor[ENTERPRISE]["department"], noor["active"]) == ("driver", "wash", True)
        assert directory.placements() == [("wash", "driver", first, None)]
        # No answer came, so it is sent again.
        assert directory.join() == noor
        assert directory.placements() == [("wash", "driver", first, None)]

        now.move_to(now.moment + 10 * DAY)
        moved = NOOR | {ENTERPRISE: {"employeeNumber": "W-77", "department": "health"}}
        for _twice in range(2):
            answer = directory.send("PUT", f"/Users/{noor['id']}", moved)
            assert answer.status_code == 200, answer.text
            assert directory.placements() == [
                ("wash", "driver", first, first + 9 * DAY), ("health", "driver", first + 10 * DAY, None),
            ]  # fmt: skip

        now.move_to(now.moment + 10 * DAY)
        for _twice in range(2):
            left = directory.patch(noor["id"], {"op": "replace", "path": "active", "value": False})
            assert left.status_code == 204, left.text
            assert directory.placements()[1] == ("health", "driver", first + 10 * DAY, first + 20 * DAY)
        assert directory.read(noor["id"])["active"] is False

        # On the same day: what was ended stays, and the next day follows without a gap.
        assert directory.send("PUT", f"/Users/{noor['id']}", moved).status_code == 200
        assert directory.placements()[2:] == [("health", "driver", first + 21 * DAY, None)]
        assert directory.patch(noor["id"], {"op": "replace", "path": "active", "value": False}).status_code == 204
        assert len(directory.placements()) == 2

        now.move_to(now.moment + 10 * DAY)
        assert directory.send("DELETE", f"/Users/{noor['id']}").status_code == 204
        assert directory.send("DELETE", f"/Users/{noor['id']}").status_code == 404
        assert directory.found('userName eq "noor.nasser@demo.example"') == []
        before = directory.placements()
        again = directory.join(userName="n.nasser")
        assert again["id"] == noor["id"]
        assert directory.placements() == [*before, ("wash", "driver", first + 30 * DAY, None)]
    with app.app_context(), reading():
        assert session.scalar(select(func.count()).where(Person.name == "Noor Nasser")) == 1
        assert session.scalar(select(func.count()).where(Account.email == "noor@demo.example")) == 1
        written = [each for each in session.scalars(select(AuditEntry)) if each.action == "rest.write"]
        assert {each.detail["act"] for each in written} == {"directory_add", "directory_change", "directory_remove"}
        assert {each.organisation_id for each in written} == {1}


@only_sqlite
def test_who_is_added_for_later_has_no_placement_and_no_account_until_then(app: Flask) -> None:
    directory = Directory(app)
    noor = directory.join(active=False)
    assert (noor["active"], noor["title"], directory.placements()) == (False, "driver", [])
    with app.app_context(), reading():
        assert session.scalar(select(func.count()).where(Account.email == "noor@demo.example")) == 0
    assert directory.patch(noor["id"], {"op": "replace", "path": "active", "value": True}).status_code == 204
    assert directory.placements() == [("wash", "driver", clock.today(), None)]
    with app.app_context(), reading():
        assert session.scalar(select(func.count()).where(Account.email == "noor@demo.example")) == 1


@only_sqlite
def test_people_of_an_earlier_list_are_found_by_their_number_and_taken_over(app: Flask) -> None:
    directory = Directory(app)
    assert directory.found('userName eq "w1"') == ["W-1"]
    amina = {"userName": "amina", "name": {"formatted": "Amina YUSUF", "familyName": "Yusuf", "givenName": "Amina"}}
    number = {ENTERPRISE: {"employeeNumber": "W 1", "department": "wash"}, "emails": [{"value": "amina@demo.example"}]}
    joined = directory.join(**amina, **number, title="promoter")
    assert directory.found('userName eq "Amina" and active eq true') == ["W 1"]
    # She works where she worked: nothing of it is recorded anew, and other details of the work stay.
    assert directory.placements("W 1") == [("wash", "promoter", date(2026, 1, 1), None)]
    assert directory.read(joined["id"])["name"]["formatted"] == "Amina YUSUF"


@only_sqlite
@pytest.mark.parametrize(("zone", "first"), [("Asia/Manila", date(2026, 3, 3)), ("America/Lima", date(2026, 3, 2))])
def test_the_day_of_a_directory_is_that_of_the_organisation(app: Flask, zone: str, first: date) -> None:
    directory = Directory(app)
    with app.app_context(), unit_of_work():
        session.scalars(select(Organisation).filter_by(id=1)).one().time_zone = zone
    # Early in the morning in Manila, and the evening before in Lima.
    hour = datetime(2026, 3, 2, 22, tzinfo=UTC) if zone == "Asia/Manila" else datetime(2026, 3, 3, 2, tzinfo=UTC)
    with clock.using(FixedClock(hour)) as now:
        noor = directory.join()
        assert directory.placements() == [("wash", "driver", first, None)]
        now.move_to(now.moment + 10 * DAY)
        assert directory.patch(noor["id"], {"op": "replace", "path": "active", "value": False}).status_code == 204
        assert directory.placements() == [("wash", "driver", first, first + 10 * DAY)]
        assert directory.read(noor["id"])["active"] is False
        assert directory.found('userName sw "noor" and active eq false') == ["W-77"]


PATCHES: dict[str, tuple[list[dict[str, Any]], str, Any]] = {
    "Entra: a leaver": ([{"op": "Replace", "path": "active", "value": "False"}], "active", False),
    "Entra: without a path": (
        [{"op": "Add", "value": {"title": "Guard", f"{ENTERPRISE}:department": "health"}}], "title", "guard",
    ),
    "Entra: an e-mail by its kind": (
        [{"op": "Replace", "path": 'emails[type eq "work"].value', "value": "nn@demo.example"}],
        "emails", [{"value": "nn@demo.example", "type": "work"}],
    ),
    "Entra: the department": (
        [{"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Health"}],
        ENTERPRISE, {"employeeNumber": "W-77", "department": "health"},
    ),
    "Entra: a name in parts": (
        [
            {"op": "Replace", "path": "name.familyName", "value": "Haddad"},
            {"op": "Replace", "path": "name.formatted", "value": "Noor Haddad"},
        ],
        "name", {"formatted": "Noor Haddad", "familyName": "Haddad", "givenName": "Noor"},
    ),
    "Okta: a leaver": ([{"op": "replace", "value": {"active": False}}], "active", False),
    "an e-mail removed": ([{"op": "remove", "path": "emails"}], "emails", None),
    "what nobody needs": ([{"op": "replace", "path": "nickName", "value": "Nono"}], "nickName", None),
}  # fmt: skip

REFUSED: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "no department": ({ENTERPRISE: {"employeeNumber": "W-77"}}, 400, "invalidValue", "department"),
    "an unknown department": (
        {ENTERPRISE: {"employeeNumber": "W-77", "department": "Finance"}}, 400, "invalidValue", "department: There",
    ),
    "an unknown station": ({"addresses": [{"locality": "Atlantis"}]}, 400, "invalidValue", "locality: There is no"),
    "no role": ({"title": " "}, 400, "invalidValue", "title"),
    "a long role": ({"title": "x" * 61}, 400, "invalidValue", "title: It has more"),
    "no number": ({ENTERPRISE: {"department": "wash"}}, 400, "invalidValue", "employeeNumber"),
    "half an e-mail": ({"emails": [{"value": "noor"}]}, 400, "invalidValue", "emails.value"),
    "letters nobody can print": ({"name": {"familyName": "\U0001f984"}}, 400, "invalidValue", "name"),
    "a number of somebody else": (
        {ENTERPRISE: {"employeeNumber": "w1", "department": "wash"}}, 409, "uniqueness", "has this staff number",
    ),
    "an e-mail of a colleague": ({"emails": [{"value": "hana@demo.example"}]}, 409, "uniqueness", "e-mail"),
}  # fmt: skip


@only_sqlite
def test_patches_of_entra_and_okta_are_understood_and_refusals_name_the_attribute(app: Flask) -> None:
    directory = Directory(app)
    for case, (changes, status, kind, words) in REFUSED.items():
        answer = directory.send("POST", "/Users", NOOR | changes)
        assert (answer.status_code, answer.json["scimType"]) == (status, kind), f"{case}: {answer.text}"  # type: ignore[index]
        assert words in answer.json["detail"], f"{case}: {answer.text}"  # type: ignore[index]
        assert directory.found('userName sw "noor"') == [], case
    noor = directory.join()
    for case, (operations, member, value) in PATCHES.items():
        assert directory.send("PUT", f"/Users/{noor['id']}", NOOR).status_code == 200
        answer = directory.patch(noor["id"], *operations)
        assert answer.status_code == 204, f"{case}: {answer.text}"
        assert directory.read(noor["id"]).get(member) == value, case
    for path, body in (
        ("title", {"op": "remove", "path": "title"}),
        ("id", {"op": "replace", "path": "id", "value": "2"}),
    ):
        assert directory.patch(noor["id"], body).json["scimType"] == "mutability", path  # type: ignore[index]
    # Who holds a role keeps the e-mail that an administrator gave, as on HR's pages.
    hana = directory.send("GET", '/Users?filter=emails eq "hana@demo.example"').json["Resources"][0]  # type: ignore[index]
    stolen = {"op": "replace", "path": "emails", "value": [{"value": "other@demo.example"}]}
    assert "An administrator changes their e-mail" in directory.patch(hana["id"], stolen).text


FILTERS = {
    'userName eq "NOOR.NASSER@demo.example"': ["W-77"],
    'externalId eq "8f1c"': ["W-77"],
    'externalId eq "8F1C"': [],
    f'{ENTERPRISE}:employeeNumber eq "w 77"': ["W-77"],
    'emails[type eq "work" and value eq "Noor@Demo.example"]': ["W-77"],
    'emails.value ew "@demo.example" and not (name.formatted co "a")': ["W-77"],
    'name.familyName eq "nasser" or userName eq "W-1"': ["W-1", "W-77"],
    'name.familyName pr and active eq true': ["W-77"],
    'active eq "false"': [],
    'externalId ne "8f1c" and userName sw "w-"': ["W-1", "W-2", "W-3", "W-4", "W-5"],
    'emails eq "%"': [],
    'userName co "_"': [],
}  # fmt: skip


def test_people_are_found_by_filters_and_listed_in_parts(app: Flask) -> None:
    directory = Directory(app)
    noor = directory.join(name={"familyName": "Nasser", "givenName": "Noor", "formatted": "Noor"})
    for scim_filter, numbers in FILTERS.items():
        assert directory.found(scim_filter) == numbers, scim_filter
    for scim_filter in (
        'userName co "\\u0000"',
        'department eq "wash"',
        'title eq "driver"',
        "userName",
        'userName gt "a"',
        'x eq "y"',
    ):
        answer = directory.send("POST", "/Users/.search", {"filter": scim_filter})
        assert (answer.status_code, answer.json["scimType"]) == (400, "invalidFilter"), scim_filter  # type: ignore[index]
    part = directory.send("GET", "/Users?startIndex=5&count=1&attributes=userName").json
    assert part is not None
    assert (part["totalResults"], part["startIndex"], part["itemsPerPage"]) == (6, 5, 1)
    assert part["Resources"][0].keys() == {"schemas", "id", "userName"}
    assert directory.send("GET", "/Users?startIndex=7").json["totalResults"] == 6  # type: ignore[index]
    assert directory.send("GET", "/Users?count=0").json["totalResults"] == 6  # type: ignore[index]
    # An unchanged record is not sent again, and who changes an old one is told.
    version = directory.send("GET", f"/Users/{noor['id']}").headers["ETag"]
    assert directory.send("GET", f"/Users/{noor['id']}", **{"If-None-Match": version}).status_code == 304
    assert (
        directory.send("PUT", f"/Users/{noor['id']}", NOOR | {"title": "guard"}, **{"If-Match": version}).status_code
        == 200
    )
    assert directory.send("PUT", f"/Users/{noor['id']}", NOOR, **{"If-Match": version}).status_code == 412


@only_sqlite
def test_nobody_of_another_organisation_is_seen_found_or_matched(app: Flask) -> None:
    at = make_two_organisations(app)
    directory = Directory(app, prepared=True)
    with app.app_context(), reading():
        basma = str(session.scalars(select(Employment.id).where(Employment.staff_number == "H-2")).one())
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        body = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}
        assert directory.send(method, f"/Users/{basma}", NOOR if method == "PUT" else body).status_code == 404
    assert directory.found(f'id eq "{basma}" or userName eq "H-2" or name.formatted co "Basma"') == []
    # A number and an e-mail of somebody there are free here, and nothing says that they are in use.
    elsewhere = {
        "emails": [{"value": "haile@demo.example"}],
        ENTERPRISE: {"employeeNumber": "H-1", "department": "wash"},
    }
    assert directory.join(**elsewhere)["emails"] == [{"value": "haile@demo.example", "type": "work"}]
    # Bilal works for both: this directory ends what he does here, and corrects nothing of him from then on.
    bilal = directory.send("GET", '/Users?filter=userName eq "W-20"').json["Resources"][0]["id"]  # type: ignore[index]
    last = clock.today()
    assert directory.patch(bilal, {"op": "replace", "path": "active", "value": False}).status_code == 204
    with clock.using(FixedClock(clock.now() + DAY)):
        renamed = directory.patch(bilal, {"op": "replace", "path": "name.formatted", "value": "Bilal Q."})
        assert (renamed.status_code, "works for others" in renamed.text) == (403, True)
    assert directory.placements("W-20")[0][3] == last
    assert directory.placements("H-20")[0][3] is None
    # The other directory may call its own people the same.
    theirs = Directory.__new__(Directory)
    theirs.app = app
    token = token_of(app, "haile", TokenScope.DIRECTORY, organisation_id=at.hills)
    theirs.headers = {"Authorization": f"Bearer {token}"}
    assert theirs.found('userName sw "noor"') == []
    theirs.join(emails=[])
    # Its token opens nothing else.
    assert ask(app, token, "/people").status_code == 403


@only_sqlite
def test_what_a_directory_calls_somebody_goes_when_they_are_erased(app: Flask) -> None:
    directory = Directory(app)
    with clock.using(FixedClock(clock.now())) as now:
        noor = directory.join()
        directory.send("DELETE", f"/Users/{noor['id']}")
        now.move_to(now.moment + DAY)
        with app.app_context(), unit_of_work():
            erase_person(
                SYSTEM, session.scalars(select(Person.id).where(Person.name == "Noor Nasser")).one(), reason="x"
            )
            assert session.scalar(select(func.count()).select_from(DirectoryEntry)) == 0
        assert directory.send("GET", f"/Users/{noor['id']}").status_code == 404


ACTS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["post", "put", "patch", "off", "delete"]),
        st.sampled_from(["wash", "health", "nutrition"]),
        st.booleans(),
    ),
    min_size=2,
    max_size=8,
)


@only_sqlite
def test_no_request_changes_where_somebody_worked_on_a_past_day(settings: Settings, backend: str) -> None:
    with running_application(settings) as app:
        directory = Directory(app)
        numbers = iter(range(100, 100_000))

        @hypothesis_settings(max_examples=examples(8))
        @given(acts=ACTS)
        def law(acts: list[tuple[int, str, str, bool]]) -> None:
            number = f"L-{next(numbers)}"
            body = NOOR | {"userName": number, "externalId": number, "emails": []}
            user_id = ""
            past: dict[date, tuple[str, str] | None] = {}
            with clock.using(FixedClock(clock.now())) as now:
                for days, act, sector, active in acts:
                    for _day in range(days):
                        past[clock.today()] = on(directory.placements(number), clock.today())
                        now.move_to(now.moment + DAY)
                    said = body | {"active": active, ENTERPRISE: {"employeeNumber": number, "department": sector}}
                    if not user_id or act == "post":
                        answer = directory.send("POST", "/Users", said)
                        user_id = answer.json["id"]  # type: ignore[index]
                    elif act == "put":
                        answer = directory.send("PUT", f"/Users/{user_id}", said)
                    elif act == "patch":
                        path = f"{ENTERPRISE}:department"
                        answer = directory.patch(user_id, {"op": "replace", "path": path, "value": sector})
                    elif act == "off":
                        answer = directory.patch(user_id, {"op": "replace", "path": "active", "value": False})
                    else:
                        answer = directory.send("DELETE", f"/Users/{user_id}")
                    assert answer.status_code in (200, 201, 204, 404), answer.text
                    placements = directory.placements(number)
                    assert {day: on(placements, day) for day in past} == past

        law()


def on(placements: list[tuple[str, str, date, date | None]], day: date) -> tuple[str, str] | None:
    for sector, role, from_on, through_on in placements:
        if from_on <= day <= (through_on or day):
            return sector, role
    return None


@only_sqlite
def test_who_is_put_into_a_group_moves_to_its_sector(app: Flask) -> None:
    at = make_two_organisations(app)
    directory = Directory(app, prepared=True)
    noor = directory.join()["id"]
    health, nutrition = (
        directory.send("POST", "/Groups", {"schemas": [GROUP], "displayName": name, "externalId": name}).json
        for name in ("Health", "nutrition")
    )
    assert health is not None and nutrition is not None
    # It did not hear the answer.
    again = directory.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Health", "externalId": "Health"})
    assert again.json == health
    found = directory.send("GET", '/Groups?filter=displayName eq "HEALTH"&excludedAttributes=members').json
    assert [each["id"] for each in found["Resources"]] == [health["id"]]  # type: ignore[index]

    def changed(group: Any, **operation: Any) -> int:
        body = {"schemas": [PATCH], "Operations": [operation]}
        return directory.send("PATCH", f"/Groups/{group['id']}", body).status_code

    def sector() -> str:
        return directory.placements()[-1][0]

    # As Entra sends them; whichever comes first.
    assert changed(health, op="Add", path="members", value=[{"value": noor}]) == 204
    assert sector() == "health"
    assert changed(nutrition, op="Add", path="members", value=[{"value": noor}]) == 204
    assert changed(health, op="Remove", path="members", value=[{"value": noor}]) == 204
    assert sector() == "nutrition"
    assert changed(nutrition, op="Remove", path=f'members[value eq "{noor}"]') == 204
    assert changed(health, op="Add", path="members", value=[{"value": noor, "display": "Noor"}]) == 204
    assert sector() == "health"
    assert directory.placements() == [("health", "driver", clock.today(), None)]
    members = directory.send("GET", f"/Groups/{health['id']}").json["members"]  # type: ignore[index]
    assert members == [{"value": noor, "$ref": f"http://localhost/scim/v2/Users/{noor}", "type": "User"}]
    # Nobody of another organisation is put into one, and its directory sees none of these.
    with app.app_context(), reading():
        basma = session.scalars(select(Employment.id).where(Employment.staff_number == "H-2")).one()
    assert changed(health, op="Add", path="members", value=[{"value": str(basma)}]) == 400
    theirs = {"Authorization": f"Bearer {token_of(app, 'haile', TokenScope.DIRECTORY, organisation_id=at.hills)}"}
    browser = app.test_client(use_cookies=False)
    assert browser.get("/scim/v2/Groups", headers=theirs).json["totalResults"] == 0  # type: ignore[index]
    assert browser.delete(f"/scim/v2/Groups/{health['id']}", headers=theirs).status_code == 404
    # Who does not work here yet begins in the sector of the group.
    directory.patch(noor, {"op": "replace", "path": "active", "value": False})
    assert changed(nutrition, op="Add", path="members", value=[{"value": noor}]) == 204
    assert directory.read(noor)[ENTERPRISE]["department"] == "nutrition"
    assert directory.send("DELETE", f"/Groups/{nutrition['id']}").status_code == 204
    assert directory.send("GET", f"/Groups/{nutrition['id']}").status_code == 404
    directory.patch(noor, {"op": "replace", "path": "active", "value": True})
    assert sector() == "nutrition"


@only_sqlite
def test_no_address_answers_without_a_token_for_directories(app: Flask) -> None:
    directory = Directory(app)
    scopes = set(TokenScope) - {TokenScope.DIRECTORY, TokenScope.ROLES}
    other = {"Authorization": f"Bearer {token_of(app, 'hana', *scopes)}"}
    browser = app.test_client(use_cookies=False)
    for path, methods in ADDRESSES:
        for method in methods:
            address = PREFIX + re.sub(r"<\w+>", "1", path)
            answers = [browser.open(address, method=method, headers=headers) for headers in ({}, other)]
            assert [each.status_code for each in answers] == [401, 403], address
            assert {each.json["schemas"][0] for each in answers} == {ERROR}  # type: ignore[index]
            assert "scope directory" in answers[1].json["detail"]  # type: ignore[index]
    odd = {b"{": 400, b"[" * 100_000: 400, b"null": 400, b'{"active": "\\u0000"}': 400, b"\xff": 400}
    for body, status in odd.items():
        sent = directory.headers | {"Content-Type": "application/scim+json"}
        answer = browser.post("/scim/v2/Users", data=body, headers=sent)
        assert (answer.status_code, answer.json["schemas"]) == (status, [ERROR]), body[:20]  # type: ignore[index]
    assert (
        browser.post(
            "/scim/v2/Users", data=b"a=b", headers=directory.headers | {"Content-Type": "text/csv"}
        ).status_code
        == 415
    )
    assert directory.send("GET", "/Users?sortBy=userName").status_code == 501
    assert directory.send("GET", "/ServiceProviderConfig").json["bulk"]["supported"] is False  # type: ignore[index]
    missing = directory.send("POST", "/Bulk", {})
    assert (missing.status_code, missing.json["schemas"]) == (404, [ERROR])  # type: ignore[index]
