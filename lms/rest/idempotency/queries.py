"""The SELECT of answers to writes."""

from sqlalchemy import select

from lms.accounts.api import TokenHolder
from lms.accounts.models import AccessToken
from lms.kernel.db import lock_rows, session
from lms.rest.idempotency.models import AnsweredWrite


def find_answer(holder: TokenHolder, key: str) -> AnsweredWrite | None:
    """Finds what was answered under a key; who writes with one token takes turns."""
    lock_rows(AccessToken, holder.token_id)
    return session.scalar(
        select(AnsweredWrite).where(AnsweredWrite.token_id == holder.token_id, AnsweredWrite.key == key)
    )
