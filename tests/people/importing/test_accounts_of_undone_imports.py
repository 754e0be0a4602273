"""Undoing an import takes back the accounts that it opened and nobody used; adding the people again reopens them."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Account
from lms.accounts.operations import close_account
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, session, unit_of_work
from lms.people import operations as people
from lms.people.models import Employment
from lms.people.queries import find_employment_by_number
from lms.people.rules import AssignmentDetails
from tests.factories import people as make
from tests.people.importing import lists
from tests.people.importing.lists import row


@pytest.fixture
def small(app: Flask) -> Iterator[Flask]:
    make.make_small_organisation(app)
    with app.app_context():
        yield app


def account_of(number: str) -> Account:
    found = session.scalar(
        select(Account).join(Employment, Employment.person_id == Account.person_id).where(
            Employment.staff_number == number
        )
    )  # fmt: skip
    assert found is not None
    return found


def is_open(number: str) -> bool:
    with reading():
        return account_of(number).active


def test_unused_accounts_are_closed_and_others_stay(small: Flask) -> None:
    rows = [row("N-1"), row("N-2"), row("N-3"), row("W-2", "Tomas Silva", sector="health", from_on="2026-06-01")]
    number = lists.sent(lists.csv_of(rows))
    lists.apply(number)
    with unit_of_work():
        account_of("N-2").password = "chosen by the person"
        again = find_employment_by_number(1, "N-3")
        assert again is not None
        people.record_placement(
            SYSTEM, again, AssignmentDetails(1, "health", "nurse"), date(2025, 1, 1), date(2025, 2, 1)
        )
    lists.undo(number)
    assert [is_open(each) for each in ("N-1", "N-2", "N-3", "W-2")] == [False, True, True, True]
    assert lists.count("audit_entry WHERE action = 'accounts.close_unused' AND reason = 'Wrong list'") == 1


def test_who_is_added_again_can_sign_in_again(small: Flask) -> None:
    data = lists.csv_of([row("N-1"), row("N-2")])
    number = lists.sent(data)
    lists.apply(number)
    lists.undo(number)
    assert not is_open("N-1")
    with unit_of_work():
        # An administrator has the last word on this one.
        account_of("N-2").active = True
        close_account(SYSTEM, account_of("N-2"), reason="Asked by security")
    lists.apply(lists.sent(data))
    assert is_open("N-1")
    assert not is_open("N-2")
