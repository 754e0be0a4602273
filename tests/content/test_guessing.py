"""Nobody passes a quiz by guessing: the longest, the shortest, the first, the last, or at random.

``python -m tools.curriculum simulate-guessing`` makes ten thousand attempts and prints the table; here three hundred
must do.
"""

import re
from fractions import Fraction
from random import Random

import pytest

from lms.assessment import api as assessment
from lms.assessment.rules.grading import is_answered
from lms.catalogue.source.target_state import target_state
from tests.assessment.test_grading import BRANCHING, STATEMENTS
from tests.content.test_courses import CATALOGUE
from tools.curriculum.guessing import MAX_PASSED, STRATEGIES, Choice, SimulatedQuiz, answer, quizzes_of, simulate

ATTEMPTS = 300
# With 300 attempts one lucky pass in a thousand may show as three: the ten thousand of the command judge finely.
LUCK = 0.02

# What the words alone let a clever reader guess: who is always right to call, and what is mostly a delay or a question.
CALLED = re.compile(r"focal point|channel|back-up|night number|emergency contact|coordinator|trained", re.IGNORECASE)
DELAYED = re.compile(
    r"\bif\b|first|later|tomorrow|until|only|once|ask (?:him|her|the|them)|picture|promise|note|list|name|week",
    re.IGNORECASE,
)
KEYWORD_LUCK = 0.06

QUIZZES = [quiz for course in target_state(CATALOGUE).courses for quiz in quizzes_of(course)]


def test_every_quiz_is_simulated() -> None:
    assert len(QUIZZES) >= 8 + 9 and len({quiz.name for quiz in QUIZZES}) == len(QUIZZES)
    assert sum(quiz.per_sector for quiz in QUIZZES) == 9


@pytest.mark.parametrize("quiz", QUIZZES, ids=lambda quiz: quiz.name)
def test_no_strategy_passes(quiz: SimulatedQuiz) -> None:
    outcomes = simulate(quiz, ATTEMPTS)
    assert [outcome.strategy for outcome in outcomes] == list(STRATEGIES)
    assert [outcome for outcome in outcomes if outcome.passed >= LUCK] == []
    assert all(outcome.average < quiz.pass_mark - 20 for outcome in outcomes)


@pytest.mark.parametrize("quiz", QUIZZES, ids=lambda quiz: quiz.name)
def test_words_alone_do_not_pass(quiz: SimulatedQuiz) -> None:
    def called(choice: Choice) -> bool:
        return bool(CALLED.search(choice[1]))

    strategies = {
        "keyword": lambda choices, rng: sorted(rng.sample(choices, len(choices)), key=called, reverse=True),
        "clever": lambda choices, rng: sorted(
            rng.sample(choices, len(choices)), key=lambda choice: len(DELAYED.findall(choice[1])) - 2 * called(choice)
        ),
    }
    outcomes = simulate(quiz, ATTEMPTS, strategies=strategies)
    assert [outcome for outcome in outcomes if outcome.passed >= KEYWORD_LUCK] == []


def test_the_same_seed_gives_the_same_figures() -> None:
    assert simulate(QUIZZES[0], 20) == simulate(QUIZZES[0], 20)
    assert simulate(QUIZZES[0], 20) != simulate(QUIZZES[0], 20, "other")


def test_a_bank_with_an_answer_cue_is_passed() -> None:
    # A law of the simulation itself: where the longest is always right, the strategy of the longest passes.
    options = [{"id": "a", "text": "Yes."}, {"id": "b", "text": "Yes, with many words.", "correct": True}]
    questions = tuple(
        quiz_question(number, {"stem": "?", "options": options}, red_line=number < 3) for number in range(1, 7)
    )
    outcomes = {it.strategy: it for it in simulate(SimulatedQuiz("x", questions, 6, 80, None, per_sector=False), 50)}
    assert outcomes["longest"].passed == 1 and not outcomes["longest"].fails
    assert outcomes["shortest"].passed == 0 and outcomes["shortest"].fails and MAX_PASSED < 1


def quiz_question(number: int, body: dict[str, object], *, red_line: bool) -> object:
    question = QUIZZES[0].questions[0]
    return type(question)(number, number, f"q{number}", "en", "single", "one", red_line, (), body)


def test_strategies_answer_every_question_type() -> None:
    rng = Random(1)
    for quiz in QUIZZES:
        for question in quiz.questions:
            (drawn,) = assessment.select_questions([question], size=1, sector=None, seed="x")
            for strategy in STRATEGIES.values():
                given = answer(question.kind, question.body, drawn.order, strategy, rng)
                assert is_answered(question.kind, question.body, given), question.slug
                assert 0 <= assessment.grade(question.kind, question.body, given) <= 1


def test_half_of_the_statements_are_called_true() -> None:
    body = {"statements": [part | {"text": "x" * at} for at, part in enumerate(STATEMENTS["statements"])]}
    given = answer("statements", body, ["s1", "s2", "s3", "s4"], STRATEGIES["longest"], Random(1))
    assert given == {"s1": "no", "s2": "no", "s3": "yes", "s4": "yes"}
    story = {
        name: {**node, "options": [{**option, "text": option["id"]} for option in node["options"]]}
        for name, node in BRANCHING["nodes"].items()
    }
    order = [f"{name}/{option['id']}" for name, node in story.items() for option in node["options"]]
    walked = answer("branching", {"nodes": story}, order, STRATEGIES["first"], Random(1))
    assert walked == {"start": "a", "then": "a", "bad": "a"}
    assert assessment.grade("branching", {"nodes": story}, walked) == Fraction(1)


@pytest.mark.parametrize("quiz", QUIZZES, ids=lambda quiz: quiz.name)
def test_a_retake_asks_what_was_not_asked_as_far_as_the_bank_allows(quiz: SimulatedQuiz) -> None:
    for number in range(30):
        chosen: list[str] = []
        for attempt in range(3):
            drawn = assessment.select_questions(
                quiz.questions, size=quiz.size, sector=quiz.sector, seen=chosen, seed=f"{number} {attempt}"
            )
            slugs = [question.slug for question in drawn]
            if len(quiz.questions) >= 2 * quiz.size and attempt == 1:
                assert not set(slugs) & set(chosen)
            new = {question.slug for question in quiz.questions} - set(chosen)
            assert len(set(slugs) - set(chosen)) >= min(len(new), len(slugs)) * 0.6
            chosen += slugs
