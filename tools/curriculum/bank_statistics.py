"""Each bank in numbers: questions, red lines, types, what gives answers away; and what a bank lacks.

It needs enough questions for a second try, and none that words give away.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.catalogue.source.parsing.parsed import ParsedBank, ParsedCourse
from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.schemas.banks import (
    AnyQuestion,
    MatchingQuestion,
    OrderingQuestion,
    StatementsQuestion,
    stored_body,
)
from tools.curriculum.answer_cues import AnswerCues, measure_answer_cues
from tools.curriculum.text_analysis import words_of
from tools.curriculum.word_list import choices_of, points_above_chance

MIN_QUESTIONS_OF_MODULE = 10
MIN_QUESTIONS_OF_RED_LINES = 30
MIN_QUESTIONS_OF_BRIEF = 16
"""Questions for each module of a course, of a bank of red lines only, and for each sector in a course per sector."""

MIN_QUESTIONS_OF_SECTOR = 2
"""Questions of its own for a sector in a course for all."""

MIN_GENERAL_RED_LINES = 14
"""Red-line questions for all sectors; a course per sector has none."""

MIN_TRUE, MAX_TRUE = 1, 3
"""True statements of a set."""

MAX_ABOVE_CHANCE = 12
"""Percentage points by which somebody who knows only the bank's words may be right more often than chance."""

MAX_NAMED_MORE = 10
"""Percentage points by which right options may name the focal point or a call more often than wrong ones do."""

QUESTION_TYPES = ("single", "multiple", "statements", "ordering", "matching", "branching")

_NAMED = re.compile(r"focal point|\bchannels?\b|\bcall(?:s|ed|ing)?\b|\btoday\b", re.IGNORECASE)
_VERDICTS = frozenset(
    words_of(
        "a absolutely and answer bad choice correct exactly false good indeed is it no not of one right safe so that "
        "the this true unsafe well wrong yes"
    )
)


@dataclass(frozen=True, slots=True)
class BankStatistics:
    """A bank in numbers.

    ``goal`` is how many questions it needs, ``sector_goal`` how many of its own each core sector of ``sectors`` needs.
    ``red_lines_only`` is true for a bank that asks about red lines and nothing else. ``true`` counts sets of statements
    by how many are true. ``verdicts_only`` counts feedback without a reason, ``ids_in_order`` questions whose ids tell
    their order. ``named_right`` and ``named_wrong`` are the percent of options that name the focal point, a channel, a
    call or today. ``above_chance`` is in percentage points.
    """

    questions: int
    goal: int
    red_lines: int
    general_red_lines: int
    red_lines_only: bool
    per_sector: bool
    types: dict[str, int]
    objectives: dict[str, int]
    sectors: dict[str, int]
    sector_goal: int
    cues: AnswerCues
    true: dict[int, int]
    verdicts_only: int
    ids_in_order: int
    named_right: float
    named_wrong: float
    above_chance: float


def bank_statistics(course: ParsedCourse, bank: ParsedBank, core: Sequence[str]) -> BankStatistics:
    """Counts what a bank has; ``core`` are the slugs of the core sectors."""
    questions = list(bank.questions.values())
    options = [option for choice in choices_of(questions) for option in choice.options]
    true = Counter(sum(it.true for it in one.statements) for one in questions if isinstance(one, StatementsQuestion))
    types = Counter(str(question.type) for question in questions)
    objectives = Counter(question.objective for question in questions)
    sectors = Counter(sector for question in questions for sector in question.sectors)
    red_lines = sum(question.red_line for question in questions)
    per_sector = bool(course.manifest and course.manifest.per_sector)
    goal, sector_goal = MIN_QUESTIONS_OF_MODULE * len(course.modules), MIN_QUESTIONS_OF_SECTOR
    if per_sector:
        goal = sector_goal = MIN_QUESTIONS_OF_BRIEF
    elif red_lines == len(questions):
        goal, sector_goal = MIN_QUESTIONS_OF_RED_LINES, 0
    return BankStatistics(
        questions=len(questions),
        goal=goal,
        red_lines=red_lines,
        general_red_lines=sum(question.red_line and not question.sectors for question in questions),
        red_lines_only=red_lines == len(questions),
        per_sector=per_sector,
        types={kind: types[kind] for kind in QUESTION_TYPES},
        objectives={
            objective.id: objectives[objective.id]
            for objective in (course.manifest.objectives if course.manifest else ())
        },
        sectors={slug: sectors[slug] for slug in core},
        sector_goal=sector_goal,
        cues=measure_answer_cues(questions),
        true=dict(sorted(true.items())),
        verdicts_only=sum(len(list(_verdicts(question))) for question in questions),
        ids_in_order=sum(map(_ids_tell, questions)),
        named_right=_percent_named([option.text for option in options if option.correct]),
        named_wrong=_percent_named([option.text for option in options if not option.correct]),
        above_chance=points_above_chance(questions),
    )


def check_bank(bank: ParsedBank, found: BankStatistics) -> Iterator[Problem]:
    """Names what a bank and its questions lack."""
    path, line = bank.file.path, bank.yaml.line("questions")
    yield from (warning(path, line, sentence) for sentence in _bank_gaps(found))
    for number, question in bank.questions.items():
        place = bank.yaml.line("questions", number)
        yield from (warning(path, place, sentence) for sentence in _question_gaps(question))


def _bank_gaps(bank: BankStatistics) -> Iterator[str]:
    if bank.questions < bank.goal:
        yield f"this bank has {bank.questions} questions; {bank.goal} are needed for a second try"
    for slug, count in bank.sectors.items():
        if count < bank.sector_goal:
            yield f"the sector “{slug}” has {count} questions of its own; {bank.sector_goal} are needed"
    if bank.general_red_lines < MIN_GENERAL_RED_LINES and not bank.per_sector:
        yield (
            f"{bank.general_red_lines} red-line questions are for all sectors; "
            f"{MIN_GENERAL_RED_LINES} or more are needed"
        )
    unused = [kind for kind, count in bank.types.items() if not count]
    if unused:
        yield f"this bank has no question of the types {', '.join(unused)}"
    if bank.above_chance > MAX_ABOVE_CHANCE:
        yield (
            f"who knows only the words of this bank is right {bank.above_chance:.0f} points more often than chance; "
            f"{MAX_ABOVE_CHANCE} at most, so use the words of right options in wrong ones, and the other way round"
        )
    if bank.named_right - bank.named_wrong > MAX_NAMED_MORE:
        yield (
            f"{bank.named_right:.0f}% of the right options name the focal point, a channel, a call or today, and "
            f"{bank.named_wrong:.0f}% of the wrong ones; let the difference be {MAX_NAMED_MORE} points at most"
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
