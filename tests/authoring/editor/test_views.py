"""Writing a course file: saved by a form and by a script, checked, previewed, compared and restored."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.authoring.drafts import operations, queries
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, unit_of_work
from tests.factories.courses import make_organisation_with_course, published
from tests.factories.pages import form_on, send, words_of
from tests.factories.people import sign_in

MODULE = "modules/first-course/01-first-steps.md"
DRAFT = "/author/first-course/drafts/1"
EDIT, CHECK, PAGE = (f"{DRAFT}/{act}/{MODULE}" for act in ("files", "check", "page"))
SCRIPT = {"Accept": "application/json", "X-Requested-With": "fetch"}
BROKEN = "---\ntitle: A\n---\n/// unknown\nText\n///\n"


@pytest.fixture
def tomas(app: Flask, client: FlaskClient, tmp_path: Path) -> FlaskClient:
    """Tomas with an open draft."""
    make_organisation_with_course(app, tmp_path)
    with app.app_context(), unit_of_work():
        operations.begin_draft(SYSTEM, "first-course", "Clearer words")
    sign_in(client, "tomas@demo.example")
    return client


def saved_meanwhile(app: Flask, data: str, version: int = 0) -> None:
    with app.app_context(), unit_of_work():
        operations.save_file(SYSTEM, "first-course", 1, MODULE, data.encode(), version=version)


def versions(app: Flask) -> list[bytes]:
    with app.app_context(), reading():
        draft = queries.load_draft("first-course", 1)
        numbers = [version.version for version in queries.list_versions(draft, MODULE)]
        return [queries.read_version(draft, MODULE, number) or b"" for number in numbers]


def save_by_script(client: FlaskClient, **values: object) -> TestResponse:
    form = form_on(client.get(EDIT), EDIT)
    return client.post(EDIT, data=form.values | values, headers=SCRIPT)


def test_a_script_saves_and_is_told_the_version(app: Flask, tomas: FlaskClient) -> None:
    first = save_by_script(tomas, text="One\r\n")
    assert (first.status_code, first.json) == (200, {"version": 1})
    assert save_by_script(tomas, text="Two\n").json == {"version": 2}
    assert versions(app) == [b"Two\n", b"One\n"]


def test_a_script_is_given_both_texts_and_what_is_merged_of_them(app: Flask, tomas: FlaskClient) -> None:
    base = form_on(tomas.get(EDIT), EDIT).values["text"]
    saved_meanwhile(app, base.replace("title: ", "title: Theirs, "))
    answer = save_by_script(tomas, text=f"{base}Mine.\n".replace("\n", "\r\n"), version=0)
    assert answer.status_code == 409
    assert answer.json == {
        "version": 1,
        "theirs": base.replace("title: ", "title: Theirs, "),
        "base": base,
        "merged": f"{base}Mine.\n".replace("title: ", "title: Theirs, "),
    }
    assert len(versions(app)) == 1


def test_a_text_with_marks_of_a_conflict_is_not_saved(app: Flask, tomas: FlaskClient) -> None:
    saved_meanwhile(app, "One\nTwo\nThree\n")
    form = form_on(tomas.get(EDIT), EDIT)
    saved_meanwhile(app, "One\nTwo of theirs\nThree\nFour\n", version=1)
    page = send(tomas, form, text="Zero\r\nOne\r\nTwo of mine\r\nThree\r\n")
    assert page.status_code == 409
    shown = form_on(page, EDIT)
    conflict = "<<<<<<< their text\nTwo of theirs\n======= your text\nTwo of mine\n>>>>>>> end\n"
    assert shown.values["text"] == f"Zero\nOne\n{conflict}Three\nFour\n"
    assert "place 1 of 1" in page.text
    refused = send(tomas, shown)
    assert refused.status_code == 422
    assert "there are still marks of a conflict (lines 3, 5, 7)" in refused.text
    assert "place 1 of 1" in refused.text
    again = form_on(refused, EDIT)
    assert again.values["text"] == shown.values["text"]
    by_script = tomas.post(EDIT, data=again.values, headers=SCRIPT)
    assert by_script.status_code == 422
    assert "there are still marks of a conflict" in by_script.text
    assert send(tomas, again, text="Zero\nOne\nTwo of both\nThree\nFour\n").status_code == 303
    assert versions(app)[0] == b"Zero\nOne\nTwo of both\nThree\nFour\n"


def test_a_script_does_not_save_for_somebody_who_signed_in_since(app: Flask, tomas: FlaskClient) -> None:
    assert save_by_script(tomas, text="Not mine", author=99_999).status_code == 401
    signed_out = app.test_client().post(EDIT, data={"text": "x", "version": 0}, headers=SCRIPT)
    assert signed_out.status_code == 401
    assert versions(app) == []


def test_a_script_hears_that_the_draft_is_closed(app: Flask, tomas: FlaskClient) -> None:
    form = form_on(tomas.get(EDIT), EDIT)
    with app.app_context(), unit_of_work():
        operations.discard_draft(SYSTEM, "first-course", 1, "A test.")
    answer = tomas.post(EDIT, data=form.values | {"text": "x"}, headers=SCRIPT)
    assert answer.status_code == 409
    assert answer.json is not None
    assert "This draft is closed" in answer.json["error"]["message"]
    page = send(tomas, form, text="What I wrote")
    assert page.status_code == 422
    assert form_on(page, EDIT).values["text"] == "What I wrote"


def test_problems_of_the_text_that_is_being_written(app: Flask, tomas: FlaskClient) -> None:
    answer = tomas.post(CHECK, data={"text": BROKEN}, headers=SCRIPT)
    assert answer.json is not None
    (unknown,) = [problem for problem in answer.json["problems"] if "unknown" in problem["message"]]
    assert (unknown["line"], unknown["severity"]) == (4, "error")
    assert versions(app) == []
    good = tomas.post(CHECK, data={"text": form_on(tomas.get(EDIT), EDIT).values["text"]}, headers=SCRIPT)
    assert good.json is not None
    assert [problem for problem in good.json["problems"] if problem["severity"] == "error"] == []


def test_a_refused_text_is_shown_with_its_own_problems_and_the_difference(app: Flask, tomas: FlaskClient) -> None:
    form = form_on(tomas.get(EDIT), EDIT)
    saved_meanwhile(app, "Theirs alone\n")
    page = send(tomas, form, text=BROKEN)
    assert page.status_code == 409
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
    assert "added: Theirs alone" in words
    assert f'href="{EDIT}?line=' in page.text


def test_what_was_published_since_is_taken_into_account_when_its_author_says_so(
    app: Flask, tomas: FlaskClient, tmp_path: Path
) -> None:
    saved_meanwhile(app, "Mine")
    with app.app_context(), unit_of_work():
        published(tmp_path, extra_words="\nPublished since.\n")
    page = tomas.get(EDIT)
    assert "Somebody else has published this file since you began" in page.text
    assert "Published since." in page.text
    form = form_on(page, EDIT)
    assert save_by_script(tomas, text="Mine and more", base="").json == {"version": 2}
    assert "Somebody else has published" in tomas.get(EDIT).text
    send(tomas, form, text="Mine and theirs", version="2")
    assert "Somebody else has published" not in tomas.get(EDIT).text


def test_older_versions_are_compared_and_restored(app: Flask, tomas: FlaskClient) -> None:
    saved_meanwhile(app, "First\nsame\n")
    saved_meanwhile(app, "Second\nsame\n", version=1)
    listed = words_of(tomas, f"{DRAFT}/versions/{MODULE}")
    assert "Version 2" in listed
    assert "The published text that this draft began with" in listed
    address = f"{DRAFT}/versions/1/{MODULE}"
    assert "changed removed: First added: Second same" in words_of(tomas, address)
    restored = send(tomas, form_on(tomas.get(address), f"{DRAFT}/restore/{MODULE}"))
    assert restored.location == EDIT
    assert versions(app)[0] == b"First\nsame\n"
    assert len(versions(app)) == 3
    assert tomas.get(f"{DRAFT}/versions/9/{MODULE}").status_code == 404


def test_a_preview_may_be_framed_by_our_own_pages_only(tomas: FlaskClient) -> None:
    page = tomas.get(f"{PAGE}?direction=rtl&look=dark")
    assert "/app-dark.css" in page.text
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert 'dir="rtl"' in page.text
    edit = tomas.get(EDIT)
    assert "frame-ancestors 'none'" in edit.headers["Content-Security-Policy"]
    assert edit.headers["X-Frame-Options"] == "DENY"
    assert "frame-src 'self'" in edit.headers["Content-Security-Policy"]


def test_a_module_that_cannot_be_shown_says_so(app: Flask, tomas: FlaskClient) -> None:
    assert "This module cannot be shown yet." in words_of(tomas, PAGE.replace("01-first", "09-no"))


def test_styles_are_allowed_by_a_number_used_once(tomas: FlaskClient) -> None:
    pages = [tomas.get(EDIT), tomas.get(EDIT)]
    allowed = re.compile(r"style-src 'self' 'nonce-([\w-]+)'")
    nonces = [allowed.findall(page.headers["Content-Security-Policy"]) for page in pages]
    assert nonces[0] != nonces[1]
    assert all(f'nonce="{nonce}"' in page.text for page, (nonce,) in zip(pages, nonces, strict=True))
    assert "nonce" not in tomas.get(DRAFT).headers["Content-Security-Policy"]
    assert "editor.js" not in tomas.get(DRAFT).text


def test_a_line_that_a_problem_names_is_shown_without_a_script(tomas: FlaskClient) -> None:
    assert "Line 2: title: First steps" in words_of(tomas, f"{EDIT}?line=2")
    assert "Line 99999" not in words_of(tomas, f"{EDIT}?line=99999")
