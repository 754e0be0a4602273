"""Before a draft is published: what changes in words, whether it is an edition, and whom it concerns."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.authoring.drafts import operations
from lms.authoring.publishing.operations import publish_draft
from lms.catalogue.api import published_course, read_published_files
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, unit_of_work
from lms.learning.models import Completion
from lms.people.models import DutyStation, Organisation
from tests.factories.compliance import earned, required_course
from tests.factories.courses import make_organisation_with_course
from tests.factories.pages import form_on, send, words_of
from tests.factories.people import employed, person, placed, sign_in

MODULE = "modules/first-course/01-first-steps.md"
SECOND = "modules/first-course/02-second-steps.md"
COURSE = "modules/first-course/course.yml"
BANK = "quizzes/first-course.yml"
DRAFT = "/author/first-course/drafts/1"
REVIEW = f"{DRAFT}/review"


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    make_organisation_with_course(app, tmp_path)
    return tmp_path


@pytest.fixture
def tomas(client: FlaskClient, folder: Path) -> FlaskClient:
    sign_in(client, "tomas@demo.example")
    return client


def draft_with(app: Flask, files: dict[str, bytes | None]) -> int:
    with app.app_context(), unit_of_work():
        draft = operations.begin_draft(SYSTEM, "first-course", "Clearer words")
        for path, data in files.items():
            operations.save_file(SYSTEM, "first-course", draft.id, path, data, version=0)
        return draft.id


def changed_bank(folder: Path, *, key: bool) -> bytes:
    bank = json.loads((folder / BANK).read_text())
    question = bank["questions"][2]
    question["stem"] = "What do you do now?"
    if key:
        del question["options"][0]["correct"]
        question["options"][1]["correct"] = True
    return json.dumps(bank).encode()


def test_what_changes_is_shown_in_words(app: Flask, tomas: FlaskClient, folder: Path) -> None:
    text = (folder / MODULE).read_bytes().replace(b"Some words of", b"Clearer words of") + b"\n\nAdded words.\n"
    course = (folder / COURSE).read_bytes().replace(b'"mark": 80', b'"mark": 85')
    course = course.replace(b"Notice and tell.", b"Notice <b>and</b> tell.")
    draft_with(app, {MODULE: text, COURSE: course, BANK: changed_bank(folder, key=False)})
    assert REVIEW in tomas.get(DRAFT).get_data(as_text=True)
    page = words_of(tomas, REVIEW)
    assert "changed · passing rules › pass mark" in page
    assert "removed: 80 added: 85" in page
    assert "q-plain › question removed: Stem of q-plain? added: What do you do now?" in page
    assert "removed: Some added: Clearer words of First" in page
    assert "<b>and</b>" not in tomas.get(REVIEW).get_data(as_text=True)
    assert "It cannot be published as wording" in page and "the passing rules change" in page
    assert "Raise the edition first." in page
    assert "02-second-steps.md" not in page


def test_a_change_of_meaning_needs_an_edition_that_the_page_raises(
    app: Flask, tomas: FlaskClient, folder: Path
) -> None:
    draft_with(app, {BANK: changed_bank(folder, key=True)})
    publish = form_on(tomas.get(DRAFT), f"{DRAFT}/discard")
    publish.action = f"{DRAFT}/publish"
    response = send(tomas, publish, reason="A wrong key.")
    assert response.location == REVIEW
    page = words_of(tomas, REVIEW)
    assert "its edition must be raised first" in page and "the right answers change (q-plain)" in page
    raised = send(tomas, form_on(tomas.get(REVIEW), f"{DRAFT}/edition"), note="A better answer.")
    assert raised.location == REVIEW
    page = words_of(tomas, REVIEW)
    assert "The meaning changes: this draft is edition 2; edition 1 is published." in page
    assert "changed · edition removed: 1 added: 2" in page
    # Pressed twice, it is raised once.
    with app.app_context(), reading():
        assert b'"edition": 1' in read_published_files()[COURSE]
    send(tomas, form_on(tomas.get(REVIEW), f"{DRAFT}/publish"), reason="A wrong key.")
    with app.app_context(), reading():
        found = published_course("first-course")
        assert found is not None and found.edition == 2


def test_counts_of_people_are_rounded_and_small_ones_not_shown(app: Flask, tomas: FlaskClient, folder: Path) -> None:
    draft_with(app, {MODULE: (folder / MODULE).read_bytes() + b"\n\nMore.\n"})
    page = words_of(tomas, REVIEW)
    assert "Fewer than 5 people are in the middle of edition 1. They finish what they began." in page
    assert "Fewer than 5 people hold a valid certificate" in page
    assert "only the wording changes: edition 1 stays." in page
    with app.app_context(), unit_of_work() as session:
        course = published_course("first-course")
        assert course is not None
        module = course.modules[0]
        for number in range(7):
            session.add(
                Completion(
                    person_id=person(f"Person {number}").id,
                    course_id=course.course_id,
                    module_id=module.module_id,
                    edition_id=course.edition_id,
                    module_revision_id=module.module_revision_id,
                    language="en",
                    recorded_at=clock.now(),
                )
            )
    assert "About 5 people are in the middle of edition 1." in words_of(tomas, REVIEW)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_author_sees_who_would_have_to_renew_and_by_when(app: Flask, tomas: FlaskClient, folder: Path) -> None:
    draft_with(app, {MODULE: (folder / MODULE).read_bytes() + b"\n\nMore.\n"})
    today = clock.today("UTC")
    with app.app_context(), unit_of_work() as session:
        course, here = published_course("first-course"), session.query(Organisation).one()
        assert course is not None
        place = session.query(DutyStation).one()
        for number in range(14):
            who = person(f"Person {number}")
            placed(employed(who, here, f"R-{number}"), place)
            earned(who, course.course_id, today, today + timedelta(days=60 if number < 7 else 300))
        renew_by = today + timedelta(days=100)
        required_course(here.id, course.course_id, effective_from=today, min_edition=2, renew_by=renew_by)
    page = words_of(tomas, REVIEW)
    assert "is of an edition before 2: 15. Their certificates end within 90 days: 5; within a year: 15." in page
    asked = f"A requirement asks for edition 2. People who have to renew by {renew_by.day} {renew_by:%B %Y}"
    assert f"{asked}, although their certificate would be valid longer: 5." in page
    assert "Rivers Relief 15 5 15 5" in page
    assert "Person" not in page


def test_a_draft_that_changes_nothing_and_one_with_errors(app: Flask, tomas: FlaskClient, folder: Path) -> None:
    draft_with(app, {})
    assert "This draft changes nothing." in words_of(tomas, REVIEW)
    with app.app_context(), unit_of_work():
        operations.save_file(SYSTEM, "first-course", 1, COURSE, b"title: [", version=0)
    page = words_of(tomas, REVIEW)
    assert "Correct the errors first." in page and "course.yml" in page
    assert tomas.get("/author/first-course/drafts/9/review").status_code == 404


def test_two_drafts_published_at_once_lose_nothing(app: Flask, folder: Path) -> None:
    drafts = [draft_with(app, {path: (folder / path).read_bytes() + b"\n\nOf a draft.\n"}) for path in (MODULE, SECOND)]
    ready = threading.Barrier(2)
    faults: list[BaseException] = []

    def publish(number: int) -> None:
        try:
            with app.app_context(), unit_of_work():
                ready.wait()
                publish_draft(SYSTEM, "first-course", number, "At once.")
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=publish, args=[number]) for number in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    with app.app_context(), reading():
        files = read_published_files()
    assert all(files[path].endswith(b"Of a draft.\n") for path in (MODULE, SECOND))
