"""Every SELECT of certificates that HR decides about."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.assessment.models import Attempt, QuestionCorrection, Regrade
from lms.catalogue.api import with_course_title
from lms.catalogue.models import Edition
from lms.certification import policy
from lms.certification.awards.queries import RecordedAward, Successor, find_award_of_attempt
from lms.certification.awards.rules import print_serial
from lms.certification.models import Award, AwardConfirmation, Revocation
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import require_found
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import within_scope

_LATER = aliased(Regrade)


@dataclass(frozen=True, slots=True)
class RegradedAward:
    """A certificate, as replaced last, with the score of its quiz then and now, and why a question was corrected.

    ``serial`` is that of the first one, as printed.
    """

    serial: str
    known: RecordedAward
    score: int
    regrade: Regrade
    reason: str


def list_regraded(actor: Actor, page: int) -> Pagination[RegradedAward]:
    """Lists the certificates that an actor decides about as HR, the last corrected first."""
    found = paginate(_undecided(actor).order_by(Regrade.id.desc()), page)
    return found.with_items([_read(row) for row in found.items])


def load_regraded_for(actor: Actor, serial: str) -> RegradedAward:
    """Loads a certificate that an actor decides about, by its serial as stored; raises ``NotThere`` for others."""
    rows = session.execute(_undecided(actor).where(Award.serial == serial))
    return _read(require_found(rows.first()))


def list_failing_corrections(correction_id: int) -> Sequence[int]:
    """Lists which corrections, from one on and of its edition, made quizzes fail."""
    edition = select(QuestionCorrection.edition_id).where(QuestionCorrection.id == correction_id).scalar_subquery()
    failing = (
        select(Regrade.correction_id)
        .join(QuestionCorrection, QuestionCorrection.id == Regrade.correction_id)
        .where(QuestionCorrection.edition_id == edition, QuestionCorrection.id >= correction_id, ~Regrade.passed)
    )
    return session.scalars(failing.distinct().order_by(Regrade.correction_id)).all()


def count_regraded(actor: Actor, correction_id: int) -> int:
    """Counts the certificates that an actor decides about as HR since a correction."""
    found = _undecided(actor).where(Regrade.correction_id == correction_id).subquery()
    return session.scalars(select(func.count()).select_from(found)).one()


def find_corrected_course(correction_id: int) -> str:
    """Returns the title of the course of which a question was corrected."""
    statement = (
        select(QuestionCorrection.id)
        .join(Edition, Edition.id == QuestionCorrection.edition_id)
        .where(QuestionCorrection.id == correction_id)
    )
    return str(session.execute(with_course_title(statement, Edition.course_id)).one().course)


def _undecided(actor: Actor) -> Select[Award, int | None, Regrade, str]:
    """Returns the statement of first awards whose last regrade does not pass, and that nobody has decided about.

    As ``may_change_certificate``: HR of the organisation it was earned under decides; where there was none, HR of
    the holder's employers.
    """
    today = clock.today(actor.time_zone)
    own = or_(
        and_(Award.organisation_id.is_not(None), within_scope(actor, Award.organisation_id)),
        and_(Award.organisation_id.is_(None), policy.worked_here(actor, today)),
    )
    is_last = ~exists().where(_LATER.attempt_id == Regrade.attempt_id, _LATER.id > Regrade.id)
    confirmed = exists().where(AwardConfirmation.award_id == Award.id, AwardConfirmation.regrade_id >= Regrade.id)
    # Two questions: in one, every revocation would be looked at beside every award.
    revoked = exists().where(Revocation.award_id == Award.id)
    successor_revoked = exists().where(Successor.supersedes_id == Award.id, Revocation.award_id == Successor.id)
    return (
        select(Award, Attempt.score, Regrade, QuestionCorrection.reason)
        .join(Regrade, Regrade.attempt_id == Award.attempt_id)
        .join(Attempt, Attempt.id == Award.attempt_id)
        .join(QuestionCorrection, QuestionCorrection.id == Regrade.correction_id)
        .where(own, is_last, ~Regrade.passed, ~confirmed, ~revoked, ~successor_revoked)
    )


def _read(row: Row[Award, int | None, Regrade, str]) -> RegradedAward:
    award, score, regrade, reason = row
    known = require_found(find_award_of_attempt(regrade.attempt_id))
    return RegradedAward(print_serial(award.serial), known, score or 0, regrade, reason)


def find_confirmation(award_id: int, regrade_id: int) -> AwardConfirmation | None:
    """Finds HR's decision that a certificate stays."""
    return session.scalar(select(AwardConfirmation).filter_by(award_id=award_id, regrade_id=regrade_id))
