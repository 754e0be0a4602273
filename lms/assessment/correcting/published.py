"""Which keys the file of a course may have within its edition, since questions were corrected."""

from lms.assessment import queries
from lms.assessment.rules.corrections import WITHOUT_KEY, Correction, key_digest, with_key
from lms.catalogue.hooks import CorrectedQuestion
from lms.catalogue.models import QuestionRevision


def list_corrected_questions(edition_id: int) -> dict[str, list[CorrectedQuestion]]:
    """Returns the corrected questions of an edition by slug, each version with its corrected key.

    A version that is void, or right for everybody, may be rewritten: its answers mean nothing. Two queries for each
    corrected question.
    """
    found = {}
    for question_id, by_key in queries.load_corrections(edition_id).items():
        # What was published last counts: it may be neither corrected nor rewritten to what was wrong.
        newest = {row.language: row for row in queries.list_question_revisions(edition_id, question_id)}
        corrected = [(row, by_key.get(key_digest(row.kind, row.body))) for row in newest.values()]
        slug = queries.find_question(question_id).slug
        found[slug] = [_corrected(row, correction) for row, correction in corrected if correction is not None]
    return found


def _corrected(row: QuestionRevision, correction: Correction) -> CorrectedQuestion:
    body = None if correction.kind in WITHOUT_KEY else with_key(row.kind, row.body, correction.key)
    return CorrectedQuestion(row.kind, row.red_line, body)
