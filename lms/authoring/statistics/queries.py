"""Every SELECT of statistics: first attempts of editions, all of them to the end of the last month."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Date, Integer, Row, bindparam, cast, func, or_, select

from lms.assessment.api import CorrectedBank, Correction, has_passed, load_corrected_bank, load_corrections
from lms.assessment.models import Attempt
from lms.authoring.statistics.rules import (
    LEAST_ATTEMPTS,
    AnswerCounts,
    AnswerKey,
    ItemFlag,
    ItemStatistics,
    QuizStatistics,
    count_answers,
    measure_item,
    measure_quiz,
    round_people,
)
from lms.catalogue.models import Edition, Question, QuestionRevision
from lms.kernel import clock
from lms.kernel.batches import batched
from lms.kernel.caching import cached
from lms.kernel.db import read_rows
from lms.kernel.memory import gc_paused
from lms.people.models import Employment, Placement

_PLACE = func.row_number().over(
    partition_by=(Attempt.person_id, Attempt.edition_id), order_by=(Attempt.submitted_at, Attempt.id)
)
_ORDERED = (
    select(
        Attempt.id,
        Attempt.person_id,
        Attempt.edition_id,
        has_passed().label("passed"),
        func.date(Attempt.submitted_at, type_=Date).label("day"),
        _PLACE.label("place"),
    )
    .where(Attempt.course_id == bindparam("course"), Attempt.submitted_at < bindparam("before"))
    .subquery()
)
# Where somebody works in several sectors on that day, the lowest and the highest differ.
_FIRST = (
    select(_ORDERED.c.id, func.min(Placement.sector), func.max(Placement.sector))
    .outerjoin(Employment, Employment.person_id == _ORDERED.c.person_id)
    .outerjoin(
        Placement,
        (Placement.employment_id == Employment.id)
        & Placement.retracted_at.is_(None)
        & (Placement.from_on <= _ORDERED.c.day)
        & or_(Placement.through_on.is_(None), Placement.through_on >= _ORDERED.c.day),
    )
    .where(_ORDERED.c.place == 1, _ORDERED.c.edition_id == bindparam("edition"))
    .group_by(_ORDERED.c.id)
)
_GRADES = select(Attempt.id, Attempt.grades).where(Attempt.id.in_(bindparam("attempts", expanding=True)))
_EDITIONS = (
    select(Edition.id, Edition.number, func.count(_ORDERED.c.id), func.sum(cast(_ORDERED.c.passed, Integer)))
    .outerjoin(_ORDERED, (_ORDERED.c.edition_id == Edition.id) & (_ORDERED.c.place == 1))
    .where(Edition.course_id == bindparam("course"))
    .group_by(Edition.id, Edition.number)
    .order_by(Edition.number.desc())
)


@dataclass(frozen=True, slots=True)
class EditionAttempts:
    """An edition of a course: how many people submitted its quiz, and how many of them passed at the first try."""

    edition_id: int
    course_id: int
    number: int
    people: int
    passed: int
    before: datetime

    @property
    def is_enough(self) -> bool:
        """Returns whether there are enough attempts for figures."""
        return self.people >= LEAST_ATTEMPTS

    @property
    def shown(self) -> tuple[int | None, int | None]:
        """Returns the two counts as they may be shown: rounded, None for fewer than five."""
        return round_people(self.people), round_people(self.passed)


@dataclass(frozen=True, slots=True)
class QuestionStatistics:
    """A question in one language, as last written, and its figures; None under 30 attempts.

    ``options`` are (id, letter, text, is right), in the order of the file.
    """

    slug: str
    language: str
    stem: str
    red_line: bool
    options: tuple[tuple[str, str, str, bool], ...]
    figures: ItemStatistics | None
    # The last correction of it: all answers are marked by that.
    corrected: Correction | None = None

    @property
    def is_flagged(self) -> bool:
        """Returns whether the figures say that somebody should look at the question."""
        return self.figures is not None and bool(self.figures.flags)

    @property
    def urgency(self) -> tuple[int, float]:
        """Returns what the worst question has least of: a wrong key first, then the worst discrimination."""
        figures = self.figures
        if figures is None or not figures.flags:
            return len(ItemFlag), 0.0
        return list(ItemFlag).index(figures.flags[0]), figures.discrimination or 0.0

    @property
    def suspect(self) -> str | None:
        """Returns the letter of the wrong option that strong people choose."""
        suspect = self.figures.suspect if self.figures else None
        return next((letter for name, letter, _, _ in self.options if name == suspect), None)


@dataclass(frozen=True, slots=True)
class EditionStatistics:
    """The figures of an edition's quiz and questions, the worst question first, each language for itself."""

    quiz: QuizStatistics | None
    questions: tuple[QuestionStatistics, ...]

    @property
    def flagged(self) -> int:
        """Returns how many questions have a flag, each language for itself."""
        return sum(each.is_flagged for each in self.questions)

    @property
    def measured(self) -> int:
        """Returns how many questions have enough attempts for figures."""
        return sum(each.figures is not None for each in self.questions)


def list_editions(course_id: int) -> list[EditionAttempts]:
    """Lists the editions of a course, the newest first."""
    # One attempt more would point at the answers of one person: figures change once a month.
    before = datetime.combine(clock.today("UTC").replace(day=1), time(), UTC)
    rows = read_rows(_EDITIONS, {"course": course_id, "before": before})
    return [EditionAttempts(row[0], course_id, row[1], row[2], row[3] or 0, before) for row in rows]


def load_statistics(edition: EditionAttempts) -> EditionStatistics:
    """Returns the figures of an edition, cached for as long as its first attempts and corrections are the same."""
    corrections = load_corrections(edition.edition_id).values()
    corrected = frozenset(each.id for by_key in corrections for each in by_key.values())
    return cached(("item statistics", edition, corrected), lambda: _load(edition))


def load_answer_counts(edition: EditionAttempts) -> AnswerCounts:
    """Returns the counts of the answers in the first attempts of an edition, read in batches."""
    with gc_paused():
        return count_answers(_grades(edition, load_corrected_bank(edition.edition_id)))


def _grades(
    edition: EditionAttempts, corrected: CorrectedBank
) -> Iterator[tuple[str | None, Sequence[Mapping[str, Any]]]]:
    values = {"course": edition.course_id, "edition": edition.edition_id, "before": edition.before}
    sectors = {attempt: low if low == high else None for attempt, low, high in read_rows(_FIRST, values)}
    for attempts in batched(sorted(sectors)):
        for attempt, grades in read_rows(_GRADES, {"attempts": attempts}):
            yield sectors[attempt], corrected.mark_again(grades)


def _load(edition: EditionAttempts) -> EditionStatistics:
    counts, corrected = load_answer_counts(edition), load_corrected_bank(edition.edition_id)
    revisions = read_rows(
        select(
            QuestionRevision.id,
            Question.slug,
            QuestionRevision.language,
            QuestionRevision.kind,
            QuestionRevision.red_line,
            QuestionRevision.body,
        )
        .join(Question, Question.id == QuestionRevision.question_id)
        .where(QuestionRevision.id.in_({*counts.answers, *corrected.questions}))
        .order_by(QuestionRevision.id)
    )
    # Within an edition only words change, so answers to all versions of a question are counted together.
    answers: dict[tuple[str, str], Counter[AnswerKey]] = defaultdict(Counter)
    newest = {}
    for revision in revisions:
        # A question that is void has none.
        answers[revision.slug, revision.language].update(counts.answers.get(revision.id, {}))
        newest[revision.slug, revision.language] = revision
    found = [_question(newest[question], given, corrected) for question, given in answers.items()]
    found.sort(key=lambda each: (each.urgency, each.slug, each.language))
    return EditionStatistics(measure_quiz(counts.attempts), tuple(found))


def _question(
    revision: Row[*tuple[Any, ...]], answers: Counter[AnswerKey], corrected: CorrectedBank
) -> QuestionStatistics:
    body = corrected.body(revision.id, revision.body)
    options = tuple(
        (option["id"], chr(ord("A") + place), option["text"], bool(option.get("correct")))
        for place, option in enumerate(body["options"] if revision.kind in {"single", "multiple"} else ())
    )
    right = {name: is_right for name, _, _, is_right in options}
    figures = measure_item(answers, right, red_line=revision.red_line)
    return QuestionStatistics(
        slug=revision.slug,
        language=revision.language,
        stem=body["stem"],
        red_line=revision.red_line,
        options=options,
        figures=figures,
        corrected=corrected.find(revision.id),
    )
