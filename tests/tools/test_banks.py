"""What a bank must have: each rule with a bank that breaks it and one that does not."""

import pytest
from click.testing import CliRunner

from lms.catalogue.api import BankQuestion
from lms.catalogue.source.schemas.banks import AnyQuestion, SingleChoice
from tests.catalogue.course_files import BANK, COURSE, CourseFiles
from tools.curriculum.__main__ import main
from tools.curriculum.bank_statistics import BankStatistics
from tools.curriculum.coverage import measure_coverage
from tools.curriculum.guessing import SimulatedQuiz
from tools.curriculum.lint import lint
from tools.curriculum.retakes import shared_questions
from tools.curriculum.sources import load_curriculum
from tools.curriculum.word_list import points_above_chance, telling_words

BANK_YML = "quizzes/boats.yml"


def found(course_files: CourseFiles, words: str) -> list[str]:
    curriculum = load_curriculum(course_files.modules, course_files.quizzes)
    return [str(problem) for problem in lint(curriculum) if words in problem.message]


def statistics(course_files: CourseFiles) -> BankStatistics:
    return measure_coverage(load_curriculum(course_files.modules, course_files.quizzes)).banks["boats"]


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
    assert statistics(course_files).above_chance == pytest.approx(200 / 3)
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


def test_a_bank_with_few_questions_is_reported(course_files: CourseFiles) -> None:
    bank = statistics(course_files)
    assert (bank.questions, bank.goal, bank.red_lines, bank.general_red_lines) == (6, 20, 2, 2)
    assert (bank.true, bank.ids_in_order, bank.verdicts_only) == ({1: 1}, 2, 13)
    for words in (
        "this bank has 6 questions; 20 are needed for a second try",
        "the sector “wash” has 1 questions of its own; 2 are needed",
        "the sector “health” has 0 questions of its own; 2 are needed",
        "2 red-line questions are for all sectors; 14 or more are needed",
    ):
        assert len(found(course_files, words)) == 1, words
    course_files.write("modules/red-lines.yml", "red_lines:\n  - {id: wait, text: Wait for the ferry.}\n")
    course_files.write(BANK_YML, BANK.partition("  - id: boat-true")[0])
    assert len(found(course_files, "this bank has 2 questions; 30 are needed for a second try")) == 1
    assert found(course_files, "questions of its own") == [], "red lines are for everybody"
    assert len(found(course_files, "this bank of red lines has no question that states “wait”")) == 1
    assert len(found(course_files, "no question of the types statements, ordering, matching, branching")) == 1


def test_each_sector_of_a_course_per_sector_needs_questions(course_files: CourseFiles) -> None:
    per_sector = COURSE.replace("languages:", "per_sector: true\nlanguages:").replace("draw: 3", "draw: 2")
    course_files.write("modules/boats/course.yml", per_sector)
    for module, sector in (("01-at-the-quay", "wash"), ("02-on-board", "health")):
        course_files.edit(f"modules/boats/{module}.md", "summary:", f"sector: {sector}\nsummary:")
    questions = BANK.replace("    sectors: [wash]\n", "").partition("questions:\n")[2]
    questions = questions.replace("    type:", "    sectors: [wash, health]\n    type:")
    more = "".join(questions.replace("id: boat-", f"id: boat-{letter}-") for letter in "ab")
    course_files.write(BANK_YML, f"course: boats\nquestions:\n{questions}{more}")
    assert found(course_files, "are needed") == [], "18 of each sector are enough, and none needs to be for all"
    course_files.write(BANK_YML, f"course: boats\nquestions:\n{questions}{more.replace('[wash, health]', '[wash]')}")
    assert len(found(course_files, "the sector “health” has 6 questions of its own; 16 are needed")) == 1
    assert len(found(course_files, "questions of its own")) == 1


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


def test_words_of_a_bank_and_what_it_lacks_are_printed(course_files: CourseFiles) -> None:
    arguments = ["--modules", str(course_files.modules), "--quizzes", str(course_files.quizzes)]
    runner = CliRunner()
    assert "leave" in runner.invoke(main, [*arguments, "words", "boats"]).output
    assert "no course with a bank is called ships" in runner.invoke(main, [*arguments, "words", "ships"]).output
    tables = runner.invoke(main, [*arguments, "coverage"]).output
    assert "6 of 20" in tables and "without delay (3)" in tables
