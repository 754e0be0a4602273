"""The same station changed and decided on by several people at once; and rows that the database keeps as they are."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from lms.kernel.db import session, unit_of_work
from lms.pathways.models import PathwayDecision, PathwayVersion
from tests.factories.pages import form_on, send
from tests.pathways.confirming.conftest import HERE, NEW_NUMBER, Station, changed
from tests.waiting import DEADLINE_SECONDS


def together(*acts: Callable[[], TestResponse]) -> list[TestResponse]:
    """Returns the answers to requests sent at the same moment."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], TestResponse]) -> TestResponse:
        barrier.wait(DEADLINE_SECONDS)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts, timeout=DEADLINE_SECONDS))


def test_of_two_changes_at_once_one_waits_and_the_other_author_is_told(station: Station) -> None:
    hana, vera = station.client("hana"), station.client("vera")
    forms = changed(hana), changed(vera, "0888 000 111")
    answers = together(lambda: send(hana, forms[0]), lambda: send(vera, forms[1]))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    assert "Another change waits" in refused.get_data(as_text=True)
    with station.app.app_context():
        assert session.scalar(select(func.count(PathwayVersion.id))) == 2


@pytest.mark.parametrize("acts", [("confirm", "confirm"), ("confirm", "refuse"), ("refuse", "refuse")])
def test_of_two_decisions_at_once_one_counts(station: Station, acts: tuple[str, str]) -> None:
    station.propose("hana")
    station.mails()
    address = f"{HERE}/versions/2/"
    browsers = station.client("vera"), station.client("karim")
    data = {"called": "y", "reason": "The number is wrong."}
    forms = [form_on(browser.get(address[:-1]), address + act) for browser, act in zip(browsers, acts, strict=True)]
    together(
        lambda: browsers[0].post(forms[0].action, data=forms[0].values | data),
        lambda: browsers[1].post(forms[1].action, data=forms[1].values | data),
    )
    with station.app.app_context():
        (decision,) = session.scalars(select(PathwayDecision)).all()
        assert decision.outcome.startswith(tuple(acts))
        shown = decision.outcome == "confirmed"
    assert (NEW_NUMBER in station.text("amina")) == shown
    # One decision was told, to two people.
    assert len(station.mails()) == 2


def test_what_happened_is_not_changed(station: Station) -> None:
    station.propose("hana")
    station.decide("vera", 2)
    assert station.client("vera").post(HERE + "/numbers", data={"phone": NEW_NUMBER}).status_code == 303
    for table in ("pathway_version", "pathway_decision", "pathway_mark"):
        for statement in ("DELETE FROM {}", "UPDATE {} SET recorded_by = 7"):
            with station.app.app_context(), pytest.raises(DBAPIError, match="what happened is not"), unit_of_work():
                session.execute(text(statement.format(table)))
