"""The queries of the catalogue: what they return, and how many statements they take."""

from collections.abc import Iterator
from dataclasses import FrozenInstanceError

import pytest
from flask import Flask
from sqlalchemy import event

from lms.catalogue import api as catalogue
from lms.kernel.db import db, reading, rollback, unit_of_work
from tests.catalogue.course_files import CourseFiles

pytestmark = pytest.mark.usefixtures("context_outside_transaction")


@pytest.fixture
def statements(context_outside_transaction: Flask) -> Iterator[list[str]]:
    """Every statement that goes to the database."""
    found: list[str] = []

    def note(*arguments: object) -> None:
        found.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_course_is_returned_complete_and_immutable(course_files: CourseFiles) -> None:
    course_files.publish()
    with reading():
        course = catalogue.published_course("boats")
    assert course is not None
    assert (course.slug, course.title, course.code, course.edition, course.minutes) == (
        "boats",
        "Boats",
        "CP-BOAT",
        1,
        22,
    )
    assert (course.pass_mark, course.draw, course.tries, course.pause) == (80, 3, 2, "PT24H")
    assert (course.validity, course.renewal, course.certificate, course.per_sector) == (
        "P2Y",
        "P60D",
        "standard",
        False,
    )
    assert course.meta["objectives"] == [{"id": "together", "text": "Keep a family together"}]
    assert course.meta["review"] == {"state": "draft", "note": "Not yet reviewed."}
    assert [module.slug for module in course.modules] == ["at-the-quay", "on-board"]
    assert course.module("on-board") is course.modules[1]
    assert course.module("nowhere") is None
    assert course.modules_for("wash") == course.modules
    assert course.modules[0].sections == ({"id": "where-you-stand", "title": "Where you stand"},)
    with pytest.raises(FrozenInstanceError):
        course.title = "x"  # type: ignore[misc]


def test_a_module_page_queries_only_the_current_revision(course_files: CourseFiles, statements: list[str]) -> None:
    course_files.publish()
    for expected in (5, 1, 1):
        statements.clear()
        with reading():
            course = catalogue.published_course("boats")
            assert course is not None
            segments = catalogue.module_segments(course.modules[0].module_revision_id)
        assert [segment["kind"] for segment in segments] == ["html", "sectors", "check"]
        selects = [statement for statement in statements if statement.startswith("SELECT")]
        assert len(selects) == expected


def test_the_bank_is_cached(course_files: CourseFiles, statements: list[str]) -> None:
    course_files.publish()
    with reading():
        course = catalogue.published_course("boats")
        assert course is not None
        first = catalogue.bank(course.revision_id)
        statements.clear()
        assert catalogue.bank(course.revision_id) is first
        assert statements == []
    assert [question.slug for question in first][:2] == ["boat-full", "boat-many"]
    assert (first[0].kind, first[0].red_line, first[0].objective, first[0].sectors) == ("single", True, "together", ())
    assert first[2].sectors == ("wash",)
    assert first[0].body["stem"] == "The boat is nearly full. What do you do?"


def test_what_a_writing_transaction_reads_is_not_cached(course_files: CourseFiles) -> None:
    """It may be undone, and SQLite gives the same numbers again: the next reader must see the truth."""
    course_files.publish()
    course_files.edit("modules/boats/course.yml", "title: Boats", "title: Ghosts")

    class Undone(Exception):
        pass

    with pytest.raises(Undone), unit_of_work():
        from lms.kernel.actor import SYSTEM  # noqa: PLC0415

        catalogue.publish(course_files.modules, course_files.quizzes, SYSTEM)
        ghost = catalogue.published_course("boats")
        assert ghost is not None
        assert ghost.title == "Ghosts"
        raise Undone
    course_files.edit("modules/boats/course.yml", "title: Ghosts", "title: Vessels")
    course_files.publish()
    with reading():
        course = catalogue.published_course("boats")
        assert course is not None
        assert course.title == "Vessels"


def test_learners_of_an_edition_see_its_latest_revision(course_files: CourseFiles) -> None:
    course_files.publish()
    with reading():
        first = catalogue.published_course("boats")
    assert first is not None
    course_files.edit("modules/boats/01-at-the-quay.md", "Text with", "More text with")
    course_files.publish()
    with reading():
        second = catalogue.published_course("boats")
        assert second is not None
        assert catalogue.latest_revision_of_edition(first.edition_id) == second.revision_id
    course_files.edit("modules/boats/01-at-the-quay.md", "More text with", "Text with")
    course_files.publish()
    with reading():
        assert catalogue.latest_revision_of_edition(first.edition_id) == first.revision_id
    course_files.edit("modules/boats/course.yml", "edition: 1", "edition: 2")
    course_files.edit("modules/boats/course.yml", "mark: 80", "mark: 90")
    course_files.publish()
    with reading():
        third = catalogue.published_course("boats")
        assert third is not None
        assert third.edition == 2
        assert catalogue.latest_revision_of_edition(third.edition_id) == third.revision_id
        assert catalogue.latest_revision_of_edition(first.edition_id) == second.revision_id
        assert catalogue.latest_revision_of_edition(0) is None


def test_courses_and_sectors_are_listed_in_order(course_files: CourseFiles) -> None:
    course_files.publish()
    with reading():
        listed = catalogue.list_courses()
        assert [(each.slug, each.code, len(each.modules), each.minutes) for each in listed] == [
            ("boats", "CP-BOAT", 2, 22)
        ]
        sectors = catalogue.list_sectors()
    assert [(sector.slug, sector.core, sector.position) for sector in sectors] == [
        ("wash", True, 1), ("health", True, 2), ("logistics", False, 3),
    ]  # fmt: skip
    assert (sectors[0].name("fr"), sectors[1].name("fr"), sectors[0].short_name("ar")) == ("Eau", "Health", "WASH")


def test_courses_are_listed_by_their_order_then_the_others(course_files: CourseFiles) -> None:
    course_files.publish()
    with reading():
        before = catalogue.published_course("boats")
    for slug, order in (("trains", None), ("ships", 20), ("planes", 3), ("carts", 20)):
        course_files.add_course(slug)
        if order:
            course_files.edit(f"modules/{slug}/course.yml", "edition: 1", f"edition: 1\norder: {order}")
    course_files.publish()
    with reading():
        assert [each.slug for each in catalogue.list_courses()] == ["planes", "carts", "ships", "boats", "trains"]
        assert catalogue.published_course("boats") == before
    course_files.edit("modules/planes/course.yml", "order: 3", "order: 30")
    course_files.publish()
    with reading():
        assert [each.slug for each in catalogue.list_courses()][:3] == ["carts", "ships", "planes"]
        planes = catalogue.published_course("planes")
    assert planes is not None
    assert planes.edition == 1


def test_queries_return_nothing_for_unknown_ids() -> None:
    with reading():
        assert catalogue.course_by_id(1) is None
        assert catalogue.published_course("nothing") is None
        assert catalogue.module_segments(1) == []
        assert catalogue.list_courses() == ()
        assert catalogue.list_sectors() == ()
    rollback()
