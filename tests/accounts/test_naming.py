"""Who is named to whom: colleagues by name while they are colleagues, others by their role."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from lms.accounts import operations as accounts
from lms.accounts.models import Account
from lms.accounts.naming.queries import list_recorders
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.web import recorders as web
from lms.web.recorders import Recorders
from tests.factories import people as make

IN_MARCH, IN_MAY = datetime(2026, 3, 31, 9, tzinfo=UTC), datetime(2026, 5, 1, 9, tzinfo=UTC)
ELSEWHERE, ADMINISTRATOR = "another organisation", "an administrator"


@pytest.fixture
def cast(app_context: Flask) -> dict[str, Account]:
    """HR and staff of two organisations, one who moved from here to there, an administrator and HR without a post."""
    make.sectors()
    station, here, there = make.station(), make.organisation("rivers"), make.organisation("hills")
    found: dict[str, Account] = {}

    def somebody(name: str, role: Role | None, *posts: tuple[make.Organisation, date | None]) -> None:
        who = make.person(name)
        for at, through_on in posts:
            make.placed(make.employed(who, at, f"{name}-{at.slug}"), station, through_on=through_on)
        found[name] = make.account(who, *([role] if role else []), at=posts[-1][0] if posts else here)

    somebody("Hana", Role.HR, (here, None))
    somebody("Amina", None, (here, None))
    somebody("Gone", None, (here, date(2026, 3, 31)))
    somebody("Moved", Role.HR, (here, date(2026, 3, 31)), (there, None))
    somebody("Haile", Role.HR, (there, None))
    somebody("Guest", Role.HR)
    somebody("Root", None)
    accounts.grant_role(SYSTEM, found["Root"], Role.ADMIN, None)
    somebody("Own root", None, (here, None))
    accounts.grant_role(SYSTEM, found["Own root"], Role.ADMIN, None)
    return found


def names(actor: Actor, cast: dict[str, Account], moment: datetime) -> dict[str, str]:
    recorders = Recorders(list_recorders(actor, [each.id for each in cast.values()]), actor.time_zone)
    return {name: recorders.name(each.id, moment) for name, each in cast.items()}


def test_colleagues_are_named_and_others_called_by_their_role(cast: dict[str, Account]) -> None:
    hana = make.actor_of(cast["Hana"])
    own = {name: name for name in ("Hana", "Amina", "Guest", "Own root")}
    expected = own | {"Haile": ELSEWHERE, "Root": ADMINISTRATOR}
    assert names(hana, cast, IN_MARCH) == expected | {"Gone": "Gone", "Moved": "Moved"}
    # What somebody did after they had left is another organisation's.
    assert names(hana, cast, IN_MAY) == expected | {"Gone": ELSEWHERE, "Moved": ELSEWHERE}
    haile = make.actor_of(cast["Haile"])
    there = dict.fromkeys(cast, ELSEWHERE) | {name: name for name in ("Haile", "Moved")}
    assert names(haile, cast, IN_MAY) == there | {"Root": ADMINISTRATOR, "Own root": ADMINISTRATOR}


def test_administrators_know_everybody_and_nobody_else_does(cast: dict[str, Account]) -> None:
    assert names(make.actor_of(cast["Root"]), cast, IN_MAY) == {name: name for name in cast}
    amina = names(make.actor_of(cast["Amina"]), cast, IN_MAY)
    assert {name for name, shown in amina.items() if name == shown} == {"Amina"}


@dataclass
class Row:
    recorded_by: int | None
    retracted_by: int | None = None


def test_the_system_and_removed_accounts(app: Flask) -> None:
    with app.test_request_context("/"):
        recorders = web.recorders_of([Row(None), Row(0, 999), None])
        assert recorders.name(None, IN_MAY) == recorders.name(0, IN_MAY) == "the system"
        assert recorders.name(999, IN_MAY) == "somebody whose account was removed"


def test_the_day_is_that_of_the_organisation(app: Flask) -> None:
    late = datetime(2026, 3, 31, 22, tzinfo=UTC)
    with app.test_request_context("/"):
        days = [Recorders({}, zone).day(late).replace("\N{NO-BREAK SPACE}", " ") for zone in ("UTC", "Asia/Amman")]
    assert days == ["31 Mar 2026", "1 Apr 2026"]
