"""Every SELECT of the demonstration."""

from sqlalchemy import select

from lms.demo.models import Demonstration
from lms.kernel.db import db, session


def find_demonstration() -> Demonstration | None:
    """Finds the note that this installation is a demonstration, in one query."""
    return session.get(Demonstration, 1)


def is_demonstration() -> bool:
    """Says whether this is a demonstration, outside the current transaction: a page must not fail because of it."""
    with db.engine.connect() as connection:
        return connection.scalar(select(Demonstration.id)) is not None
