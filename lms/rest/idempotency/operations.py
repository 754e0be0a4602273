"""Stores the answers to writes, and removes them."""

from datetime import timedelta

from sqlalchemy import delete

from lms.accounts.api import TokenHolder
from lms.audit.api import record
from lms.kernel import clock
from lms.kernel.db import session, unit_of_work
from lms.rest.idempotency.models import AnsweredWrite

STORED_FOR = timedelta(days=7)
"""For how long an answer is stored: longer than any program tries again."""


def store_answer(holder: TokenHolder, key: str, digest: str, answer: str, act: str) -> None:
    """Stores an answer under a key, and records that a program wrote: ``act`` is the name of the address."""
    session.add(AnsweredWrite(token_id=holder.token_id, key=key, digest=digest, answer=answer, recorded_at=clock.now()))
    record(holder.actor, "rest.write", "access_token", holder.token_id, organisation_id=holder.organisation_id, act=act)


def remove_old_answers() -> None:
    """Removes the answers that are older than any program's next try."""
    with unit_of_work():
        session.execute(delete(AnsweredWrite).where(AnsweredWrite.recorded_at < clock.now() - STORED_FOR))
