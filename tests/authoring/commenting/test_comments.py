"""Authors and reviewers comment on paragraphs of a draft; a comment stays with its paragraph, also once published."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.authoring.commenting import operations
from lms.authoring.commenting.queries import count_open_comments
from lms.authoring.models import DraftComment
from lms.authoring.rules import digest_of_words
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, session, unit_of_work
from tests.authoring.signing_off.test_signing_off import COURSE, DRAFT, MODULE, REVIEW, edit, publish, switch
from tests.factories.courses import make_organisation_with_course
from tests.factories.pages import form_on, send, words_of
from tests.factories.people import sign_in

COMMENTS = f"{DRAFT}/comments/{MODULE}"
PLACE = digest_of_words("Of Tomas.")


sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def tomas(app: Flask, client: FlaskClient, tmp_path: Path) -> FlaskClient:
    """Tomas, who has added a paragraph to a module."""
    make_organisation_with_course(app, tmp_path)
    sign_in(client, "tomas@demo.example")
    send(client, form_on(client.get(COURSE), COURSE), title="Clearer words")
    edit(client, "Of Tomas.")
    return client


def comment(client: FlaskClient, text: str, place: str = PLACE) -> str:
    address = f"{COMMENTS}?on={place}"
    return send(client, form_on(client.get(address), COMMENTS), text=text).location


def answer(client: FlaskClient, button: str, text: str = "", number: int = 1) -> int:
    form = form_on(client.get(f"{DRAFT}/comments/{number}"), f"{DRAFT}/comments/{number}")
    form.values[button] = "1"
    return send(client, form, text=text).status_code


def entries(app: Flask) -> list[str]:
    with app.app_context(), reading():
        query = select(AuditEntry.action).where(AuditEntry.action.like("%comment")).order_by(AuditEntry.id)
        return [action.partition(".")[2] for action in session.scalars(query)]


def test_a_comment_is_answered_resolved_and_opened_again(app: Flask, tomas: FlaskClient) -> None:
    switch(tomas, "root")
    assert "Nobody has commented on it yet." in words_of(tomas, REVIEW)
    assert f"{COMMENTS}?on={PLACE}#{PLACE}" in tomas.get(REVIEW).text
    page = words_of(tomas, f"{COMMENTS}?on={PLACE}")
    assert "Nobody has commented on this file yet." in page and "Do not write about a real child" in page
    for _twice in range(2):
        assert comment(tomas, "  Which <b>Tomas</b>?\r\n") == f"{COMMENTS}#comment-1"
    assert "&lt;b&gt;Tomas&lt;/b&gt;" in tomas.get(REVIEW).text
    switch(tomas, "tomas")
    shown = words_of(tomas, REVIEW)
    assert "Root Admin · " in shown and "1 open comment" in shown and "changed since" not in shown
    assert shown.index("Of Tomas.") < shown.index("Which <b>Tomas</b>?") < shown.index("Wording or meaning")
    assert "1 open comment" in words_of(tomas, "/author") and "1 open comment" in words_of(tomas, COURSE)
    assert "1 comment is not resolved. You can publish all the same" in shown
    assert answer(tomas, "reply") == 422
    assert answer(tomas, "reply", "The trainer.") == 303
    for _twice in range(2):
        answer(tomas, "resolve")
    shown = words_of(tomas, REVIEW)
    assert "Tomas Silva · " in shown and "The trainer." in shown and "Marked as resolved." in shown
    assert "open comment" not in shown and "not resolved" not in shown
    answer(tomas, "reopen", "Not so fast.")
    assert "1 open comment" in words_of(tomas, REVIEW)
    assert entries(app) == ["comment", "comment", "resolve_comment", "reopen_comment"]


@sqlite
def test_a_comment_stays_with_its_paragraph(app: Flask, tomas: FlaskClient) -> None:
    comment(tomas, "Which one?")
    with app.app_context(), reading():
        stored = session.scalars(select(DraftComment)).one()
        assert (stored.path, stored.paragraph, stored.place) == (MODULE, "Of Tomas.", PLACE)
    edit(tomas, "Another paragraph below.")
    page = words_of(tomas, COMMENTS)
    assert page.index("Of Tomas.") < page.index("Which one?") < page.index("Another paragraph below.")
    assert "changed since" not in page
    rewrite(tomas, "Of Tomas.", "Of Tomas and Root.")
    page = words_of(tomas, COMMENTS)
    assert page.index("Of Tomas and Root.") < page.index("The paragraph was changed since.") < page.index("Which one?")
    assert "removed: Tomas. added: Tomas and Root." in words_of(tomas, f"{DRAFT}/comments/1")
    assert "The paragraph was changed since." in words_of(tomas, REVIEW)
    rewrite(tomas, "Of Tomas and Root.", "")
    page = words_of(tomas, COMMENTS)
    assert "no longer in it" in page and "The paragraph is no longer there: Of Tomas." in page
    assert "The paragraph is no longer there: Of Tomas." in words_of(tomas, REVIEW)


def rewrite(client: FlaskClient, before: str, after: str) -> None:
    address = f"{DRAFT}/files/{MODULE}"
    form = form_on(client.get(address), address)
    assert before in form.values["text"]
    assert send(client, form, text=form.values["text"].replace(before, after)).status_code == 303


@sqlite
def test_what_was_read_is_what_a_comment_is_about(app: Flask, tomas: FlaskClient) -> None:
    opened = form_on(tomas.get(f"{COMMENTS}?on={PLACE}"), COMMENTS)
    rewrite(tomas, "Of Tomas.", "Of Tomas and Root.")
    assert send(tomas, opened, text="About the text of before.").status_code == 303
    assert "The paragraph was changed since." in words_of(tomas, COMMENTS)
    refused = send(tomas, opened, text="Kept.", place="0123456789abcdef")
    assert refused.status_code == 422 and "Kept.</textarea>" in refused.text
    assert "changed while you wrote" in refused.text
    assert "Write what you think." in send(tomas, opened, text=" ").text
    assert "at most 1000 characters" in send(tomas, opened, text="x" * 1001).text


@sqlite
def test_comments_remain_readable_once_published(app: Flask, tomas: FlaskClient) -> None:
    comment(tomas, "Which one?")
    assert publish(tomas) == COURSE
    history = words_of(tomas, f"{COURSE}/publications/2")
    assert "Which one?" in history and "Tomas Silva" in history
    form = form_on(tomas.get(f"{COURSE}/publications/2"), f"{COURSE}/publications/2/restore")
    page = tomas.get(f"{DRAFT}/comments/1")
    assert "This draft is closed." in page.text and f'action="{DRAFT}/comments/1"' not in page.text
    form.action = f"{DRAFT}/comments/1"
    closed = tomas.post(form.action, data=form.values | {"text": "Too late.", "reply": "1"})
    assert "This draft is closed" in closed.text and "Too late." in closed.text
    form.action = COMMENTS
    closed = tomas.post(form.action, data=form.values | {"text": "Too late.", "place": PLACE, "version": "1"})
    assert "This draft is closed" in closed.text and "Too late." in closed.text


@sqlite
def test_other_files_and_other_people(app: Flask, tomas: FlaskClient) -> None:
    comment(tomas, "Which one?")
    comment(tomas, "On another one.", digest_of_words("Some words of First steps."))
    page = words_of(tomas, REVIEW)
    assert page.index("not changed Some words of First steps.") < page.index("On another one.")
    ids = re.findall(r' id="([^"]+)"', tomas.get(REVIEW).text)
    assert sorted(ids) == sorted(set(ids)), "each label names its own field"
    bank = f"{DRAFT}/comments/quizzes/first-course.yml"
    assert "q-plain" in words_of(tomas, bank)
    for path in ("modules/other/01-x.md", "modules/first-course/img/road.svg", "modules/first-course/09-none.md"):
        assert tomas.get(f"{DRAFT}/comments/{path}").status_code == 404
    assert tomas.get(f"{DRAFT}/comments/9").status_code == 404
    assert tomas.get(f"/author/other-course/drafts/1/comments/{MODULE}").status_code == 404
    switch(tomas, "hana")
    assert tomas.get(COMMENTS).status_code == 403
    assert tomas.get(f"{DRAFT}/comments/1").status_code == 403


def test_open_comments_are_counted_by_draft(app: Flask, tomas: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        for text in ("One.", "Two.", "Three."):
            operations.add_comment(SYSTEM, "first-course", 1, MODULE, version=1, place=PLACE, text=text)
        operations.reply(SYSTEM, "first-course", 1, 1, "", resolves=True)
        operations.reply(SYSTEM, "first-course", 1, 2, "", resolves=True)
        operations.reply(SYSTEM, "first-course", 1, 2, "No.", resolves=False)
        operations.reply(SYSTEM, "first-course", 1, 3, "Yes.")
        assert count_open_comments([1, 2]) == {1: 2}
        assert count_open_comments([]) == {}
