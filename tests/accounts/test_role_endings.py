"""Roles end with employment: they are suspended after the last day at work, and work again with a new placement."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import operations
from lms.accounts.models import Account
from lms.accounts.queries import list_hr_contacts, list_role_scopes
from lms.accounts.sign_in.queries import load_actor
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.clock import FixedClock, using
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import Invalid
from lms.people.api import merge_people
from lms.people.models import DutyStation, Employment, Organisation
from tests.factories import people as make
from tests.factories.compliance import hr_of
from tests.factories.people import make_small_organisation, sign_in

LAST = date(2026, 11, 15)
AFTER = date(2026, 11, 16)
MONTH_LATER = FixedClock(datetime(2026, 12, 14, 9, tzinfo=UTC))
ON_LAST = FixedClock(datetime(2026, 11, 15, 9, tzinfo=UTC))
OF_HR = ("/people", "/people/import", "/compliance", "/compliance.csv", "/reminders", "/sessions")


@pytest.fixture(autouse=True)
def last_day_at_work() -> Iterator[None]:
    with using(ON_LAST):
        yield


def leave(number: str, through_on: date = LAST) -> None:
    employment = session.query(Employment).filter_by(staff_number=number).one()
    (placement,) = make.people.queries.list_placements_of([employment.id])
    make.people.end_placement(SYSTEM, placement, employment, through_on)


def roles(word: str, day: date) -> set[str]:
    account = session.query(Account).filter_by(email=f"{word}@demo.example").one()
    return set(load_actor(account, day).roles) - {"learner"}


def test_hr_who_left_opens_nothing(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        leave("W-3")
    sign_in(client, "hana@demo.example")
    assert {client.get(path).status_code for path in OF_HR} == {200}
    with using(MONTH_LATER):
        client = app.test_client()
        sign_in(client, "hana@demo.example")
        assert {path: client.get(path).status_code for path in OF_HR} == dict.fromkeys(OF_HR, 403)
        account = client.get("/account").get_data(as_text=True)
        assert "Suspended: your last day at work was 15 November 2026." in account.replace("\N{NO-BREAK SPACE}", " ")
        root = app.test_client()
        sign_in(root, "root@demo.example")
        hana = root.get("/admin/users?q=hana").get_data(as_text=True)
        assert "suspended" in hana


def test_each_role_ends_but_the_administrators(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        for number in ("W-2", "W-3", "W-4", "W-5"):
            leave(number)
        for word, role in (("tomas", "trainer"), ("hana", "hr"), ("karim", "coordinator"), ("root", "admin")):
            assert roles(word, LAST) == {role}
            assert roles(word, AFTER) == ({"admin"} if role == "admin" else set())
        here = session.query(Organisation).one()
        assert [each.name for each in list_hr_contacts([here.id], LAST)] == ["Hana Haddad"]
        assert list_hr_contacts([here.id], AFTER) == []
        assert list_role_scopes(Role.COORDINATOR, LAST) == {None}
        assert list_role_scopes(Role.COORDINATOR, AFTER) == set()


def test_whoever_was_never_placed_keeps_the_role(app_context: Flask) -> None:
    make.sectors()
    here = make.organisation()
    make.account(make.person("Hana", "hana@demo.example"), Role.HR, at=here)
    assert roles("hana", LAST) == {"hr"}


def test_the_organisation_of_the_role_counts_and_then_any(app_context: Flask) -> None:
    make.sectors()
    here, there, place = make.organisation(), make.organisation("hill-aid"), make.station()
    who = make.person("Hana", "hana@demo.example")
    make.placed(make.employed(who, here), place, through_on=LAST)
    account = make.account(who, Role.HR, at=here)
    elsewhere = make.employed(who, there, "H-1")
    make.placed(elsewhere, place, from_on=date(2026, 6, 1))
    operations.grant_role(SYSTEM, account, Role.HR, there.id)
    actor = load_actor(account, AFTER)
    assert actor.organisations(Role.HR) == {there.id}, "she works on there, and no longer here"
    leave("H-1", LAST)
    assert not load_actor(account, AFTER).has(Role.HR)


def test_who_begins_again_has_the_role_again(app_context: Flask) -> None:
    make.sectors()
    here, place = make.organisation(), make.station()
    who = make.person("Hana", "hana@demo.example")
    employment = make.employed(who, here)
    make.placed(employment, place, through_on=LAST)
    account = make.account(who, Role.HR, at=here)
    make.placed(employment, place, from_on=date(2027, 1, 4))
    assert [load_actor(account, day).has(Role.HR) for day in (AFTER, date(2027, 1, 3), date(2027, 1, 4))] == [
        False, False, True,
    ]  # fmt: skip


def test_a_placement_under_a_merged_record_counts(app_context: Flask) -> None:
    make.sectors()
    here, place = make.organisation(), make.station()
    first, second = make.person("Hana", "hana@demo.example"), make.person("Hana H")
    make.placed(make.employed(first, here), place, through_on=LAST)
    account = make.account(first, Role.HR, at=here)
    make.placed(make.employed(second, here, "W-2"), session.query(DutyStation).one(), from_on=AFTER)
    assert not load_actor(account, AFTER).has(Role.HR)
    merge_people(hr_of(here.id), surviving_id=second.id, merged_id=first.id, reason="The same person")
    assert load_actor(account, AFTER).has(Role.HR)


def test_a_role_for_somebody_who_left_is_refused_with_the_day(app_context: Flask) -> None:
    make.sectors()
    here, place = make.organisation(), make.station()
    who = make.person("Hana", "hana@demo.example")
    make.placed(make.employed(who, here), place, through_on=LAST)
    account = make.account(who)
    with using(MONTH_LATER), pytest.raises(Invalid, match=r"15.November.2026"):
        operations.grant_role(SYSTEM, account, Role.HR, here.id)
    with using(MONTH_LATER):
        operations.grant_role(SYSTEM, account, Role.ADMIN)
