"""Recording that a certificate stays although its quiz would not be passed now; revoking is in ``awards``."""

from lms.audit.api import record
from lms.certification.awards.queries import find_issued, lock_person
from lms.certification.models import AwardConfirmation
from lms.certification.regraded import queries
from lms.certification.regraded.queries import RegradedAward
from lms.kernel import records
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid, require_found
from lms.kernel.i18n import gettext as _
from lms.kernel.text import normalise

LONGEST_REASON = 500


def confirm(actor: Actor, regraded: RegradedAward, *, reason: str) -> AwardConfirmation:
    """Records that HR lets a certificate stand, once for what the corrections made of its quiz until now.

    A correction that changes its result again asks again. Raises ``Invalid`` for a missing reason.
    """
    reason = normalise(reason)
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(_("Give a reason, in at most %(most)s characters.", most=LONGEST_REASON), field="reason")
    award = require_found(find_issued(regraded.regrade.attempt_id))
    lock_person(award.person_id)
    known = queries.find_confirmation(award.id, regraded.regrade.id)
    if known is not None:
        return known
    added = AwardConfirmation(award_id=award.id, regrade_id=regraded.regrade.id, reason=reason)
    records.add(actor, added)
    record(actor, "certification.confirm", "award", award.id, organisation_id=award.organisation_id, reason=reason)
    return added
