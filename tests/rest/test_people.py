"""Programs read people and placements in parts, and record joiners, movers and leavers, once each."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms.accounts.models import Account
from lms.audit.models import AuditEntry
from lms.kernel import clock
from lms.kernel.clock import FixedClock
from lms.kernel.db import reading, session
from lms.people.models import Employment, Person, Placement
from lms.rest.idempotency.models import AnsweredWrite
from lms.rest.idempotency.operations import STORED_FOR, remove_old_answers
from tests.factories.compliance import NOW
from tests.factories.tokens import ask, token_of, two_organisations

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
TODAY = clock.today()
PLACEMENT = {"station": "north-river", "sector": "wash", "role": "Driver", "from_on": TODAY.isoformat()}
JOINER = {"staff_number": "W-77", "name": "Noor Nasser", "email": "noor@demo.example", "placement": PLACEMENT}


def write(app: Flask, token: str, path: str, body: dict[str, Any], key: str) -> TestResponse:
    return ask(app, token, path, "POST", json=body, headers={"Idempotency-Key": key})


def shown(app: Flask, token: str, path: str) -> Any:
    answer = ask(app, token, path)
    assert answer.status_code == 200, answer.text
    return answer.json


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def test_lists_come_in_parts_of_ones_own_organisation(app: Flask) -> None:
    two_organisations(app)
    token = token_of(app, "hana")
    for path, member in (("/people?limit=2", "staff_number"), ("/placements?limit=2", "placement_id")):
        found: list[object] = []
        following: str | None = path
        while following:
            answer = ask(app, token, following)
            assert answer.json is not None
            found += [each[member] for each in answer.json["items"]]
            link = answer.headers.get("Link", "")
            assert (link == "") == (answer.json["next_cursor"] is None)
            following = link[1:].partition(">")[0].removeprefix("/api/v1") or None
        assert len(found) == len(set(found)) == 5
        assert "H-1" not in found
    (amina,) = shown(app, token, "/people?staff_number=w1")["items"]
    assert amina["name"] == "Amina Yusuf"
    assert [each["sector"] for each in amina["placements"]] == ["wash"]
    assert shown(app, token, f"/people/{amina['person_id']}")["items"] == [amina]
    assert shown(app, token, "/people?staff_number=H-1")["items"] == []
    assert shown(app, token, "/placements?on=2025-01-01")["items"] == []
    # Omar works for the other organisation.
    assert ask(app, token, "/people/6").status_code == 404
    unchanged = ask(app, token, "/people", headers={"If-None-Match": ask(app, token, "/people").headers["ETag"]})
    assert (unchanged.status_code, unchanged.data) == (304, b"")


@only_sqlite
def test_somebody_joins_moves_and_leaves(app: Flask) -> None:
    two_organisations(app)
    token = token_of(app, "hana")
    joined = write(app, token, "/people", JOINER, "joins")
    assert joined.status_code == 200, joined.text
    assert joined.json is not None
    (person,) = joined.json["items"]
    (first,) = person["placements"]
    assert (first["role"], first["through_on"]) == ("driver", None)
    path = f"/people/{person['person_id']}/placements"
    moved = write(app, token, path, PLACEMENT | {"sector": "health", "from_on": day(20)}, "moves").json
    assert moved is not None
    again = write(app, token, path, PLACEMENT | {"sector": "health", "from_on": day(20)}, "moves-again").json
    assert again == moved
    left = write(app, token, f"{path}/{moved['placement_id']}/end", {"through_on": day(40)}, "leaves")
    assert left.status_code == 200, left.text
    placements = shown(app, token, "/placements?staff_number=W-77")["items"]
    assert [(each["sector"], each["from_on"], each["through_on"]) for each in placements] == [
        ("wash", day(0), day(19)), ("health", day(20), day(40)),
    ]  # fmt: skip
    with app.app_context(), reading():
        assert session.scalar(select(func.count()).where(Account.person_id == person["person_id"])) == 1
        written = select(AuditEntry.detail).where(AuditEntry.action == "rest.write").order_by(AuditEntry.id)
        assert [each["act"] for each in session.scalars(written)] == ["join", "place", "place", "leave"]
        # Nothing is lost: what was recorded first is withdrawn, and still there.
        withdrawn = select(func.count()).where(Placement.retracted_at.is_not(None))
        assert session.scalar(withdrawn) == 2


@only_sqlite
def test_a_mover_stays_until_the_day_that_is_said_and_not_that_of_the_placement_before(app: Flask) -> None:
    two_organisations(app)
    token = token_of(app, "hana")
    joiner = JOINER | {"placement": PLACEMENT | {"through_on": day(40)}}
    (person,) = write(app, token, "/people", joiner, "joins").json["items"]  # type: ignore[index]
    path = f"/people/{person['person_id']}/placements"
    moves = PLACEMENT | {"sector": "health", "from_on": day(20)}
    moved = write(app, token, path, moves, "moves").json
    assert moved is not None
    assert (moved["from_on"], moved["through_on"]) == (day(20), None)
    assert write(app, token, path, moves, "moves-again").json == moved


REFUSED: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "somebody else's number": ("/people", JOINER | {"staff_number": "w-1"}, 422, "staff_number"),
    "somebody else's e-mail": ("/people", JOINER | {"email": "hana@demo.example"}, 422, ""),
    "no e-mail": ("/people", JOINER | {"email": "noor"}, 422, "email"),
    "no such station": ("/people", JOINER | {"placement": PLACEMENT | {"station": "x"}}, 422, "placement.station"),
    "no such sector": ("/people", JOINER | {"placement": PLACEMENT | {"sector": "x"}}, 422, "placement.sector"),
    "no such contract": ("/people", JOINER | {"placement": PLACEMENT | {"contract": "x"}}, 422, "placement.contract"),
    "letters nobody can print": ("/people", JOINER | {"name": "\U0001f984"}, 422, "name"),
    "a line break": ("/people", JOINER | {"name": "Noor\nNasser"}, 422, "name"),
    "a member nobody knows": ("/people", JOINER | {"organisation": 2}, 422, "organisation"),
    "somebody elsewhere": ("/people/6/placements", PLACEMENT, 404, ""),
    "the same first day": ("/people/1/placements", PLACEMENT | {"from_on": "2026-01-01"}, 422, "from_on"),
    "the past": ("/people/1/placements", PLACEMENT | {"from_on": "2026-02-01"}, 422, "from_on"),
    "a last day in the past": ("/people/1/placements/1/end", {"through_on": "2026-02-01"}, 422, "through_on"),
    "a placement elsewhere": ("/people/6/placements/6/end", {"through_on": day(1)}, 404, ""),
    "another number": ("/people/1/placements", PLACEMENT | {"staff_number": "W-2"}, 422, "staff_number"),
}


@only_sqlite
def test_what_is_wrong_is_refused_by_name_and_nothing_is_recorded(app: Flask) -> None:
    two_organisations(app)
    token = token_of(app, "hana")
    with app.app_context(), reading():
        before = [session.scalar(select(func.count()).select_from(each)) for each in (Person, Employment, Placement)]
    for name, (path, body, status, field) in REFUSED.items():
        # What is refused takes no key.
        answer = write(app, token, path, body, "one-for-all")
        assert answer.status_code == status, (name, answer.text)
        assert answer.json is not None
        assert not field or [each["field"] for each in answer.json["errors"]] == [field], name
        assert "Nasser" not in answer.text
    assert ask(app, token, "/people", "POST", json=JOINER).status_code == 400
    assert write(app, token, "/people", JOINER, "é").status_code == 400
    no_json = ask(app, token, "/people", "POST", data="{}", headers={"Idempotency-Key": "a"})
    assert no_json.status_code == 415
    with app.app_context(), reading():
        after = [session.scalar(select(func.count()).select_from(each)) for each in (Person, Employment, Placement)]
        assert session.scalar(select(func.count()).select_from(AnsweredWrite)) == 0
    assert after == before


def test_a_write_sent_twice_at_once_is_done_once(app: Flask) -> None:
    two_organisations(app)
    token, other = token_of(app, "hana"), token_of(app, "hana")
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: write(app, token, "/people", JOINER, "once"), range(4)))
    assert {each.status_code for each in answers} == {200}
    assert len({each.text for each in answers}) == 1
    assert sorted(each.headers["Idempotent-Replayed"] for each in answers) == ["false", "true", "true", "true"]
    changed = write(app, token, "/people", JOINER | {"name": "Somebody Else"}, "once")
    assert (changed.status_code, changed.json and changed.json["type"]) == (
        422, "/api/v1/docs#idempotency_key_reused",
    )  # fmt: skip
    # Keys are each token's own; and the same person is not added twice.
    assert write(app, other, "/people", JOINER, "once").headers["Idempotent-Replayed"] == "false"
    with app.app_context(), reading():
        assert session.scalar(select(func.count()).where(Employment.staff_number == "W-77")) == 1


@only_sqlite
def test_answers_are_removed_after_a_week(app: Flask) -> None:
    with clock.using(FixedClock(NOW)) as now:
        two_organisations(app)
        token = token_of(app, "hana")
        write(app, token, "/people", JOINER, "once")
        left = []
        for later in (STORED_FOR, STORED_FOR + timedelta(seconds=1)):
            now.move_to(NOW + later)
            with app.app_context():
                remove_old_answers()
                with reading():
                    left.append(session.scalar(select(func.count()).select_from(AnsweredWrite)))
        assert left == [1, 0]
