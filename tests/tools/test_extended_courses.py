"""What extended courses must meet: each rule with a bank that breaks it and one that does not."""

import pytest
from click.testing import CliRunner

from lms.catalogue.api import BankQuestion
from lms.catalogue.source.schemas.banks import AnyQuestion, SingleChoice
from tests.catalogue.course_files import CourseFiles
from tools.curriculum.__main__ import main
from tools.curriculum.coverage import measure_coverage
from tools.curriculum.extended_courses import BankCounts
from tools.curriculum.guessing import SimulatedQuiz
from tools.curriculum.lint import lint
from tools.curriculum.retakes import shared_questions
from tools.curriculum.sources import load_curriculum
from tools.curriculum.word_list import points_above_chance, telling_words

BANK_YML, BOARD_MD = "quizzes/boats.yml", "modules/boats/02-on-board.md"
RED_LINES = "red_lines:\n  - {id: tell, text: Tell the focal point without delay.}\n"


def found(course_files: CourseFiles, words: str, *extended: str) -> list[str]:
    curriculum = load_curriculum(course_files.modules, course_files.quizzes)
    return [str(problem) for problem in lint(curriculum, extended or {"boats"}) if words in problem.message]


def counts(course_files: CourseFiles) -> BankCounts:
    (of_bank,) = measure_coverage(load_curriculum(course_files.modules, course_files.quizzes)).counts
    return of_bank


def bank(right: str, wrong: str, count: int = 20) -> list[AnyQuestion]:
    """Makes questions with one right option of four; ``{}`` stands for a word that no other option has."""
    questions: list[AnyQuestion] = []
    for number in range(count):
        options = [
            {
                "id": letter,
                "text": (right if at == number % 4 else wrong).format(f"w{number}{letter}"),
                "correct": at == number % 4,
                "feedback": "F.",
            }
            for at, letter in enumerate("abcd")
        ]
        questions.append(SingleChoice(id=f"q{number}", objective="o", type="single", stem="s", options=options))
    return questions


def test_words_that_only_right_or_wrong_options_have_are_learned() -> None:
    assert points_above_chance(bank("Call {}.", "Ask {}.")) == 75
    assert points_above_chance(bank("Tell {}.", "Tell {} so that she knows.")) == 75
    assert abs(points_above_chance(bank("{}", "{}", 200))) < 12, "words met once tell nothing of another question"
    assert points_above_chance([]) == 0 and points_above_chance(bank("Call {}.", "Ask {}.")[:1]) >= -25
    assert telling_words(bank("Call {}.", "Ask {}."))[0] == ("call", 20, 0)
    assert telling_words([]) == []


def test_a_bank_that_words_give_away_is_reported(course_files: CourseFiles) -> None:
    def write(right: str, wrong: str) -> None:
        head = "  - id: q{}\n    objective: together\n    type: single\n    stem: Question {}?\n    options:\n"
        text = "course: boats\nquestions:\n"
        for number in range(12):
            text += head.format(number, number)
            text += "".join(
                f"      - {{id: {letter}, text: {right if at == number % 3 else wrong} {number} {letter}, "
                f"{'correct: true, ' if at == number % 3 else ''}feedback: F.}}\n"
                for at, letter in enumerate("abc")
            )
        course_files.write(BANK_YML, text)

    write("Phone the harbour", "Wait for the ferry")
    (words,) = found(course_files, "points more often than chance")
    assert words.startswith(f"{BANK_YML}:2: warning: who knows only the words of this bank is right 67 points more")
    assert found(course_files, "points more often than chance", "other") == []
    assert counts(course_files).above_chance == pytest.approx(200 / 3)
    assert found(course_files, "of the right options name") == []
    write("Go to the focal point", "Go to the harbour")
    assert "100% of the right options name" in found(course_files, "of the right options name")[0]
    write("Go to the focal point", "Go and call the harbour")
    assert found(course_files, "of the right options name") == []


def simulated(count: int, size: int, **sectors: str) -> SimulatedQuiz:
    slugs = {f"q{number}": number for number in range(1, count + 1)}
    questions = tuple(
        BankQuestion(number, number, slug, "en", "single", "one", False, of, {"options": []})
        for slug, number in slugs.items()
        for of in [(sectors[slug],) if slug in sectors else ()]
    )
    return SimulatedQuiz("boats", questions, size, 80, None, per_sector=False)


def test_questions_that_two_attempts_share_are_counted() -> None:
    (few,) = shared_questions(simulated(15, 12), ["wash"], 20)
    assert (few.mean, few.percentile_95, few.most, few.limit, few.fails) == (9, 9, 9, 3, True)
    (many, other) = shared_questions(simulated(24, 12, q1="wash"), ["wash", "health"], 20)
    assert (many.sector, many.most, many.fails, other.sector) == ("wash", 0, False, "health")


def test_retakes_are_printed_and_reported(course_files: CourseFiles) -> None:
    (words,) = found(course_files, "two tries at boats")
    assert "questions; 0 at most, so write more" in words
    arguments = ["--modules", str(course_files.modules), "--quizzes", str(course_files.quizzes), "retakes"]
    result = CliRunner().invoke(main, [*arguments, "--pairs", "5"])
    assert "wash" in result.output and "health" in result.output and "logistics" not in result.output


def test_counts_of_a_bank_are_measured_and_reported(course_files: CourseFiles) -> None:
    of_bank = counts(course_files)
    assert (of_bank.fewest, of_bank.goal, of_bank.general_red_lines, of_bank.true) == (6, 20, 2, {1: 1})
    assert of_bank.ids_in_order == 2 and of_bank.verdicts_only == 13
    assert len(found(course_files, "this bank has 6 questions; 20 are needed")) == 1
    assert len(found(course_files, "2 red-line questions are for all sectors; 14 or more")) == 1
    assert found(course_files, "are needed for a second try", "other") == []


def test_feedback_without_a_reason_is_reported(course_files: CourseFiles) -> None:
    before = len(found(course_files, "gives no reason"))
    course_files.edit(BANK_YML, "feedback: Safe.", "feedback: Safe. Nobody is left at the quay.")
    assert len(found(course_files, "gives no reason")) == before - 1
    course_files.edit(BANK_YML, "feedback: Unsafe.", "feedback: That is not the right answer.")
    assert any("“That is not the right answer.”" in line for line in found(course_files, "gives no reason"))


def test_ids_in_the_right_order_are_reported(course_files: CourseFiles) -> None:
    assert len(found(course_files, "the ids are in the right order")) == 2
    course_files.edit(BANK_YML, "{id: a, text: First.}", "{id: rope, text: First.}")
    course_files.edit(BANK_YML, "{id: b, left: Three", "{id: lamp, left: Three")
    course_files.edit(BANK_YML, "{id: a, left: One", "{id: quay, left: One")
    assert found(course_files, "the ids are in the right order") == []


@pytest.mark.parametrize(
    ("marks", "reported"),
    [("nnnn", True), ("ynnn", False), ("yyyn", False), ("yyyyn", True), ("yyy", True), ("yyn", False)],
)
def test_one_to_three_statements_are_true(course_files: CourseFiles, marks: str, reported: bool) -> None:
    head = "course: boats\nquestions:\n  - id: s\n    objective: together\n    type: statements\n    stem: Set?\n"
    statements = "".join(
        f"      - {{id: {'abcde'[at]}, text: Boat {at}., true: {'yes' if mark == 'y' else 'no'}, feedback: F.}}\n"
        for at, mark in enumerate(marks)
    )
    course_files.write(BANK_YML, f"{head}    statements:\n{statements}")
    assert bool(found(course_files, "statements are true; 1 to 3")) == reported


def test_formulas_and_sentences_that_come_back_are_reported(course_files: CourseFiles) -> None:
    course_files.write("modules/red-lines.yml", RED_LINES)
    course_files.edit(
        BOARD_MD, "See [above]", "You shall wait here. Tell the focal point without delay.\n\nSee [above]"
    )
    (shall,) = found(course_files, "“shall” occurs 1 times")
    assert shall.startswith(f"{BOARD_MD}:9: ") and "never is the limit" in shall
    assert found(course_files, "“without delay”") == []
    course_files.edit(BOARD_MD, "See [above]", f"{'Go to the quay without delay. ' * 4}\n\nSee [above]")
    assert "occurs 4 times in this course; 3 is the limit" in found(course_files, "“without delay”")[0]
    assert "“go to the quay without delay” stands 4 times" in found(course_files, "stands 4 times")[0]
    course_files.edit(BOARD_MD, "Go to the quay without delay. ", "")
    assert found(course_files, "without delay") == []


def test_a_course_may_be_checked_as_if_it_were_extended(course_files: CourseFiles) -> None:
    arguments = ["--modules", str(course_files.modules), "--quizzes", str(course_files.quizzes)]
    runner = CliRunner()
    assert "20 are needed" not in runner.invoke(main, [*arguments, "lint"]).output
    assert "20 are needed" in runner.invoke(main, [*arguments, "lint", "--as-extended", "boats"]).output
    assert "no course is called ships" in runner.invoke(main, [*arguments, "lint", "--as-extended", "ships"]).output
    assert "leave" in runner.invoke(main, [*arguments, "words", "boats"]).output
    assert "no course with a bank is called ships" in runner.invoke(main, [*arguments, "words", "ships"]).output
    tables = runner.invoke(main, [*arguments, "coverage"]).output
    assert "6 of 20" in tables and "without delay (3)" in tables
