"""Issues awards when a course was completed, and tells HR of quizzes marked again; connected in `lms.app`."""

from collections.abc import Set as AbstractSet
from typing import Any

from lms.assessment.api import find_printing_organisation, load_attempts, load_results
from lms.catalogue.api import load_course_revision
from lms.certification.awards import operations
from lms.certification.awards.snapshot import EarnedAward, Issuer
from lms.certification.regraded import notices
from lms.kernel.actor import SYSTEM
from lms.kernel.config import current_settings


def on_course_completed(_sender: object, *, attempts: AbstractSet[int], **_more: Any) -> None:
    """Issues an award for every passing attempt, in the transaction of its submission."""
    issuer = Issuer.of(current_settings())
    submitted = load_attempts(attempts)
    # A quiz that passes since a question was corrected has the score that it has now.
    results = load_results(submitted)
    for attempt in submitted:
        if not results[attempt.id].passed:
            continue
        course = load_course_revision(attempt.course_revision_id)
        if attempt.submitted_at is None:
            # Cannot happen: the database protects the time of a submission.
            raise LookupError(f"attempt {attempt.id} was not submitted")
        # The system issues it; that the learner submitted is in the attempt and its audit entry.
        earned = EarnedAward(
            attempt.person_id,
            course,
            attempt.sector,
            "quiz",
            # The server's receipt: what the device's clock says of a quiz taken online has no bearing.
            earned_at=attempt.submitted_at,
            # A quiz on paper was passed on the day it was written, whenever somebody came to enter it.
            earned_on=attempt.written_on,
            organisation_id=find_printing_organisation(attempt.id) if attempt.written_on else None,
            from_paper=attempt.written_on is not None,
            score=results[attempt.id].score,
            attempt_id=attempt.id,
        )
        operations.issue(SYSTEM, earned, issuer)


def on_people_erased(_sender: object, *, persons: AbstractSet[int], **_more: Any) -> None:
    """Removes the name from all certificates of an erased person; the certificates still verify."""
    operations.erase_names(persons)


def on_correction_applied(_sender: object, *, correction: int, run: int, **_more: Any) -> None:
    """Has HR told which certificates they decide about."""
    notices.put_notices(correction, run)
