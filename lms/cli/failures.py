"""What a command says where the database or the disk fails: a sentence, and no value of a row."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DBAPIError, OperationalError

from lms.kernel.config import Settings, current_settings
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _


def explain(error: OperationalError, settings: Settings) -> str:
    """Returns what to do about a database that cannot be opened."""
    reason = str(reason_of(error))
    if "readonly" in reason or "unable to open" in reason:
        return _(
            "The database in %(folder)s cannot be written to. Choose another folder: LMS_INSTANCE=/path",
            folder=settings.instance,
        )
    return _("The database does not answer: %(reason)s", reason=reason)


@contextmanager
def said_in_a_sentence() -> Iterator[None]:
    """Ends the command with a sentence where a database cannot be copied, restored or moved."""
    try:
        yield
    except Refusal as error:
        raise click.ClickException(error.message) from error
    except OperationalError as error:
        raise click.ClickException(explain(error, current_settings())) from error
    except (OSError, sqlite3.Error, DBAPIError) as error:
        reason = reason_of(error)
        raise click.ClickException(_("That failed, and nothing was changed: %(reason)s", reason=reason)) from None


def reason_of(error: Exception) -> object:
    """Returns what a database or the disk said, without the values of rows that SQLAlchemy and PostgreSQL add."""
    said = getattr(error, "orig", error)
    return getattr(getattr(said, "diag", None), "message_primary", None) or said
