"""Whoever holds a role is signed in for less long, and signs in again after a role was given or removed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.accounts import operations
from lms.accounts.models import SignedInSession
from lms.accounts.queries import find_account_by_email
from lms.kernel import clock
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.config import Settings
from lms.kernel.db import reading, session, unit_of_work
from tests.factories.application import make_settings
from tests.factories.people import PASSWORD, make_small_organisation, sign_in

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ONLY_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
HELD = ("tomas", "hana", "karim", "root")
"""A trainer, HR, a coordinator and an administrator; Amina is a learner."""


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return make_settings(tmp_path, database_url, role_sign_in_hours=2, role_sign_in_days=1)


@pytest.fixture
def moment(app: Flask) -> Iterator[clock.FixedClock]:
    make_small_organisation(app)
    with clock.using(clock.FixedClock(NOW)) as fixed:
        yield fixed


def browsers(app: Flask, *, own_device: bool) -> dict[str, FlaskClient]:
    found = {}
    for name in (*HELD, "amina"):
        found[name] = app.test_client()
        data = {"email": f"{name}@demo.example", "password": PASSWORD} | ({"remember": "y"} if own_device else {})
        assert found[name].post("/login", data=data).status_code == 302
    return found


def signed_in(opened: dict[str, FlaskClient]) -> set[str]:
    return {name for name, client in opened.items() if client.get("/account").status_code == 200}


ALL = {*HELD, "amina"}
# After how long in one step, on a device of one's own or not, who is still signed in.
WITHOUT_USE = [
    (timedelta(hours=2), False, ALL),
    (timedelta(hours=2, seconds=1), False, {"amina"}),
    (timedelta(hours=2, seconds=1), True, ALL),
    (timedelta(days=1), True, ALL),
    (timedelta(days=1, seconds=1), True, {"amina"}),
]


@ONLY_SQLITE
def test_how_long_each_role_is_signed_in_without_use(app: Flask, moment: clock.FixedClock) -> None:
    for after, own_device, left in WITHOUT_USE:
        moment.move_to(NOW)
        opened = browsers(app, own_device=own_device)
        moment.move_to(NOW + after)
        assert signed_in(opened) == left, (after, own_device)
        # It stays ended, whatever else the cookie is used for.
        assert signed_in(opened) == left, (after, own_device)


def test_use_keeps_a_role_signed_in_for_a_day(app: Flask, moment: clock.FixedClock) -> None:
    opened = browsers(app, own_device=False)
    for hour in range(2, 25, 2):
        moment.move_to(NOW + timedelta(hours=hour))
        assert opened["hana"].get("/account").status_code == 200
    moment.move_to(NOW + timedelta(days=1, seconds=1))
    assert opened["hana"].get("/account").status_code == 302
    sign_in(opened["hana"], "hana@demo.example")


@ONLY_SQLITE
def test_the_cookie_is_written_a_dozen_times_within_the_limit(app: Flask, moment: clock.FixedClock) -> None:
    opened = browsers(app, own_device=False)
    # The first page shows what was to say at sign-in.
    assert signed_in(opened) == ALL
    for minutes, writes in ((9, ()), (10, ("hana",)), (19, ()), (59, ("hana",)), (60, ("amina",))):
        moment.move_to(NOW + timedelta(minutes=minutes))
        for name in ("hana", "amina"):
            cookies = opened[name].get("/account").headers.getlist("Set-Cookie")
            assert any(each.startswith("every_sector=") for each in cookies) == (name in writes), (minutes, name)


@ONLY_SQLITE
def test_a_form_sent_too_late_is_offered_again(app: Flask, moment: clock.FixedClock) -> None:
    client = browsers(app, own_device=False)["root"]
    moment.move_to(NOW + timedelta(hours=3))
    late = client.post(
        "/admin/users/1/close", data={"reason": "Left last month"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert late.status_code == 401
    assert 'value="Left last month"' in late.text


def account_number(app: Flask, name: str) -> int:
    with app.app_context(), reading():
        found = find_account_by_email(f"{name}@demo.example")
        assert found is not None
        return found.id


@ONLY_SQLITE
def test_who_gets_or_loses_a_role_signs_in_again_and_who_gives_it_does_not(
    app: Flask, moment: clock.FixedClock
) -> None:
    opened = browsers(app, own_device=True)
    amina, root = account_number(app, "amina"), account_number(app, "root")
    trainer = {"role": "trainer", "organisation": "", "reason": "She writes courses", "password": PASSWORD}
    for account_id, left in ((amina, {*HELD}), (root, {*HELD})):
        given = opened["root"].post(f"/admin/users/{account_id}/roles/new", data=trainer)
        assert given.status_code == 303
        assert signed_in(opened) == left
    sign_in(opened["amina"], "amina@demo.example")
    # Given already: nothing changes.
    assert opened["root"].post(f"/admin/users/{amina}/roles/new", data=trainer).status_code == 303
    assert signed_in(opened) == ALL
    with app.app_context(), unit_of_work():
        account = find_account_by_email("amina@demo.example")
        assert account is not None
        link = account.fs_uniquifier
        operations.remove_role(SYSTEM, account, Role.COORDINATOR)
        assert session.scalar(select(func.count()).where(SignedInSession.account_id == amina)) == 1
        operations.remove_role(SYSTEM, account, Role.TRAINER)
        # Links sent by e-mail go on working.
        assert account.fs_uniquifier == link
    assert signed_in(opened) == {*HELD}
