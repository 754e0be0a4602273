"""Programs get the same statuses, figures and awards as the pages, of their own organisation alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from lms.compliance.api import StatusGroup, statuses_of
from lms.kernel import clock
from lms.kernel.clock import FixedClock
from lms.kernel.db import reading, session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.factories import people
from tests.factories.large_organisation import large_organisation
from tests.factories.tokens import ask, serial_of, token_of, two_organisations
from tests.shared import statements_sent

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def answered(app: Flask, token: str, path: str, **body: Any) -> Any:
    answer = ask(app, token, path, "POST", json=body) if body else ask(app, token, path)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_prepared_statuses_are_those_of_the_facts_and_of_the_pages(app: Flask) -> None:
    two_organisations(app)
    token, day = token_of(app, "hana"), clock.today()
    prepared = answered(app, token, "/status")["items"]
    explained = answered(app, token, "/status?reasons=true")["items"]
    assert [each["staff_number"] for each in prepared] == ["W-1", "W-2", "W-3", "W-4", "W-5"]
    assert [each["status"] for each in prepared] == ["valid", *["overdue"] * 4]
    for one, other in zip(prepared, explained, strict=True):
        without = [each | {"award": None, "reason": None} for each in other["requirements"]]
        assert one == other | {"requirements": without}
    with app.app_context(), reading():
        (own,) = statuses_of(1, day, organisations=[1])
    (required,) = explained[0]["requirements"]
    assert (required["status"], required["group"]) == (own.status, StatusGroup.COMPLIANT)
    assert (required["reason"], required["award"]) == (own.sentence, own.award)


@only_sqlite
def test_both_clocks(app: Flask) -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    with clock.using(FixedClock(noon)) as now:
        two_organisations(app)
        now.move_to(noon + timedelta(days=1))
        token = token_of(app, "hana")
        ask_about = {"staff_numbers": ["w 1", "H-1", "W-1"], "as_of": "2026-06-15"}
        known = answered(app, token, "/status", **ask_about)["items"]
        assert [(each["found"], each["status"]) for each in known] == [(True, "valid"), (False, None), (True, "valid")]
        before = answered(app, token, "/status", **ask_about, known_as_of="2026-11-22T11:00:00Z")["items"]
        assert [(each["found"], each["placed"]) for each in before] == [(True, False), (False, False), (True, False)]
        after = answered(app, token, "/status", **ask_about, known_as_of="2026-11-22T13:00:00+01:00")["items"]
        assert [each["requirements"] for each in after] == [each["requirements"] for each in known]
        # Before the first day of the requirement.
        early = answered(app, token, "/status", staff_numbers=["W-1"], as_of="2025-12-01")["items"]
        assert [(each["placed"], each["status"]) for each in early] == [(False, None)]
        for wrong in ({"known_as_of": "2026-12-24T00:00:00Z"}, {"known_as_of": "2026-11-22"}, {"as_of": "1999-12-31"}):
            assert ask(app, token, "/status", "POST", json=ask_about | wrong).status_code == 422
        many = ask(app, token, "/status", "POST", json={"staff_numbers": ["W-1"] * 501, "reasons": True})
        assert many.status_code == 422


@only_sqlite
def test_figures_requirements_awards_and_clearance(app: Flask) -> None:
    two_organisations(app)
    token = token_of(app, "hana")
    report = answered(app, token, "/report")
    assert (report["counts"]["people"], report["counts"]["compliant"], report["counts"]["rate"]) == (5, 1, 0.2)
    assert answered(app, token, "/report?sector=wash")["counts"]["by_status"] == {"valid": 1}
    (wash,) = [each for each in report["sectors"] if each["sector"] == "wash"]
    assert wash["courses"]["safe-identification"]["compliant"] == 1
    assert ask(app, token, "/report?station=nowhere").status_code == 422
    (required,) = answered(app, token, "/requirements")["items"]
    assert (required["course"], required["versions"][0]["due_days"]) == ("safe-identification", 14)
    (award,) = answered(app, token, "/awards")["items"]
    assert (award["staff_number"], award["name"], award["state"]) == ("W-1", "Amina Yusuf", "valid")
    assert answered(app, token, f"/certificates/{award['serial'].lower()}") == award
    assert answered(app, token, "/awards?staff_number=W-2")["items"] == []
    assert answered(app, token, "/awards?course=safe-identification&staff_number=w1")["items"] == [award]
    # Omar's.
    assert ask(app, token, f"/certificates/{serial_of(app, 'Omar Said')}").status_code == 404
    pdf = ask(app, token, f"/certificates/{award['serial']}.pdf")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    (course,) = answered(app, token, "/courses")["items"]
    assert course["course"] == "safe-identification"
    cleared = answered(app, token, "/clearance", entries=["W-1", "hana@demo.example", "H-1"])["items"]
    assert [each["clearance"] for each in cleared] == ["may_deploy", "may_not", "undetermined"]


@only_sqlite
def test_the_status_of_thousands_takes_few_statements(app: Flask) -> None:
    people.make_small_organisation(app)
    with app.app_context(), unit_of_work():
        large_organisation(session.query(Organisation).one(), session.query(DutyStation).one(), 5000)
    token = token_of(app, "hana")
    counts = {}
    for most in (500, 5000):
        numbers = [f"L{number:05}" for number in range(most)]
        answered(app, token, "/status", staff_numbers=numbers[:1])
        with app.app_context(), statements_sent() as sent:
            found = answered(app, token, "/status", staff_numbers=numbers)["items"]
        assert len(found) == most
        assert all(each["found"] for each in found)
        counts[most] = len([each for each in sent if each.startswith("SELECT")])
    # Of each 500: their numbers, and their statuses in a handful.
    assert counts[5000] - counts[500] <= 9 * 6, counts
    assert counts[500] <= 16, counts
