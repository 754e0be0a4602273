"""Refusals that every package may raise: the error pages show them, and commands print them.

Every sentence goes through gettext, with or without a request, in operations and ``errors.py`` too: ``_`` translates at
once, into the language of the page or, in a command or a job, of the installation; ``_l`` when the text is shown, for
texts at module level such as ``default``. Never an f-string or a sentence put together from pieces: a translator sees
one whole sentence with named gaps.
"""

from typing import TypeVar

from lms.kernel.i18n import LazyString

T = TypeVar("T")


class Refusal(Exception):
    """Something is refused; the message says what to do instead and is safe to show."""

    status = 409
    """The HTTP status of the answer."""

    default: str | LazyString = ""
    """The message where none is given."""

    def __init__(self, message: str | LazyString = "") -> None:
        super().__init__(message)
        self._message = message

    @property
    def message(self) -> str:
        """Returns the message in the language of whoever reads it now; may be empty."""
        return str(self._message or self.default)

    def __str__(self) -> str:
        """Returns the message."""
        return self.message


class NotThere(Refusal):
    """The thing does not exist, or the actor may not know that it does."""

    status = 404


def require_found(found: T | None) -> T:
    """Returns what a query found. Raises ``NotThere`` where it found nothing."""
    if found is None:
        raise NotThere
    return found


class NotAllowed(Refusal):
    """The actor may see the thing but not do this to it."""

    status = 403


class Invalid(Refusal):
    """What was given cannot be accepted as it is; ``field`` names the form control that the message belongs beside."""

    status = 422
    field = ""

    def __init__(self, message: str | LazyString = "", field: str = "") -> None:
        super().__init__(message)
        self.field = field or self.field


class CannotStart(Exception):
    """A program cannot start as the machine or the settings are; the message says what to do."""
