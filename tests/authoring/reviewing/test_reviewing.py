"""An author asks for a review; the reviewer finds it, and everybody sees how far the draft is."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.queries import find_account_by_email
from lms.audit.models import AuditEntry
from lms.authoring.models import DraftReviewRequest
from lms.authoring.reviewing import jobs, operations
from lms.authoring.reviewing.rules import ReviewState, review_state
from lms.kernel.actor import Role
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.errors import require_found
from lms.kernel.outbox import NoLongerTrue, OutboxRow
from lms.people.models import DutyStation, Organisation
from tests.authoring.signing_off.test_signing_off import COURSE, DRAFT, REVIEW, edit, publish, sign, switch
from tests.factories import people
from tests.factories.courses import make_organisation_with_course
from tests.factories.pages import form_on, send, words_of

ASK = f"{DRAFT}/ask"
sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("asked", "signed_off", "state"),
    [
        (None, False, ReviewState.DRAFTED),
        ("now", False, ReviewState.IN_REVIEW),
        ("before", False, ReviewState.CHANGED),
        ("now", True, ReviewState.SIGNED_OFF),
        ("before", True, ReviewState.SIGNED_OFF),
        (None, True, ReviewState.SIGNED_OFF),
    ],
)
def test_states(asked: str | None, signed_off: bool, state: ReviewState) -> None:
    assert review_state(asked, "now", signed_off=signed_off) is state


@pytest.fixture
def tomas(app: Flask, client: FlaskClient, tmp_path: Path) -> FlaskClient:
    """Tomas, who has begun a draft and changed nothing yet; Tina is a trainer elsewhere, of her organisation only."""
    make_organisation_with_course(app, tmp_path)
    with app.app_context(), unit_of_work():
        there = people.organisation("hill-aid", initials="HA")
        here, station = session.get_one(Organisation, 1), session.get_one(DutyStation, 1)
        for name, at in (("Tina Hill", there), ("Thea Here", here)):
            who = people.person(name, f"{name.partition(' ')[0].lower()}@demo.example")
            people.placed(people.employed(who, at, name), station)
            people.account(who, Role.TRAINER, at=at)
    people.sign_in(client, "tomas@demo.example")
    send(client, form_on(client.get(COURSE), COURSE), title="Clearer words")
    return client


def ask(client: FlaskClient, reviewer: str = "", note: str = "The new part.") -> str:
    form = form_on(client.get(ASK), ASK)
    return send(client, form, reviewer=reviewer, note=note).text


def account(app: Flask, word: str) -> int:
    with app.app_context(), reading():
        return require_found(find_account_by_email(f"{word}@demo.example")).id


def email(app: Flask, number: int = 1) -> tuple[str, str, str, str]:
    with app.app_context(), reading():
        return jobs.write_request(number)


def test_a_review_is_asked_for_found_and_given(app: Flask, tomas: FlaskClient) -> None:
    root = str(account(app, "root"))
    assert "changes nothing yet" in ask(tomas, root)
    edit(tomas, "Of Tomas.")
    assert "Drafted" in words_of(tomas, DRAFT)
    for _twice in range(2):
        ask(tomas, root)
    with app.app_context(), reading():
        assert [row.payload for row in session.scalars(select(OutboxRow).filter_by(kind=operations.KIND))] == [
            {"request_id": 1}
        ]
    for page in (DRAFT, REVIEW, COURSE, "/author"):
        assert "In review · waits for Root Admin" in words_of(tomas, page), page
    assert "Waiting for your review" not in words_of(tomas, "/author")
    assert "nobody has signed off this text yet" in words_of(tomas, REVIEW)
    to, subject, body, _language = email(app)
    assert (to, subject) == ("root@demo.example", "A draft waits for your review")
    assert "Tomas Silva asks you" in body and "The new part." in body and f"{REVIEW}\n" in body
    edit(tomas, "More.")
    assert "In review, changed since it was asked for" in words_of(tomas, COURSE)
    switch(tomas, "root")
    page = words_of(tomas, "/author")
    assert page.index("Waiting for your review") < page.index("Clearer words")
    assert "The new part." in words_of(tomas, REVIEW)
    sign(tomas)
    assert "Waiting for your review" not in words_of(tomas, "/author")
    assert "Signed off" in words_of(tomas, COURSE)
    with pytest.raises(NoLongerTrue):
        email(app)
    switch(tomas, "tomas")
    edit(tomas, "Still more.")
    assert "In review, changed since it was asked for" in words_of(tomas, DRAFT)
    with app.app_context(), reading():
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("%review"))).all()
        assert actions == ["authoring.ask_for_review"]


@sqlite
def test_anybody_else_may_be_asked_and_the_request_is_taken_back(app: Flask, tomas: FlaskClient) -> None:
    edit(tomas, "Of Tomas.")
    ask(tomas)
    assert "waits for any other author" in words_of(tomas, REVIEW)
    assert "Waiting for your review" not in words_of(tomas, "/author")
    switch(tomas, "thea")
    assert "Waiting for your review" in words_of(tomas, "/author")
    edit(tomas, "Of Thea.")
    assert "Waiting for your review" not in words_of(tomas, "/author"), "who has written in it does not review it"
    withdraw = form_on(tomas.get(REVIEW), f"{ASK}/withdraw")
    for _twice in range(2):
        assert send(tomas, withdraw).location == REVIEW
    assert "Drafted" in words_of(tomas, COURSE) and "waits for" not in words_of(tomas, COURSE)
    with app.app_context(), reading():
        assert [
            row.digest is None for row in session.scalars(select(DraftReviewRequest).order_by(DraftReviewRequest.id))
        ] == [False, True]
        assert session.scalars(select(OutboxRow).filter_by(kind=operations.KIND)).all() == []


@sqlite
def test_who_may_be_asked(app: Flask, tomas: FlaskClient) -> None:
    edit(tomas, "Of Tomas.")
    page = words_of(tomas, ASK)
    # Tomas is a trainer of all organisations; Hana, Amina and Karim are none, and he wrote it.
    assert "Any other author Root Admin Thea Here Tina Hill What should" in page
    thea, tina, hana = (str(account(app, word)) for word in ("thea", "tina", "hana"))
    assert "not one of the options" in ask(tomas, hana)
    ask(tomas, thea)
    switch(tomas, "thea")
    page = words_of(tomas, ASK)
    assert "Tomas" not in page.partition("Who should")[2], "he wrote it"
    assert "Tina Hill" not in page, "of an organisation that Thea has nothing to do with"
    assert "not one of the options" in ask(tomas, tina)
    opened = form_on(tomas.get(ASK), ASK)
    switch(tomas, "root")
    edit(tomas, "Of Root.")
    switch(tomas, "thea")
    refused = send(tomas, opened, reviewer=str(account(app, "root")))
    assert refused.status_code == 422 and "not one of the options" in refused.text
    publish(tomas)
    with pytest.raises(NoLongerTrue):
        email(app)
    assert "closed" in send(tomas, opened, reviewer="").text
