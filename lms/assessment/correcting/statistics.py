"""Answers of an edition as its corrections mark them, for statistics: whoever answered did not know the key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.assessment import queries
from lms.assessment.rules.corrections import (
    WITHOUT_KEY,
    Correction,
    CorrectionKind,
    Corrections,
    find_correction,
    key_of,
    mark,
    with_key,
)
from lms.catalogue.api import BankQuestion


@dataclass(frozen=True, slots=True)
class CorrectedBank:
    """The corrections of an edition with the versions of the questions that they correct, by revision."""

    questions: Mapping[int, BankQuestion]
    corrections: Corrections

    def find(self, revision_id: int) -> Correction | None:
        """Returns the correction of a version of a question."""
        question = self.questions.get(revision_id)
        return find_correction(question, self.corrections) if question else None

    def body(self, revision_id: int, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns a version with what is right now; of options, all that are accepted."""
        correction = self.find(revision_id)
        if correction is None or correction.kind in WITHOUT_KEY:
            return body
        kind, key = self.questions[revision_id].kind, correction.key
        if correction.kind is CorrectionKind.ACCEPT and kind in {"single", "multiple"}:
            key = sorted({*key, *key_of(kind, body)})
        return with_key(kind, body, key)

    def mark_again(self, grades: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Returns the grades of an attempt as they are marked now, without questions that are void."""
        if not self.questions:
            return grades
        return [again for given in grades if (again := self._mark(given)) is not None]

    def _mark(self, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
        question = self.questions.get(given["question"])
        if question is None:
            return None if given.get("void") else given
        marked = mark(question, given["response"], self.corrections)
        return None if marked.is_void else {**given, "points": round(float(marked.points), 4)}


def load_corrected_bank(edition_id: int) -> CorrectedBank:
    """Loads the corrections of an edition; one query for each question that was corrected."""
    corrections = queries.load_corrections(edition_id)
    questions = {}
    for question_id in corrections:
        slug = queries.find_question(question_id).slug
        for row in queries.list_question_revisions(edition_id, question_id):
            questions[row.id] = BankQuestion(
                question_id,
                row.id,
                slug,
                row.language,
                row.kind,
                row.objective,
                row.red_line,
                tuple(row.sectors),
                row.body,
            )
    return CorrectedBank(questions, corrections)
