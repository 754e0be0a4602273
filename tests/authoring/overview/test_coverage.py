"""What authors are told about a published course."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from lms.authoring.overview.coverage import describe_coverage, list_texts
from lms.kernel.db import unit_of_work
from tests.factories.courses import published, single
from tests.factories.pages import words_of
from tests.factories.people import make_small_organisation, sign_in


def test_questions_are_counted_by_objective_and_sector(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    make_small_organisation(app)
    bank = [
        single("q-a", objective="one", red_line=True), single("q-b", objective="one", red_line=True),
        single("q-c", objective="two", sectors=["wash"]), single("q-d", objective="two", sectors=["wash", "health"]),
    ]  # fmt: skip
    with app.app_context(), unit_of_work():
        course = published(tmp_path, bank=bank)
        found = describe_coverage(course)
    assert [(each.text, each.questions, each.red_lines) for each in found.objectives] == [
        ("Do the first thing", 2, 2), ("Do the second thing", 2, 0),
    ]  # fmt: skip
    assert (dict(found.sectors), found.for_all) == ({"wash": 2, "health": 1}, 2)
    sign_in(client, "tomas@demo.example")
    words = words_of(client, "/author/first-course")
    assert "Do the first thing 2 2 Do the second thing 2 0" in words
    assert "Every sector 2" in words


def test_paragraphs_are_apart_so_that_headings_are_no_part_of_sentences() -> None:
    segments = [
        {"kind": "html", "html": "<h2>One</h2><p>Two <em>three</em>.</p>"},
        {"kind": "sectors", "blocks": {"wash": "<p>Four</p>", "health": "<ul><li>Five</li><li>Six</li></ul>"}},
        {"kind": "scenario", "title": "Seven", "options": [{"quality": "best", "choice": "<p>Eight</p>"}]},
    ]
    assert list(list_texts(segments)) == ["One", "Two three.", "Four", "Five", "Six", "Seven", "Eight"]


def test_the_hardest_module_is_named(app: Flask, tmp_path: Path) -> None:
    make_small_organisation(app)
    long = "Notwithstanding organisational responsibilities, humanitarian practitioners systematically document " * 12
    with app.app_context(), unit_of_work():
        course = published(tmp_path, extra_words=f"\n{long}.\n")
        found = describe_coverage(course)
    assert found.grade is not None
    assert found.grade > 12
    assert found.hardest in {module.title for module in course.modules}
