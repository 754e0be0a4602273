"""Every SELECT of the demonstration."""

from sqlalchemy import select

from lms.demo.models import Demonstration
from lms.kernel.db import db


def is_demonstration() -> bool:
    """Says whether everybody here is invented, outside the current transaction: a page must not fail because of it."""
    with db.engine.connect() as connection:
        return connection.scalar(select(Demonstration.id)) is not None
