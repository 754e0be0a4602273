"""Queries of sign-in slips."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from lms.accounts.models import SignInSlips
from lms.kernel.actor import Actor
from lms.kernel.db import LARGEST_ID, locked, session
from lms.kernel.errors import NotThere


def list_slips(actor: Actor) -> Sequence[SignInSlips]:
    """Lists the slips an actor asked for whose files are there or will be, the latest first."""
    return session.scalars(
        select(SignInSlips)
        .where(SignInSlips.account_id == actor.account_id, SignInSlips.removed_at.is_(None))
        .order_by(SignInSlips.id.desc())
        .limit(20)
    ).all()


def load_own_slips(actor: Actor, slips_id: int) -> SignInSlips:
    """Loads slips an actor asked for. Raises ``NotThere`` for unknown ones and somebody else's."""
    found = session.get(SignInSlips, slips_id) if slips_id <= LARGEST_ID else None
    if found is None or found.account_id != actor.account_id:
        raise NotThere
    return found


def find_unfinished_slips(slips_id: int) -> SignInSlips | None:
    """Finds and locks slips for the job; none where they are finished."""
    slips = select(SignInSlips).where(SignInSlips.id == slips_id, SignInSlips.finished_at.is_(None))
    return session.scalar(locked(slips))


def count_unfinished(actor: Actor) -> int:
    """Counts the slips of an actor that are not finished."""
    unfinished = SignInSlips.finished_at.is_(None)
    return session.scalars(
        select(func.count(SignInSlips.id)).where(SignInSlips.account_id == actor.account_id, unfinished)
    ).one()


def list_slips_before(moment: datetime) -> Sequence[SignInSlips]:
    """Lists the slips asked for before a moment whose files still exist."""
    return session.scalars(
        select(SignInSlips).where(SignInSlips.removed_at.is_(None), SignInSlips.recorded_at < moment).limit(200)
    ).all()
