"""Publishing into a real database: whole or not at all, and never twice."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.audit.models import AuditEntry
from lms.catalogue import api as catalogue
from lms.catalogue.models import (
    Course,
    CourseRevision,
    CourseRevisionModule,
    CourseRevisionQuestion,
    Edition,
    Module,
    ModuleRevision,
    Publication,
    Question,
    QuestionRevision,
)
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.markup import RENDERER
from lms.people.models import Sector
from tests.catalogue.course_files import CourseFiles

pytestmark = pytest.mark.usefixtures("context_outside_transaction")

TABLES = (Publication, Course, Edition, CourseRevision, Module, ModuleRevision, Question, QuestionRevision, Sector)

QUAY_MD, COURSE_YML, BANK_YML = ("modules/boats/01-at-the-quay.md", "modules/boats/course.yml", "quizzes/boats.yml")


def rows() -> dict[str, int]:
    with reading():
        return {table.__name__: session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}


def current() -> int:
    with reading():
        course = catalogue.published_course("boats")
        assert course is not None
        return course.revision_id


def test_publishing_fills_every_table_once(course_files: CourseFiles) -> None:
    published = course_files.publish()
    assert not published.refused
    assert published.publication_id is not None
    assert published.counts["question"] == {"created": 6, "revised": 0, "retired": 0, "unchanged": 0}
    assert rows() == {
        "Publication": 1, "Course": 1, "Edition": 1, "CourseRevision": 1, "Module": 2, "ModuleRevision": 2,
        "Question": 6, "QuestionRevision": 6, "Sector": 3,
    }  # fmt: skip
    with reading():
        edition = session.scalars(select(Edition)).one()
        assert (edition.number, edition.pass_mark, edition.draw, edition.tries, edition.pause) == (1, 80, 3, 2, "PT24H")
        assert edition.modules == ["at-the-quay", "on-board"]
        row = session.scalars(select(Publication)).one()
        assert row.counts == published.counts
        assert row.recorded_by is None
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "catalogue.published")).one()
        assert entry.subject_id == row.id


def test_publishing_twice_writes_nothing(course_files: CourseFiles) -> None:
    course_files.publish()
    before, revision = rows(), current()
    again = course_files.publish()
    assert again.publication_id is None
    assert not again.refused
    assert all(
        outcome == "unchanged" or not number for kind in again.counts.values() for outcome, number in kind.items()
    )
    assert rows() == before
    assert current() == revision


def test_the_file_is_stored_byte_for_byte(course_files: CourseFiles) -> None:
    text = "\ufeff" + course_files.read(QUAY_MD).replace("\n", "\r\n")
    course_files.write(QUAY_MD, text)
    course_files.publish()
    with reading():
        stored = session.scalars(select(ModuleRevision).where(ModuleRevision.title == "At the quay")).one()
        assert stored.source.encode() == text.encode()
        file = hashlib.sha256(text.encode()).hexdigest()
        assert stored.digest == hashlib.sha256(f"{RENDERER}\n{file}".encode()).hexdigest()


def test_a_changed_file_is_a_new_revision_and_others_are_reused(course_files: CourseFiles) -> None:
    course_files.publish()
    before, first = rows(), current()
    course_files.edit(QUAY_MD, "Text with", "More text with")
    course_files.edit(BANK_YML, "text: Leave.", "text: Go away.")
    counts = course_files.publish().counts
    assert counts["module"] == {"created": 0, "revised": 1, "retired": 0, "unchanged": 1}
    assert counts["question"] == {"created": 0, "revised": 1, "retired": 0, "unchanged": 5}
    grown = {"Publication": 1, "CourseRevision": 1, "ModuleRevision": 1, "QuestionRevision": 1}
    assert rows() == {name: number + grown.get(name, 0) for name, number in before.items()}
    second = current()
    assert second != first
    with reading():
        old, new = catalogue.load_course_revision(first), catalogue.load_course_revision(second)
        assert old and new
        assert old.edition_id == new.edition_id
        assert old.modules[0].module_revision_id != new.modules[0].module_revision_id
        assert old.modules[1].module_revision_id == new.modules[1].module_revision_id
        assert "More text" in catalogue.module_segments(new.modules[0].module_revision_id)[0]["html"]
        assert "More text" not in catalogue.module_segments(old.modules[0].module_revision_id)[0]["html"]


def test_an_undone_change_reuses_the_earlier_revision(course_files: CourseFiles) -> None:
    course_files.publish()
    first = current()
    course_files.edit(QUAY_MD, "Text with", "More text with")
    course_files.publish()
    assert current() != first
    course_files.edit(QUAY_MD, "More text with", "Text with")
    assert course_files.publish().publication_id is not None
    assert current() == first
    assert rows()["CourseRevision"] == 2


def test_renumbering_changes_positions_only(course_files: CourseFiles) -> None:
    course_files.publish()
    course_files.move(QUAY_MD, "modules/boats/07-at-the-quay.md")
    counts = course_files.publish().counts
    assert counts["module"]["unchanged"] == 2
    with reading():
        course = catalogue.published_course("boats")
        assert course is not None
        assert [module.slug for module in course.modules] == ["on-board", "at-the-quay"]
        assert course.edition == 1


BREAKS: list[tuple[str, str | bytes]] = [
    (QUAY_MD, "---\ntitle: x\n---\n"),
    (QUAY_MD, "<script>"),
    (QUAY_MD, b"\xff\xfe"),
    (QUAY_MD, "word " * 1_000_000),
    (COURSE_YML, "title: ["),
    (BANK_YML, "course: boats\nquestions: []\n"),
    ("modules/ships/course.yml", "title: Ships\n"),
    ("modules/sectors.yml", "sectors: 1\n"),
]


@pytest.mark.parametrize(("path", "content"), BREAKS)
def test_with_an_invalid_file_nothing_is_published_or_retired(
    course_files: CourseFiles, path: str, content: str | bytes
) -> None:
    course_files.publish()
    before, revision = rows(), current()
    # Much else changes too, and a course would be retired; none of it may happen.
    course_files.write("modules/rafts/course.yml", course_files.read(COURSE_YML).replace("CP-BOAT", "CP-RAFT"))
    course_files.edit("modules/boats/02-on-board.md", "See", "Look at")
    course_files.write(path, content)
    published = course_files.publish()
    assert published.refused
    assert published.publication_id is None
    assert any(problem.path == path for problem in published.problems)
    assert rows() == before
    assert current() == revision


def test_an_empty_folder_retires_nothing(course_files: CourseFiles) -> None:
    course_files.publish()
    with unit_of_work():
        published = catalogue.publish(course_files.root / "nowhere", course_files.quizzes, SYSTEM)
    assert published.refused
    with reading():
        assert catalogue.published_course("boats") is not None


def test_a_course_is_retired_with_its_folder_and_returns_with_it(course_files: CourseFiles) -> None:
    course_files.add_course("ships")
    course_files.publish()
    course_files.move("modules/ships", "elsewhere/ships")
    course_files.move("quizzes/ships.yml", "elsewhere/ships.yml")
    assert course_files.publish().counts["course"] == {"created": 0, "revised": 0, "retired": 1, "unchanged": 1}
    with reading():
        retired = session.scalars(select(Course).where(Course.slug == "ships")).one()
        assert retired.retired_at is not None
        assert catalogue.published_course("ships") is None
        assert catalogue.course_by_id(retired.id) is not None
        assert [course.slug for course in catalogue.list_courses()] == ["boats"]
    assert course_files.publish().publication_id is None
    course_files.move("elsewhere/ships", "modules/ships")
    course_files.move("elsewhere/ships.yml", "quizzes/ships.yml")
    assert course_files.publish().counts["course"]["revised"] == 1
    with reading():
        assert [course.slug for course in catalogue.list_courses()] == ["boats", "ships"]


CHANGES_OF_MEANING = [
    (COURSE_YML, "mark: 80", "mark: 70"),
    (COURSE_YML, "draw: 3", "draw: 4"),
    (BANK_YML, "{id: a, text: Leave.,", "{id: a, text: Leave., correct: true,"),
    (BANK_YML, "true: no", "true: yes"),
    (BANK_YML, "      - {id: c, text: Three., feedback: No.}\n", "      - {id: d, text: Four., feedback: No.}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "old", "new"), CHANGES_OF_MEANING)
def test_a_change_of_meaning_needs_a_new_edition(course_files: CourseFiles, path: str, old: str, new: str) -> None:
    course_files.publish()
    before = rows()
    course_files.edit(path, old, new)
    if "Leave" in old:
        course_files.edit(BANK_YML, "correct: true, feedback: Safe.", "feedback: Safe.")
    refused = course_files.publish()
    assert [str(problem) for problem in refused.problems if "raise the edition to 2" in problem.remedy]
    assert refused.problems[0].path == COURSE_YML
    assert rows() == before
    course_files.edit(COURSE_YML, "edition: 1", "edition: 2")
    assert not course_files.publish().refused
    assert rows()["Edition"] == 2
    course_files.edit(COURSE_YML, "edition: 2", "edition: 1")
    assert "never lowered" in course_files.publish().problems[0].remedy


def test_a_translation_is_published_with_its_original(course_files: CourseFiles) -> None:
    course_files.translate()
    course_files.publish()
    with reading():
        english, french = catalogue.published_course("boats"), catalogue.published_course("boats", "fr")
        assert english and french
        assert [module.language for module in french.modules] == ["fr", "fr"]
        assert [module.title for module in french.modules] == ["Titre 01-at-the-quay", "Titre 02-on-board"]
        assert [module.module_id for module in french.modules] == [module.module_id for module in english.modules]
        assert [module.minutes for module in french.modules] == [10, 12]
        assert [part.sections[0]["id"] for part in french.modules] == ["where-you-stand", "who-sits-where"]
        assert french.modules[1].sections[0]["title"] == "Qui sits where"
        questions = catalogue.bank(french.revision_id, "fr")
        assert [question.language for question in questions] == ["fr", "en", "en", "en", "en", "en"]
        assert questions[0].body["options"][1] == {"id": "b", "text": "Attendre.", "correct": True, "feedback": "Sûr."}
        assert [question.language for question in catalogue.bank(french.revision_id, "ar")] == ["en"] * 6
    assert course_files.publish().publication_id is None


def test_a_publication_records_who_published(course_files: CourseFiles) -> None:
    with unit_of_work():
        catalogue.publish(course_files.modules, course_files.quizzes, Actor(account_id=7, person_id=7, name="Tomas"))
    with reading():
        assert session.scalars(select(Publication.recorded_by)).one() == 7


def test_a_failure_half_way_leaves_no_row(course_files: CourseFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_values: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("lms.audit.api.record", fail)
    with pytest.raises(RuntimeError):
        course_files.publish()
    assert set(rows().values()) == {0}


def test_a_revision_is_linked_to_all_its_parts(course_files: CourseFiles, context_outside_transaction: Flask) -> None:
    course_files.publish()
    with reading():
        modules = session.execute(select(CourseRevisionModule.position).order_by(CourseRevisionModule.position)).all()
        questions = session.execute(select(CourseRevisionQuestion.position)).all()
        assert [row.position for row in modules] == [1, 2]
        assert sorted(row.position for row in questions) == [1, 2, 3, 4, 5, 6]


def test_two_publications_at_the_same_time_write_one(
    course_files: CourseFiles, context_outside_transaction: Flask
) -> None:
    """The second waits for the first and finds nothing left to do."""
    barrier = Barrier(4)

    def publish(_number: int) -> int | None:
        with context_outside_transaction.app_context():
            barrier.wait()
            try:
                return course_files.publish().publication_id
            finally:
                session.remove()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(publish, range(4)))
    assert sorted(found, key=str) == [1, None, None, None]
    assert rows()["Publication"] == 1
    assert rows()["QuestionRevision"] == 6
