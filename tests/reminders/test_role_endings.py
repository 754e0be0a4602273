"""Before a role ends with employment, those concerned are told; the last HR of an organisation is an alarm."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.api import find_account, grant_role
from lms.accounts.models import Account
from lms.kernel import outbox
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.outbox import OutboxRow
from lms.people.models import Organisation
from lms.reminders import jobs, role_endings
from tests.reminders.test_emails import leave
from tests.reminders.world import DAY, World, on

LAST = DAY + timedelta(days=10)
LONG_AGO = date(2024, 1, 1)


def told() -> set[tuple[str, str]]:
    """Returns who would be told by e-mail whose role ends: address and subject."""
    with reading():
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == "role_ending")).all()
        return {role_endings.write_notice(**row.payload)[:2] for row in rows if row.done_at is None}


def make_staff(world: World, *, with_second: bool = True) -> int:
    with unit_of_work():
        hana = world.person("Hana Haddad", since=LONG_AGO, roles=(Role.HR,))
        world.person("Root Admin", since=LONG_AGO)
        session.flush()
        root = session.scalars(select(Account).where(Account.email == "root@demo.example")).one()
        grant_role(SYSTEM, root, Role.ADMIN)
        if with_second:
            world.person("Second Hr", since=LONG_AGO, roles=(Role.HR,))
        world.person("Other Hr", since=LONG_AGO, roles=(Role.HR,), at=world.there)
        world.person("Amina Yusuf", since=LONG_AGO)
    return hana


def test_the_person_the_administrator_and_other_hr_are_told_once(app: Flask) -> None:
    with on(app):
        hana = make_staff(World())
        jobs.send(DAY)
        assert told() == set()
        with unit_of_work():
            leave(hana, LAST)
    with on(app, DAY + timedelta(days=1)):
        jobs.send(DAY + timedelta(days=1))
        assert told() == {
            ("hana@demo.example", "Your role ends on 13 March 2026"),
            ("root@demo.example", "A role ends on 13 March 2026"),
            ("second@demo.example", "A role ends on 13 March 2026"),
        }
    with on(app, DAY + timedelta(days=2)):
        jobs.send(DAY + timedelta(days=2))
        with reading():
            rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == "role_ending")).all()
            assert len(rows) == 3
            texts = [role_endings.write_notice(**row.payload)[2] for row in rows]
    assert all("HR, Rivers Relief" in text for text in texts)
    assert sum("Hana Haddad" in text for text in texts) == 3


def test_who_stays_after_all_is_not_told(app: Flask) -> None:
    with on(app):
        hana = make_staff(World())
        with unit_of_work():
            leave(hana, LAST)
        jobs.send(DAY)
        with unit_of_work():
            leave(hana, LAST + timedelta(days=300))
        with reading():
            payloads = [row.payload for row in session.scalars(select(OutboxRow).filter_by(kind="role_ending"))]
        assert len(payloads) == 3
        for payload in payloads:
            with reading(), pytest.raises(outbox.NoLongerTrue):
                role_endings.write_notice(**payload)


def test_the_last_hr_alarms_the_administrator(app: Flask) -> None:
    with on(app):
        hana = make_staff(World(), with_second=False)
        with reading():
            assert role_endings.list_problems() == []
        with unit_of_work():
            leave(hana, LAST)
        with reading():
            (sentence,) = role_endings.list_problems()
        assert "Rivers Relief" in sentence
        assert "13 March 2026" in sentence.replace("\N{NO-BREAK SPACE}", " ")
    with on(app, LAST + timedelta(days=1)):
        with reading():
            (sentence,) = role_endings.list_problems()
        assert "Rivers Relief has no HR" in sentence
        with unit_of_work():
            second = session.scalars(select(Account).where(Account.email == "amina@demo.example")).one()
            found = find_account(second.id)
            assert found is not None
            grant_role(
                SYSTEM, found, Role.HR, session.scalars(select(Organisation.id).order_by(Organisation.id)).first()
            )
        with reading():
            assert role_endings.list_problems() == []


def test_an_administrator_who_left_is_named(app: Flask) -> None:
    with on(app):
        make_staff(World())
        with unit_of_work():
            root = session.scalars(select(Account).where(Account.email == "root@demo.example")).one()
            leave(root.person_id, DAY - timedelta(days=1))
        with reading():
            (sentence,) = role_endings.list_problems()
    assert sentence.startswith("Root Admin is an administrator and no longer works here.")
