"""Regularities of banks: each with a bank that has it and one that does not."""

import pytest

from lms.catalogue.source.problems import Problem
from tests.catalogue.course_files import CourseFiles
from tools.curriculum.lint import lint
from tools.curriculum.sources import load_curriculum

BANK_YML = "quizzes/boats.yml"
HEAD = "course: boats\nquestions:\n"


def found(course_files: CourseFiles, words: str) -> list[Problem]:
    problems = lint(load_curriculum(course_files.modules, course_files.quizzes))
    return [problem for problem in problems if words in problem.message]


def statement_sets(*keys: str) -> str:
    """Writes a bank of statement sets: ``y`` and ``n`` say what is true."""
    text = HEAD
    for number, key in enumerate(keys):
        text += f"  - id: s{number}\n    objective: together\n    type: statements\n    stem: Set {number}?\n"
        text += "    statements:\n" + "".join(
            f"      - {{id: {'abcdef'[at]}, text: Boat {at}., true: {'yes' if mark == 'y' else 'no'}, feedback: F.}}\n"
            for at, mark in enumerate(key)
        )
    return text


@pytest.mark.parametrize(
    ("keys", "count"),
    [
        (["yynn", "nnyy", "ynyn"], 1),
        (["yynn", "nnyy", "ynnn"], 0),
        (["yynn", "nnyy"], 0),
        (["yynn", "nnyy", "yynnn"], 0),
        (["ynn", "nyn", "nny", "yynn"], 1),
    ],
)
def test_sets_that_always_have_as_many_true_are_reported(
    course_files: CourseFiles, keys: list[str], count: int
) -> None:
    course_files.write(BANK_YML, statement_sets(*keys))
    problems = found(course_files, "statements have")
    assert len(problems) == count
    assert all((it.path, it.line) == (BANK_YML, 2) and "let one or more" in it.message for it in problems)


def test_too_many_alike_over_all_banks_are_reported(course_files: CourseFiles) -> None:
    course_files.write(BANK_YML, statement_sets(*["yynn"] * 20, "ynnn"))
    (problem,) = found(course_files, "of all banks")
    assert "20 of the 21 sets of 4 statements" in problem.message and "2 are true" in problem.message
    course_files.write(BANK_YML, statement_sets(*["yynn"] * 8, *["ynnn"] * 6, *["yyyn"] * 6))
    assert found(course_files, "of all banks") == []


def test_choices_of_several_are_counted_too(course_files: CourseFiles) -> None:
    head = "  - id: m{0}\n    objective: together\n    type: multiple\n    stem: Which {0}?\n    options:\n"
    rights = ["ab", "bc", "ad", "cd"]
    sets = [
        head.format(number)
        + "".join(
            f"      - {{id: {one}, text: Boat {one}., correct: {'true' if one in right else 'false'}, feedback: F.}}\n"
            for one in "abcd"
        )
        for number, right in enumerate(rights)
    ]
    course_files.write(BANK_YML, HEAD + "".join(sets))
    assert len(found(course_files, "all 4 sets of 4 options have 2 true ones")) == 1
    course_files.write(BANK_YML, HEAD + "".join(sets).replace("Boat b., correct: false", "Boat b., correct: true"))
    assert found(course_files, "options have") == []


def ordering(*steps: str) -> str:
    items = "".join(f"      - {{id: {'abcdef'[at]}, text: {step}}}\n" for at, step in enumerate(steps))
    return f"{HEAD}  - id: o\n    objective: together\n    type: ordering\n    stem: Order?\n    options:\n{items}"


def test_steps_in_the_order_of_their_length_are_reported(course_files: CourseFiles) -> None:
    steps = ["Go.", "Go on.", "Go on now.", "Go on now and stay."]
    for text, count in ((steps, 1), (steps[::-1], 1), ([*steps[1:], steps[0]], 0), (steps[:3], 0)):
        course_files.write(BANK_YML, ordering(*text))
        problems = found(course_files, "length")
        assert [it.line for it in problems] == [7] * count, problems


def test_pairs_that_share_their_words_are_reported(course_files: CourseFiles) -> None:
    head = f"{HEAD}  - id: m\n    objective: together\n    type: matching\n    stem: Match?\n    pairs:\n"
    pairs = [("The ferry is late.", "Wait for a ferry."), ("The harbour is shut.", "Ask the harbour master."),
             ("A mast breaks.", "Call for help.")]  # fmt: skip
    text = "".join(f"      - {{id: {'abc'[at]}, left: {a}, right: {b}}}\n" for at, (a, b) in enumerate(pairs))
    course_files.write(BANK_YML, head + text)
    (problem,) = found(course_files, "the sides share words")
    assert problem.line == 7 and "“ferri”" not in problem.message
    course_files.write(BANK_YML, head + text.replace("Ask the harbour master", "Ask for a ferry"))
    assert found(course_files, "the sides share words") == []
