"""Asking HR for a correction of one's record, and answering."""

from lms.audit.api import record
from lms.kernel import records
from lms.kernel.actor import Actor
from lms.kernel.db import lock_rows
from lms.kernel.errors import NotAllowed
from lms.kernel.i18n import gettext as _
from lms.people import policy
from lms.people.corrections import queries
from lms.people.errors import AlreadyAnswered, TooManyOpenRequests
from lms.people.merging.queries import list_employers
from lms.people.models import CorrectionRequest, CorrectionRequestAnswer

MOST_OPEN = 10
"""How many correction requests of one person may be open."""


def request_correction(actor: Actor, *, organisation_id: int, kind: str, text: str) -> CorrectionRequest:
    """Records a correction request of the actor, to HR of an organisation that employs or employed them.

    Raises ``NotAllowed`` for any other organisation and ``TooManyOpenRequests``.
    """
    person_id = actor.person_id
    if person_id is None or organisation_id not in {each.id for each in list_employers(person_id)}:
        raise NotAllowed
    if queries.count_unanswered(person_id) >= MOST_OPEN:
        raise TooManyOpenRequests(_("HR has not answered your earlier requests yet. Wait for that, or call them."))
    request = CorrectionRequest(person_id=person_id, organisation_id=organisation_id, kind=kind, text=text)
    records.add(actor, request)
    record(
        actor, "people.request_correction", "correction_request", request.id,
        organisation_id=organisation_id, kind=kind,
    )  # fmt: skip
    return request


def answer_correction_request(actor: Actor, request: CorrectionRequest, *, text: str) -> CorrectionRequestAnswer:
    """Answers a correction request; the person reads the answer on their own page.

    Raises ``NotAllowed`` across organisations and ``AlreadyAnswered``.
    """
    if not policy.may_act_for(actor, request.organisation_id):
        raise NotAllowed
    lock_rows(CorrectionRequest, request.id)
    if queries.find_answer(request.id) is not None:
        raise AlreadyAnswered(_("Somebody has already answered this."))
    answer = records.add(actor, CorrectionRequestAnswer(request_id=request.id, text=text))
    record(
        actor, "people.answer_correction_request", "correction_request", request.id,
        organisation_id=request.organisation_id,
    )  # fmt: skip
    return answer
