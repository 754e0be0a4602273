"""What a course must meet once it was extended: enough questions for a second try, and none that words give away.

All courses are to meet it. Until then, ``EXTENDED`` names those that do.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.catalogue.source.parsing.sources import ParsedBank, ParsedCourse
from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.schemas.banks import (
    AnyQuestion,
    MatchingQuestion,
    OrderingQuestion,
    StatementsQuestion,
    stored_body,
)
from lms.catalogue.source.target_state import TargetCourse
from tools.curriculum.formulas import check_formulas
from tools.curriculum.guessing import quizzes_of
from tools.curriculum.retakes import PAIRS_IN_LINT, shared_questions
from tools.curriculum.sources import RedLine
from tools.curriculum.text_analysis import words_of
from tools.curriculum.word_list import choices_of, points_above_chance

EXTENDED: frozenset[str] = frozenset(
    {
        "child-friendly-communication",
        "child-safe-feedback",
        "child-safeguarding",
        "first-days",
        "gender-inclusion-disability",
        "psychological-first-aid",
        "safe-identification",
        "safe-referral",
        "safety-audits",
        "sector-briefs",
        "working-across-sectors",
    }
)
"""The courses that were extended, by slug. Add a course here once ``lint --as-extended <course>`` finds nothing.

When every course is here, delete this set, the parameter ``extended`` of ``lint`` and the option: then all checks of
this file bind every course, also a new one. ``MIN_QUESTIONS`` and ``MIN_QUESTIONS_OF_BRIEF`` in coverage.py then give
way to the limits below.
"""

MIN_QUESTIONS_OF_MODULE = 10
MIN_QUESTIONS_OF_RED_LINES = 30
MIN_QUESTIONS_OF_BRIEF = 16
"""Questions for each module of a course, of a bank of red lines only, and for each sector in a course per sector."""

MIN_GENERAL_RED_LINES = 14
"""Red-line questions for all sectors in a whole bank; a course per sector has none."""

MIN_TRUE, MAX_TRUE = 1, 3
"""True statements of a set."""

MAX_ABOVE_CHANCE = 12
"""Percentage points by which somebody who knows only the bank's words may be right more often than chance."""

MAX_NAMED_MORE = 10
"""Percentage points by which right options may name the focal point or a call more often than wrong ones do."""

_NAMED = re.compile(r"focal point|\bchannels?\b|\bcall(?:s|ed|ing)?\b|\btoday\b", re.IGNORECASE)
_VERDICTS = frozenset(
    words_of(
        "a absolutely and answer bad choice correct exactly false good indeed is it no not of one right safe so that "
        "the this true unsafe well wrong yes"
    )
)


@dataclass(frozen=True, slots=True)
class BankCounts:
    """A bank in the numbers that an extended course is judged by.

    ``goal`` is how many questions the bank, or each sector of it, needs and ``fewest`` how many it, or the sector with
    the fewest, has. ``true`` counts sets of statements by how many are true. ``verdicts_only`` counts feedback without
    a reason, ``ids_in_order`` questions whose ids tell their order. ``named_right`` and ``named_wrong`` are the percent
    of options that name the focal point, a channel, a call or today. ``above_chance`` is in percentage points.
    """

    course: str
    fewest: int
    goal: int
    general_red_lines: int
    true: dict[int, int]
    verdicts_only: int
    ids_in_order: int
    named_right: float
    named_wrong: float
    above_chance: float


def count_bank(course: ParsedCourse, bank: ParsedBank) -> BankCounts:
    """Counts what an extended course is judged by."""
    questions = list(bank.questions.values())
    options = [option for choice in choices_of(questions) for option in choice.options]
    true = Counter(sum(it.true for it in one.statements) for one in questions if isinstance(one, StatementsQuestion))
    fewest, goal = len(questions), MIN_QUESTIONS_OF_MODULE * len(course.modules)
    if course.manifest and course.manifest.per_sector:
        sectors = [module.front.sector for module in course.modules if module.front and module.front.sector]
        fewest, goal = (
            min((sum(sector in one.sectors for one in questions) for sector in sectors), default=0),
            MIN_QUESTIONS_OF_BRIEF,
        )
    elif all(question.red_line for question in questions):
        goal = MIN_QUESTIONS_OF_RED_LINES
    return BankCounts(
        course=course.slug,
        fewest=fewest,
        goal=goal,
        general_red_lines=sum(question.red_line and not question.sectors for question in questions),
        true=dict(sorted(true.items())),
        verdicts_only=sum(len(list(_verdicts(question))) for question in questions),
        ids_in_order=sum(map(_ids_tell, questions)),
        named_right=_percent_named([option.text for option in options if option.correct]),
        named_wrong=_percent_named([option.text for option in options if not option.correct]),
        above_chance=points_above_chance(questions),
    )


def check_extended(
    course: ParsedCourse, target: TargetCourse, sectors: Sequence[str], red_lines: Sequence[RedLine]
) -> Iterator[Problem]:
    """Checks a course that was extended; ``sectors`` are the slugs of the core sectors."""
    yield from check_formulas(course, red_lines)
    if course.bank is None:
        return
    path, line = course.bank.file.path, course.bank.yaml.line("questions")
    yield from (warning(path, line, sentence) for sentence in _bank_gaps(course, course.bank))
    for number, question in course.bank.questions.items():
        place = course.bank.yaml.line("questions", number)
        yield from (warning(path, place, sentence) for sentence in _question_gaps(question))
    for quiz in quizzes_of(target):
        worst = max(shared_questions(quiz, sectors, PAIRS_IN_LINT), key=lambda shared: shared.most, default=None)
        if worst and worst.fails:
            sentence = (
                f"two tries at {worst.quiz} by the same person of {worst.sector} share up to {worst.most} of "
                f"{worst.size} questions; {worst.limit} at most, so write more for the objectives with few"
            )
            yield warning(path, line, sentence)


def _bank_gaps(course: ParsedCourse, bank: ParsedBank) -> Iterator[str]:
    counts = count_bank(course, bank)
    per_sector = bool(course.manifest and course.manifest.per_sector)
    if counts.fewest < counts.goal:
        of = "a sector of this bank" if per_sector else "this bank"
        yield f"{of} has {counts.fewest} questions; {counts.goal} are needed for a second try"
    if counts.general_red_lines < MIN_GENERAL_RED_LINES and not per_sector:
        yield (
            f"{counts.general_red_lines} red-line questions are for all sectors; "
            f"{MIN_GENERAL_RED_LINES} or more are needed"
        )
    if counts.above_chance > MAX_ABOVE_CHANCE:
        yield (
            f"who knows only the words of this bank is right {counts.above_chance:.0f} points more often than chance; "
            f"{MAX_ABOVE_CHANCE} at most, so use the words of right options in wrong ones, and the other way round"
        )
    if counts.named_right - counts.named_wrong > MAX_NAMED_MORE:
        yield (
            f"{counts.named_right:.0f}% of the right options name the focal point, a channel, a call or today, and "
            f"{counts.named_wrong:.0f}% of the wrong ones; let the difference be {MAX_NAMED_MORE} points at most"
        )


def _question_gaps(question: AnyQuestion) -> Iterator[str]:
    for feedback in _verdicts(question):
        yield f"the feedback “{feedback}” gives no reason"
    if _ids_tell(question):
        yield "the ids are in the right order; name the parts by what they say, or mix the letters"
    if isinstance(question, StatementsQuestion):
        true = sum(statement.true for statement in question.statements)
        if not MIN_TRUE <= true <= MAX_TRUE or true == len(question.statements):
            yield f"{true} of {len(question.statements)} statements are true; {MIN_TRUE} to {MAX_TRUE} are, never all"


def _verdicts(question: AnyQuestion) -> Iterator[str]:
    """Lists the feedback of a question that says only whether an answer is right."""
    body = stored_body(question)
    parts = [part for name in ("options", "statements", "pairs") for part in body.get(name, ())]
    parts += [option for node in body.get("nodes", {}).values() for option in node["options"]]
    for part in parts:
        feedback = part.get("feedback")
        if feedback and _VERDICTS.issuperset(words_of(feedback)):
            yield feedback


def _ids_tell(question: AnyQuestion) -> bool:
    """Returns whether the ids of what is ordered or matched stand in the right order themselves."""
    if isinstance(question, OrderingQuestion):
        ids = [step.id for step in question.options]
        return ids == sorted(ids)
    if isinstance(question, MatchingQuestion):
        # Pairs without ids are numbered by their place.
        ids = [pair.id or "" for pair in question.pairs]
        return ids == sorted(ids)
    return False


def _percent_named(texts: Sequence[str]) -> float:
    return 100 * sum(bool(_NAMED.search(text)) for text in texts) / len(texts) if texts else 0.0
