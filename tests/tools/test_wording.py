"""Rules about wording, similarity and answer cues: each with a text that breaks it and one that does not."""

import math

import pytest
from hypothesis import given, strategies as st

from lms.authoring.overview.reading import measure
from lms.catalogue.source.schemas.banks import SingleChoice
from tests.catalogue.course_files import CourseFiles
from tools.curriculum.answer_cues import measure_answer_cues
from tools.curriculum.lint import lint
from tools.curriculum.sources import load_curriculum
from tools.curriculum.statistics import chi_squared, p_value
from tools.curriculum.text_analysis import content_stems, sentences_of, shingles_of, words_of

BOARD_MD, BANK_YML = "modules/boats/02-on-board.md", "quizzes/boats.yml"
FIGURES = """\
figures:
  - {id: tell, says: Few get help., written: [1 in 10, 40%], publishers: [WHO, UNICEF], year: 2024}
"""
RED_LINES = """\
red_lines:
  - {id: stay, text: Stay with a distressed child until a safe adult takes over.}
  - {id: tell, text: Tell the focal point without delay.}
"""


def warnings(course_files: CourseFiles, *parts: str) -> list[str]:
    found = lint(load_curriculum(course_files.modules, course_files.quizzes))
    return [str(problem) for problem in found if any(part in str(problem) for part in parts)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("In 2024 WHO said that 1 in 10 get help.", ""),
        ("UNICEF counted 40 % in 2024.", "“40 %” is not in modules/figures.yml"),
        ("UNICEF counted 40% in 2024.", ""),
        ("Fewer than 1 in 10 get help.", "“Few get help.” (WHO or UNICEF, 2024)"),
        ("40 % of girls marry early.", "is not in modules/figures.yml"),
        ("40% of girls marry early.", "take it out"),
        ("In 2023 WHO said that 1 in 10 get help.", "has no source here"),
        ("In 2024 WHO counted 3 million boats.", "“3 million” is not in modules/figures.yml"),
        ("In 2024 WHO said one in five.", "“one in five” is not in modules/figures.yml"),
        ("About half of the children tell anyone.", "“half of the children” is not in modules/figures.yml"),
        ("A repair today beats one in three weeks. Take 3 boats and 50 m of rope.", ""),
    ],
)
def test_figures_are_approved_and_named_with_their_source(course_files: CourseFiles, text: str, words: str) -> None:
    course_files.write("modules/figures.yml", FIGURES)
    course_files.edit(BOARD_MD, "See [above]", f"{text}\n\nSee [above]")
    found = warnings(course_files, "figures.yml", "no source here")
    assert len(found) == bool(words)
    assert all(line.startswith(f"{BOARD_MD}:9: warning: ") and words in line for line in found), found


@pytest.mark.parametrize(
    ("text", "nearly"),
    [
        ("Stay with a distressed child until a safe adult takes over.", False),
        ("So stay with a distressed child until a safe adult takes over, whatever happens.", False),
        ("Stay with the distressed child until another safe adult has taken over.", True),
        ("Tell the child protection focal point without delay.", True),
        ("Tell the focal point.", False),
        ("A child stays at the quay.", False),
    ],
)
def test_red_lines_are_stated_word_for_word(course_files: CourseFiles, text: str, nearly: bool) -> None:
    course_files.write("modules/red-lines.yml", RED_LINES)
    course_files.edit(BOARD_MD, "See [above]", f"{text}\n\nSee [above]")
    course_files.edit(BANK_YML, "feedback: Unsafe.", f'feedback: "{text}"')
    found = warnings(course_files, "nearly a red line")
    assert [line.partition(": ")[0] for line in found] == ([f"{BOARD_MD}:9", f"{BANK_YML}:9"] if nearly else [])


def test_wrong_answers_may_be_close_to_a_red_line(course_files: CourseFiles) -> None:
    course_files.write("modules/red-lines.yml", RED_LINES)
    course_files.edit(BANK_YML, "text: Leave.", "text: Tell the other focal point without delay.")
    assert warnings(course_files, "nearly a red line") == []


def test_formulas_and_sentences_that_come_back_are_reported(course_files: CourseFiles) -> None:
    course_files.write("modules/red-lines.yml", RED_LINES)
    course_files.edit(
        BOARD_MD, "See [above]", "You shall wait here. Tell the focal point without delay.\n\nSee [above]"
    )
    (shall,) = warnings(course_files, "“shall” occurs 1 times")
    assert shall.startswith(f"{BOARD_MD}:9: ") and "never is the limit" in shall
    assert warnings(course_files, "“without delay”") == []
    course_files.edit(BOARD_MD, "See [above]", f"{'Go to the quay without delay. ' * 4}\n\nSee [above]")
    assert "occurs 4 times in this course; 3 is the limit" in warnings(course_files, "“without delay”")[0]
    assert "“go to the quay without delay” stands 4 times" in warnings(course_files, "stands 4 times")[0]
    course_files.edit(BOARD_MD, "Go to the quay without delay. ", "")
    assert warnings(course_files, "without delay") == []


def test_long_sentences_and_hard_words_are_reported(course_files: CourseFiles) -> None:
    plain = "The boat is at the quay. " * 60
    course_files.edit(BOARD_MD, "See [above]", f"{plain}\n\n{'and then we go ' * 7}home.\n\nSee [above]")
    (found,) = warnings(course_files, "a sentence of")
    assert found.startswith(f"{BOARD_MD}:11: warning: a sentence of 29 words (“and then we go and then …”)")
    assert warnings(course_files, "words on average", "hard to read") == []
    course_files.edit(BOARD_MD, plain, "we go on and on with the boat and the rope and the crew to the quay. " * 30)
    assert warnings(course_files, "words on average")
    hard = "Institutional accountability necessitates interdisciplinary organisational harmonisation. " * 20
    course_files.edit(BOARD_MD, "See [above]", f"{hard}\n\nSee [above]")
    assert warnings(course_files, "hard to read")


def test_the_reading_grade_follows_its_formula() -> None:
    # 100 sentences of one short word: 0.39 + 11.8 - 15.59.
    reading = measure(["Go."] * 100)
    assert reading is not None and math.isclose(reading.grade, -3.4) and reading.average == reading.longest == 1
    assert measure(["Go."] * 99) is None


def test_words_sentences_stems_and_shingles() -> None:
    assert words_of("Don’t go: 1 boat, re-tied.") == ["don't", "go", "1", "boat", "re", "tied"]
    assert sentences_of("One. “Two!” Three: four; five") == ["One.", "“Two!", "Three:", "four;", "five"]
    assert content_stems(["the", "reports", "reported", "to", "report"]) == {"report"}
    assert len(shingles_of(["a", "b", "c", "d", "e"])) == 2 and shingles_of(["a", "b"]) == frozenset()


@pytest.mark.parametrize(
    ("statistic", "freedom", "p"),
    [(3.841, 1, 0.05), (5.991, 2, 0.05), (7.815, 3, 0.05), (16.919, 9, 0.05), (6.635, 1, 0.01), (0, 3, 1)],
)
def test_p_values_are_those_of_the_tables(statistic: float, freedom: int, p: float) -> None:
    assert math.isclose(p_value(statistic, freedom), p, rel_tol=1e-3)


@given(st.floats(0.01, 60), st.integers(1, 12))
def test_a_larger_statistic_has_a_smaller_p_value(statistic: float, freedom: int) -> None:
    assert 0 <= p_value(statistic + 1, freedom) < p_value(statistic, freedom) <= 1
    assert chi_squared([3, 3], [3, 3]) == 0


def bank(right: int, length: int, count: int = 20) -> list[SingleChoice]:
    """Makes questions whose right option is at a position and longer by a length."""
    found = []
    for number in range(count):
        options = [
            {"id": word, "text": "x" * (9 + (length if at == right else 0)), "correct": at == right, "feedback": "f"}
            for at, word in enumerate("abcd")
        ]
        found.append(SingleChoice(id=f"q{number}", objective="o", type="single", stem="s", options=options))
    return found


def test_answer_cues_are_measured() -> None:
    loud = measure_answer_cues(bank(2, 5))
    assert (loud.longest, loud.longest_expected, loud.positions) == (1, 0.25, (0, 0, 20, 0))
    assert loud.longest_p < 0.001 and loud.position_p < 0.001
    even = measure_answer_cues([question for place in range(4) for question in bank(place, 0, 5)])
    assert even.longest == 0 and even.position_p == 1 and even.true_p == 1
    assert measure_answer_cues([]).longest_p == 1


def test_a_bank_with_answer_cues_is_reported(course_files: CourseFiles) -> None:
    text = "course: boats\nquestions:\n" + "".join(
        f"  - id: b{number}\n    objective: together\n    type: single\n    red_line: true\n"
        f"    stem: Question {number}?\n"
        "    options:\n      - {id: a, text: No., feedback: No.}\n"
        f"      - {{id: b, text: Yes and more {number}., correct: true, feedback: Yes.}}\n"
        for number in range(20)
    )
    course_files.write(BANK_YML, text)
    found = warnings(course_files, "the longest option", "unevenly placed")
    assert len(found) == 2 and all(line.startswith(f"{BANK_YML}:2: warning: ") for line in found)
    assert "right in 100% of 20 choices, where 50% are expected" in found[0] and "as long" in found[0]
    course_files.write(BANK_YML, text.replace("text: No.,", "text: No and very much more than the other.,"))
    (found,) = warnings(course_files, "the longest option")
    assert "right in 0% of 20 choices" in found and "let some right ones be longest" in found


def test_similar_questions_and_passages_are_reported(course_files: CourseFiles) -> None:
    stem = "The ferry for the small island is full and one sister still stands alone on the quay."
    course_files.edit(BANK_YML, "stem: In which order?", f"stem: {stem} In which order?")
    course_files.edit(BANK_YML, "stem: True or not?", f"stem: {stem} True or not?")
    (found,) = warnings(course_files, "nearly the same")
    assert found.startswith(f"{BANK_YML}:29: warning: boat-order is nearly the same as boat-true in {BANK_YML}:21")
    passage = "You walk with the family to the gate, you show them where the water is, and you come back later."
    course_files.edit(BOARD_MD, "See [above]", f"{passage}\n\nSee [above]")
    course_files.edit("modules/boats/01-at-the-quay.md", "Text with", f"{passage}\n\nText with")
    assert [line.partition(": ")[0] for line in warnings(course_files, "“You walk")] == [f"{BOARD_MD}:9"]


def test_a_stem_that_gives_away_another_answer_is_reported(course_files: CourseFiles) -> None:
    course_files.edit(BANK_YML, "text: Wait.", "text: Anchor the ferry beside the harbour office quickly.")
    course_files.edit(
        BANK_YML, "stem: In which order?", "stem: He anchored a ferry quickly beside the harbour office. Then?"
    )
    (found,) = warnings(course_files, "gives away")
    assert f"{BANK_YML}:32: warning: this stem gives away what is right in “boat-full”" in found


def test_red_lines_and_figures_are_checked(course_files: CourseFiles) -> None:
    course_files.write("modules/red-lines.yml", RED_LINES + "  - {id: stay, text: Again.}\n")
    course_files.write("modules/figures.yml", FIGURES.replace("year: 2024", "year: soon"))
    found = [line for line in warnings(course_files, "modules/") if "error" in line or "warning" not in line]
    assert found == [
        "modules/figures.yml:2: “year” must be a whole number",
        "modules/red-lines.yml:4: the rule “stay” appears twice",
    ]
    course_files.write("modules/figures.yml", "figures: \x00")
    assert warnings(course_files, "figures.yml:1: this file contains a zero byte")
