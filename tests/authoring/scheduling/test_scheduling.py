"""A draft is published on its day: exactly that text, by whoever chose the day, or not at all with the reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.queries import find_account_by_email
from lms.authoring.drafts import operations, queries
from lms.authoring.models import Draft, DraftSchedule
from lms.authoring.scheduling import jobs
from lms.catalogue.api import read_published_files
from lms.catalogue.models import Publication
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.errors import require_found
from tests.factories.courses import make_organisation_with_course, published
from tests.factories.pages import form_on, send, words_of
from tests.factories.people import sign_in

MODULE = "modules/first-course/01-first-steps.md"
COURSE = "/author/first-course"
DRAFT = f"{COURSE}/drafts/1"
SCHEDULE = f"{DRAFT}/schedule"
TODAY = clock.today()
DAY = TODAY + timedelta(days=3)


@contextmanager
def at(days: int) -> Iterator[None]:
    """Lets the clock stand some days after today, at one in the morning."""
    with clock.using(clock.FixedClock(datetime.combine(TODAY + timedelta(days=days), time(1), UTC))):
        yield


@pytest.fixture
def tomas(app: Flask, client: FlaskClient, tmp_path: Path) -> FlaskClient:
    make_organisation_with_course(app, tmp_path)
    sign_in(client, "tomas@demo.example")
    send(client, form_on(client.get(COURSE), COURSE), title="Clearer words")
    append(app, "Of the day.")
    return client


def append(app: Flask, words: str) -> None:
    with app.app_context(), unit_of_work():
        draft = queries.load_draft("first-course", 1)
        file = queries.find_file(draft, MODULE)
        data = queries.read_file(file) + f"\n{words}\n".encode()
        operations.save_file(SYSTEM, "first-course", 1, MODULE, data, version=file.version)


def choose(client: FlaskClient, day: str = DAY.isoformat()) -> str:
    response = send(client, form_on(client.get(SCHEDULE), SCHEDULE), publish_on=day, reason="For the new year.")
    return response.location or response.get_data(as_text=True)


def is_published(app: Flask) -> bool:
    with app.app_context(), reading():
        return b"Of the day." in read_published_files()[MODULE]


def run(app: Flask, days: int) -> None:
    with app.app_context(), at(days):
        jobs.publish_due()


def test_it_is_published_on_its_day_in_its_authors_name(app: Flask, tomas: FlaskClient) -> None:
    assert choose(tomas) == f"{DRAFT}/review"
    assert "To be published on" in words_of(tomas, f"{DRAFT}/review")
    run(app, 2)
    assert not is_published(app)
    run(app, 3)
    assert is_published(app)
    with app.app_context(), reading():
        publication = session.query(Publication).order_by(Publication.id.desc()).first()
        author = require_found(find_account_by_email("tomas@demo.example"))
        assert publication is not None
        assert (publication.recorded_by, publication.reason) == (author.id, "For the new year.")
        number = session.query(Publication).count()
    run(app, 4)
    with app.app_context(), reading():
        assert session.query(Publication).count() == number
        assert session.query(DraftSchedule).count() == 1


def test_another_text_is_not_published(app: Flask, tomas: FlaskClient) -> None:
    choose(tomas)
    append(app, "Later.")
    assert "choose a day again" in words_of(tomas, f"{DRAFT}/review")
    run(app, 3)
    assert not is_published(app)
    assert "It was not published on its day: The draft was changed" in words_of(tomas, f"{DRAFT}/review")
    run(app, 4)
    assert choose(tomas) == f"{DRAFT}/review"
    run(app, 3)
    assert is_published(app)


def test_what_stands_in_the_way_is_said(app: Flask, tomas: FlaskClient, tmp_path: Path) -> None:
    choose(tomas)
    with app.app_context(), unit_of_work():
        published(tmp_path, extra_words="\nOf somebody else.\n")
    run(app, 3)
    assert not is_published(app)
    page = words_of(tomas, f"{DRAFT}/review")
    assert "It was not published on its day" in page


def test_somebody_who_left_publishes_nothing(app: Flask, tomas: FlaskClient) -> None:
    choose(tomas)
    with app.app_context(), unit_of_work():
        require_found(find_account_by_email("tomas@demo.example")).active = False
    run(app, 3)
    assert not is_published(app)
    with app.app_context(), reading():
        last = session.query(DraftSchedule).order_by(DraftSchedule.id.desc()).first()
        assert last is not None
        assert "may no longer publish" in last.problem


def test_a_day_can_be_taken_away_and_chosen_twice(app: Flask, tomas: FlaskClient) -> None:
    choose(tomas)
    choose(tomas)
    cancel = f"{SCHEDULE}/cancel"
    form = form_on(tomas.get(f"{DRAFT}/review"), cancel)
    send(tomas, form)
    send(tomas, form)
    with app.app_context(), reading():
        assert [row.publish_on for row in session.query(DraftSchedule).order_by(DraftSchedule.id)] == [DAY, None]
    run(app, 3)
    assert not is_published(app)


@pytest.mark.parametrize("day", ["", "tomorrow", "2020-01-01", TODAY.isoformat()])
def test_other_days_are_refused_and_the_reason_stays(tomas: FlaskClient, day: str) -> None:
    page = choose(tomas, day)
    assert "For the new year." in page
    assert 'aria-invalid="true"' in page


def test_a_discarded_draft_is_not_published(app: Flask, tomas: FlaskClient) -> None:
    choose(tomas)
    with app.app_context(), unit_of_work():
        operations.discard_draft(SYSTEM, "first-course", 1, "No.")
    run(app, 3)
    assert not is_published(app)
    with app.app_context(), reading():
        assert session.query(Draft).one().publication_id is None
