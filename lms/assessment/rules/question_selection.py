"""Selecting the questions of one attempt and the order of their options."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from random import Random

from lms.assessment.rules.question_body import ids_of, parts_of
from lms.catalogue.api import BankQuestion

MIN_RED_LINE_QUESTIONS = 2
"""Each attempt asks at least so many red-line questions, where the bank has them."""


@dataclass(frozen=True, slots=True)
class SelectedQuestion:
    """A selected question with the ids of its options in the order shown."""

    question_revision_id: int
    slug: str
    order: tuple[str, ...]


def eligible_questions(bank: Iterable[BankQuestion], sector: str | None, *, per_sector: bool) -> list[BankQuestion]:
    """Returns the questions that may be asked: in courses that are per sector, none written for other sectors only."""
    return [question for question in bank if not (per_sector and is_for_other_sectors(question, sector))]


def questions_about(questions: Iterable[BankQuestion], modules: Collection[str]) -> list[BankQuestion]:
    """Returns the questions that some modules, by slug, answer, and all red lines."""
    return [
        question
        for question in questions
        if question.red_line or (question.body.get("refresh") or {}).get("module") in modules
    ]


def select_questions(
    bank: Iterable[BankQuestion], *, size: int, sector: str | None, seen: Iterable[str] = (), seed: str
) -> tuple[SelectedQuestion, ...]:
    """Selects the questions of one attempt; the same arguments give the same selection.

    The objectives share the ``size`` questions evenly; at least two are red lines, where the bank has them. Within
    an objective, questions that were never asked come first, also those written for other sectors; then those asked
    longest ago: ``seen`` are the slugs asked before, the oldest first. Among equals those written for the learner's
    sector come first, and those written only for others last. A bank smaller than ``size`` is used whole.
    """
    rng = Random(seed)  # noqa: S311 - a selection must be repeatable, not secret
    # The bank's order is its author's; it must not decide which question comes first.
    shuffled = sorted(bank, key=lambda question: question.slug)
    rng.shuffle(shuffled)
    earlier = {slug: place for place, slug in enumerate(seen)}
    # A stable sort: questions of equal preference stay shuffled.
    preferred = sorted(
        shuffled,
        key=lambda question: (
            earlier.get(question.slug, -1),
            is_for_other_sectors(question, sector),
            sector not in question.sectors,
        ),
    )
    selected: list[BankQuestion] = []
    _fill(selected, [question for question in preferred if question.red_line], min(MIN_RED_LINE_QUESTIONS, size))
    _fill(selected, preferred, size)
    rng.shuffle(selected)
    return tuple(
        SelectedQuestion(question.question_revision_id, question.slug, tuple(_shuffled_options(question, rng)))
        for question in selected
    )


def _fill(selected: list[BankQuestion], preferred: Iterable[BankQuestion], size: int) -> None:
    """Selects until there are ``size`` questions: always one of the objective with the fewest so far."""
    by_objective = Counter(question.objective for question in selected)
    candidates = [question for question in preferred if question not in selected]
    while candidates and len(selected) < size:
        # min() returns the first of equals: the preferred candidate.
        best = min(candidates, key=lambda question: by_objective[question.objective])
        candidates.remove(best)
        selected.append(best)
        by_objective[best.objective] += 1


def is_for_other_sectors(question: BankQuestion, sector: str | None) -> bool:
    """Returns whether a question is written only for sectors that are not the learner's."""
    return bool(question.sectors) and sector not in question.sectors


def _shuffled_options(question: BankQuestion, rng: Random) -> list[str]:
    """Returns the ids of a question's options, shuffled.

    Of matching questions, the pairs whose right sides are offered; of branching ones, ``node/option``.
    """
    if question.kind == "branching":
        return [
            f"{name}/{option}"
            for name, node in sorted(question.body["nodes"].items())
            for option in _shuffled(ids_of(node["options"]), rng)
        ]
    return _shuffled(ids_of(parts_of(question.kind, question.body)), rng)


def _shuffled(ids: list[str], rng: Random) -> list[str]:
    rng.shuffle(ids)
    return ids
