"""The real courses: every module and every question goes through the same gate as everybody else's."""

import json
from collections import Counter
from fractions import Fraction

import pytest

from lms.assessment import api as assessment
from lms.assessment.attempt_form import build_attempt_form
from lms.assessment.attempt_review import build_review
from lms.catalogue.source.target_state import TargetState, target_state
from lms.demo.answers import respond
from lms.kernel.config import ROOT
from tools.curriculum.coverage import CurriculumCoverage, measure_coverage
from tools.curriculum.guessing import SimulatedQuiz, quizzes_of
from tools.curriculum.lint import lint
from tools.curriculum.sources import load_curriculum

CURRICULUM = load_curriculum(ROOT / "modules", ROOT / "quizzes")
CATALOGUE = CURRICULUM.sources
QUIZZES = [quiz for course in target_state(CATALOGUE).courses for quiz in quizzes_of(course)]


@pytest.fixture(scope="module")
def target() -> TargetState:
    return target_state(CATALOGUE)


@pytest.fixture(scope="module")
def coverage() -> CurriculumCoverage:
    return measure_coverage(CURRICULUM)


def test_no_course_has_a_problem() -> None:
    assert [str(problem) for problem in lint(CURRICULUM)] == []


def test_the_curriculum_covers_considerations_sectors_and_red_lines(coverage: CurriculumCoverage) -> None:
    assert len(coverage.red_lines) == 15 and len(coverage.groups) == 9
    assert len(coverage.considerations) == 9 and all(coverage.considerations.values())


def test_the_curriculum_has_its_courses(target: TargetState) -> None:
    assert {course.slug for course in target.courses} == {
        "safe-identification", "psychological-first-aid", "safe-referral", "child-safeguarding",
        "child-friendly-communication", "gender-inclusion-disability", "working-across-sectors", "sector-briefs",
        "first-days", "child-safe-feedback", "safety-audits",
    }  # fmt: skip
    assert len([sector for sector in target.sectors if sector["core"]]) == 9
    shared = {content.name: len(content.body) for content in target.shared}
    assert shared["considerations"] == 9 and shared["glossary"] >= 50


def test_courses_are_listed_in_the_order_of_the_curriculum(target: TargetState) -> None:
    listed = sorted(target.courses, key=lambda course: course.words["meta"]["order"])
    assert [course.slug for course in listed] == [
        "safe-identification", "psychological-first-aid", "safe-referral", "child-safeguarding",
        "child-friendly-communication", "gender-inclusion-disability", "working-across-sectors", "sector-briefs",
        "first-days", "child-safe-feedback", "safety-audits",
    ]  # fmt: skip


@pytest.mark.parametrize("course", CATALOGUE.courses, ids=lambda course: course.slug)
def test_every_module_renders_and_has_the_right_length(course: object) -> None:
    for module in course.modules + course.translations:  # type: ignore[attr-defined]
        path = module.file.path
        segments = json.dumps(module.segments, ensure_ascii=False)
        kinds = [segment["kind"] for segment in module.segments]
        assert {"html", "check", "scenario"} <= set(kinds), path
        assert "///" not in segments, path
        assert "<script" not in segments and "javascript:" not in segments, path
        assert 600 <= module.rendered.words_on_page <= 900, path
        slugs = [slug for slug, _words in module.rendered.terms]
        assert len(slugs) == len(set(slugs)), path


@pytest.mark.parametrize("course", CATALOGUE.courses, ids=lambda course: course.slug)
def test_every_module_has_the_parts_of_a_module(course: object) -> None:
    for module in course.modules:  # type: ignore[attr-defined]
        path, text = module.file.path, module.file.text
        titles = [section["title"] for section in module.rendered.sections]
        opening = titles[:2] if course.manifest.per_sector else titles[:1]  # type: ignore[attr-defined]
        assert any(title.startswith("Why this matters to ") for title in opening), path
        assert titles[-2:] == ["One thing to do today", "Care for yourself"], path
        notes = text.split("/// note\n")[1:]
        heard = [note.partition("\n///")[0] for note in notes]
        assert any(" of " in note and "stop" in note and "](/help-now)" in note for note in heard), path


def test_courses_have_the_right_number_of_modules_and_minutes(coverage: CurriculumCoverage) -> None:
    statistics = {course.course: course for course in coverage.courses}
    briefs, first_days = statistics.pop("sector-briefs"), statistics.pop("first-days")
    assert (briefs.modules, first_days.minutes) == (9, 45)
    for course in statistics.values():
        assert course.modules in {3, 6} and course.groups * 2 >= course.modules, course.course
        assert 10 <= course.minutes_each[0] <= course.minutes_each[1] <= 15, course.course
        assert course.scenarios[0] >= 1 and course.checks in {(2, 2), (2, 3)}, course.course
        assert course.pictures >= 1 and course.local >= 3, course.course


def test_every_brief_begins_with_its_sectors_priority_action() -> None:
    (course,) = [course for course in CATALOGUE.courses if course.manifest.per_sector]
    actions = {sector.slug: sector.priority_action["en"] for sector in CATALOGUE.sectors.value.sectors}
    for module in course.modules:
        assert f"## The priority action\n\n**{actions[module.front.sector]}**" in module.file.text, module.slug


def test_every_picture_is_small_and_has_light_and_dark_colours() -> None:
    pictures = [(course.slug, name, it) for course in CATALOGUE.courses for name, it in course.pictures.items()]
    assert len(pictures) >= 6
    for course, name, picture in pictures:
        assert picture.media_type == "image/svg+xml" and len(picture.data) < 5_000, (course, name)
        assert b"prefers-color-scheme: dark" in picture.data and b"<title>" in picture.data, (course, name)


def test_every_question_has_a_source_and_a_place_to_read_again(target: TargetState) -> None:
    for course in target.courses:
        for question in course.questions:
            body = question.values()["body"]
            assert body.get("source") and body.get("refresh"), question.slug


@pytest.mark.parametrize("quiz", QUIZZES, ids=lambda quiz: quiz.name)
def test_every_question_is_selected_shown_graded_and_explained(quiz: SimulatedQuiz) -> None:
    known = {question.question_revision_id: question for question in quiz.questions}
    waiting = {
        question.slug
        for question in assessment.eligible_questions(quiz.questions, quiz.sector, per_sector=quiz.per_sector)
    }
    sectors = [quiz.sector] if quiz.sector else sorted({s for question in quiz.questions for s in question.sectors})
    for number in range(400):
        if not waiting:
            break
        sector = sectors[number % len(sectors)] if sectors else None
        eligible = assessment.eligible_questions(quiz.questions, quiz.sector, per_sector=quiz.per_sector)
        drawn = assessment.select_questions(eligible, size=quiz.size, sector=sector, seed=str(number))
        assert len(drawn) == quiz.size
        assert sum(known[one.question_revision_id].red_line for one in drawn) >= 2
        if not waiting.intersection(one.slug for one in drawn):
            continue
        waiting -= {one.slug for one in drawn}
        drawn_questions = [{"question": d.question_revision_id, "slug": d.slug, "order": list(d.order)} for d in drawn]
        given = {one.question_revision_id: respond(known[one.question_revision_id]) for one in drawn}
        assert all(question.answered for question in build_attempt_form(drawn_questions, known, given))
        marks = []
        for one in drawn:
            question = known[one.question_revision_id]
            assert assessment.grade(question.kind, question.body, given[one.question_revision_id]) == Fraction(1)
            assert assessment.grade(question.kind, question.body, None) == 0
            response = given[one.question_revision_id]
            marks.append({"question": one.question_revision_id, "points": 1, "red_line": False, "response": response})
        for explained in build_review(drawn_questions, known, marks):
            shown = [*explained.path, *explained.parts]
            assert shown and all(part.right or not part.given for part in explained.parts), explained.slug
            assert all(part.feedback for part in shown), explained.slug
    assert waiting == set(), "questions that no draw asks"


def test_the_right_answer_is_at_any_place_in_an_attempt() -> None:
    places: Counter[int] = Counter()
    for quiz in QUIZZES:
        for number in range(20):
            for one in assessment.select_questions(
                quiz.questions, size=quiz.size, sector=quiz.sector, seed=str(number)
            ):
                question = next(q for q in quiz.questions if q.slug == one.slug)
                if question.kind == "single" and len(one.order) == 4:
                    places[one.order.index(respond(question))] += 1
    assert len(places) == 4 and max(places.values()) < 1.25 * min(places.values())
