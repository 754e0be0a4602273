"""Every SELECT of the demonstration."""

from sqlalchemy import select

from lms.demo.models import Demonstration
from lms.kernel.db import db, session


def find_demonstration() -> Demonstration | None:
    """Finds the mark of a demonstration, in one query."""
    return session.get(Demonstration, 1)


def is_marked() -> bool:
    """Says whether the mark is there, beside the transaction under way: a page that asks must not suffer from it."""
    with db.engine.connect() as connection:
        return connection.scalar(select(Demonstration.id)) is not None
