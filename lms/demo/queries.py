"""Every SELECT of the demonstration."""

from sqlalchemy import select

from lms.accounts.models import Account
from lms.demo.models import Demonstration
from lms.kernel.db import db, session


def is_demonstration() -> bool:
    """Says whether everybody here is invented, outside the current transaction: a page must not fail because of it."""
    with db.engine.connect() as connection:
        return connection.scalar(select(Demonstration.id)) is not None


def is_open(email: str) -> bool:
    """Says whether there is an account with an e-mail that is not closed."""
    return session.scalar(select(Account.active).where(Account.email == email)) is True
