"""Saying that one's record is wrong, and answering it."""

from lms.audit.operations import record
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import NotAllowed
from lms.people import policy
from lms.people.corrections import queries
from lms.people.errors import AlreadyAnswered, TooManyOpen
from lms.people.models import RecordQuery, RecordQueryAnswer

KINDS = ("placement", "certificate", "name", "other")
MOST_OPEN = 10
"""How many messages of one person may wait for an answer."""


def say_wrong(actor: Actor, *, organisation_id: int, kind: str, said: str) -> RecordQuery:
    """Records that the actor's own record is wrong, for HR of an organisation of theirs.

    Raises ``NotAllowed`` for an organisation they never worked for and ``TooManyOpen``.
    """
    person_id = actor.person_id
    employers = [] if person_id is None else queries.list_own_employers(person_id)
    if person_id is None or organisation_id not in {number for number, _name in employers}:
        raise NotAllowed
    if queries.count_unanswered_of(person_id) >= MOST_OPEN:
        raise TooManyOpen("HR has not answered what you sent before. Wait for that, or speak to them.")
    made = RecordQuery(
        person_id=person_id,
        organisation_id=organisation_id,
        kind=kind,
        said=said,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(made)
    session.flush()
    record(actor, "people.say_wrong", "record_query", made.id, organisation_id=organisation_id, kind=kind)
    return made


def answer_query(actor: Actor, query: RecordQuery, *, said: str) -> RecordQueryAnswer:
    """Answers what somebody said of their record; they read it on their own page.

    Raises ``NotAllowed`` across organisations and ``AlreadyAnswered``.
    """
    if not policy.may_answer_query(actor, query.organisation_id):
        raise NotAllowed
    queries.lock_query(query.id)
    if queries.find_answer(query.id) is not None:
        raise AlreadyAnswered("This was answered meanwhile.")
    made = RecordQueryAnswer(
        query_id=query.id, said=said, recorded_at=clock.now(), recorded_by=actor.account_id or None
    )
    session.add(made)
    session.flush()
    record(actor, "people.answer_query", "record_query", query.id, organisation_id=query.organisation_id)
    return made
