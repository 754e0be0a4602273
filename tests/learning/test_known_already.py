"""Who knows a course already: the quiz without its modules, and renewing by the modules that changed."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.assessment.models import Attempt, OpenedBy
from lms.catalogue.api import PublishedCourse
from lms.certification.api import revoke
from lms.certification.models import Award
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work
from lms.learning.models import EditionSwitch
from lms.people.models import Organisation
from tests.factories.attempts import keys
from tests.factories.courses import questions, single
from tests.factories.people import sign_in
from tests.learning.conftest import complete_all, publish_in, start
from tests.learning.test_concurrency import TABS, tabs

COURSE = "/courses/first-course"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ONLY_CHANGED = "Read only what has changed"
AT_ONCE = "Take the quiz without the modules"


@pytest.fixture(autouse=True)
def time() -> Iterator[FixedClock]:
    with clock.using(FixedClock(NOW)) as fixed:
        assert isinstance(fixed, FixedClock)
        yield fixed


@pytest.fixture
def holder(app: Flask, client: FlaskClient, course: PublishedCourse, time: FixedClock) -> FlaskClient:
    """Amina's browser a month after she earned a certificate of edition 1, valid through 1 March 2028."""
    sign_in(client)
    complete_all(client, course)
    take(app, client, start(client, course))
    time.move_to(NOW + timedelta(days=30))
    return client


@pytest.fixture
def second_edition(app: Flask, holder: FlaskClient, files: Path) -> PublishedCourse:
    """Edition 2, which changed the second of three modules, with questions on each."""
    bank = [*questions(), single("q-changed", refresh={"module": "second-steps", "section": "first-of-second-steps"})]
    return publish_in(
        app, files, edition=2, modules=("first-steps", "second-steps", "third-steps"), bank=bank,
        changes=[{"edition": 2, "modules": ["second-steps"], "note": "Who to tell at night is new."}],
    )  # fmt: skip


def take(app: Flask, client: FlaskClient, address: str) -> None:
    """Answers everything right and submits."""
    assert client.post(f"{address}/submit", data=keys(app, address)).status_code == 303
    assert "passed" in client.get(f"{address}/result").text


def last(app: Flask, model: type[Any]) -> Any:
    with app.app_context():
        found = session.query(model).order_by(model.id.desc()).first()
        session.expunge_all()
        return found


def test_who_renews_reads_and_answers_only_what_has_changed(
    app: Flask, holder: FlaskClient, second_edition: PublishedCourse
) -> None:
    page = holder.get(COURSE).text
    assert "1 module has changed since" in page and "Who to tell at night is new." in page
    assert "saves you 10 minutes" in page and ONLY_CHANGED in page
    answer = holder.post(f"{COURSE}/renew")
    assert answer.headers["Location"] == f"{COURSE}/second-steps"
    page = holder.get(COURSE).text
    assert page.count("not changed since your certificate") == 2 and ONLY_CHANGED not in page
    answer = holder.post(f"{COURSE}/second-steps/complete")
    assert answer.headers["Location"] == f"{COURSE}/quiz"
    address = start(holder, second_edition)
    attempt = last(app, Attempt)
    assert {one["slug"] for one in attempt.questions} == {"q-red-one", "q-red-two", "q-changed"}
    assert attempt.opened_by == OpenedBy.CHANGES
    take(app, holder, address)
    award = last(app, Award)
    assert award.printed["edition"] == 2 and award.attempt_id == attempt.id
    page = holder.get(f"/certificates/{award.serial}").text
    assert "Course quiz about what had changed" in page


def test_renewing_by_the_changes_is_recorded_once(
    app: Flask, holder: FlaskClient, second_edition: PublishedCourse
) -> None:
    for _ in range(2):
        assert holder.post(f"{COURSE}/renew").status_code == 303
    with app.app_context():
        switches = session.query(EditionSwitch).all()
        assert [(each.changes_since, each.edition_id) for each in switches] == [(1, second_edition.edition_id)]


def test_renewing_in_many_tabs_is_recorded_once(
    app: Flask, holder: FlaskClient, second_edition: PublishedCourse
) -> None:
    answers = tabs(app, holder, f"{COURSE}/renew", [{}] * TABS)
    assert {status for status, _ in answers} == {303}
    with app.app_context():
        (switch,) = session.query(EditionSwitch).all()
        assert (switch.changes_since, switch.edition_id) == (1, second_edition.edition_id)


def test_a_certificate_opens_the_whole_quiz(app: Flask, holder: FlaskClient, second_edition: PublishedCourse) -> None:
    assert AT_ONCE in holder.get(COURSE).text
    page = holder.get(f"{COURSE}/quiz").text
    assert "because you have a certificate of this course" in page and "Start the quiz" in page
    address = start(holder, second_edition)
    attempt = last(app, Attempt)
    red_lines = {"q-red-one", "q-red-two"}
    assert attempt.opened_by == OpenedBy.CERTIFICATE and red_lines < {one["slug"] for one in attempt.questions}
    take(app, holder, address)
    assert last(app, Award).printed["edition"] == 2
    # The modules stay open.
    assert holder.get(f"{COURSE}/third-steps").status_code == 200


@pytest.mark.parametrize(("days", "is_open"), [(0, True), (365, True), (366, False)])
def test_a_certificate_counts_for_a_year_after_its_last_day(
    holder: FlaskClient, second_edition: PublishedCourse, time: FixedClock, days: int, is_open: bool
) -> None:
    time.move_to(datetime(2028, 3, 1, 9, tzinfo=UTC) + timedelta(days=days))
    sign_in(holder)
    page = holder.get(COURSE).text
    assert (AT_ONCE in page) is (ONLY_CHANGED in page) is is_open
    assert ("was valid through" in page) is (is_open and days > 0)
    refused = holder.post(f"{COURSE}/renew")
    assert refused.status_code == (303 if is_open else 409)


def test_a_revoked_certificate_opens_nothing(app: Flask, holder: FlaskClient, second_edition: PublishedCourse) -> None:
    with app.app_context(), unit_of_work():
        revoke(SYSTEM, session.query(Award).one(), reason="A mistake")
    page = holder.get(COURSE).text
    assert AT_ONCE not in page and ONLY_CHANGED not in page
    answer = holder.post(f"{COURSE}/quiz")
    assert answer.status_code == 409 and "opens when all modules are completed" in answer.text


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda c: c.pop("changes"), id="nothing is said of the edition"),
        pytest.param(lambda c: c.update(edition=3), id="nothing is said of one edition between"),
        pytest.param(
            lambda c: c.update(changes=[{"edition": 2, "modules": ["first-steps", "second-steps"]}]), id="all changed"
        ),
    ],
)
def test_without_a_difference_all_is_read(
    app: Flask, holder: FlaskClient, files: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    course: dict[str, Any] = {"edition": 2, "changes": [{"edition": 2, "modules": ["second-steps"]}]}
    change(course)
    publish_in(app, files, **course)
    page = holder.get(COURSE).text
    assert AT_ONCE in page and ONLY_CHANGED not in page
    refused = holder.post(f"{COURSE}/renew")
    assert refused.status_code == 409 and "Read all modules" in refused.text


def test_an_organisation_lets_its_people_take_the_quiz_at_once(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    sign_in(client)
    assert AT_ONCE not in client.get(COURSE).text
    assert client.post(f"{COURSE}/quiz").status_code == 409
    with app.app_context(), unit_of_work():
        session.query(Organisation).one().quiz_without_modules = True
    assert AT_ONCE in client.get(COURSE).text
    assert "because your organisation allows it" in client.get(f"{COURSE}/quiz").text
    address = start(client, course)
    assert last(app, Attempt).opened_by == OpenedBy.ORGANISATION
    take(app, client, address)
    page = client.get(f"/certificates/{last(app, Award).serial}").text
    assert "Course quiz, without the modules" in page
