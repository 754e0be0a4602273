"""Problems of course files, for the people who write them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a problem stops publishing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A problem at a place: the path as its author knows it, the line from 1, what is wrong, what to do about it.

    Problems sort with the errors first.
    """

    severity: Severity
    path: str
    line: int
    message: str
    remedy: str = ""

    @property
    def is_error(self) -> bool:
        """Returns whether it stops publishing."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        """Returns ``path:line: message; remedy``, with the word warning before the message of one."""
        severity = "warning: " if self.severity is Severity.WARNING else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.path}:{self.line}: {severity}{self.message}{remedy}"


def error(path: str, line: int, message: str, remedy: str = "") -> Problem:
    """Returns a problem that stops publishing."""
    return Problem(Severity.ERROR, path, line, message, remedy)


def warning(path: str, line: int, message: str, remedy: str = "") -> Problem:
    """Returns a problem that does not stop publishing."""
    return Problem(Severity.WARNING, path, line, message, remedy)


def has_errors(problems: Iterable[Problem]) -> bool:
    """Says whether any problem stops publishing."""
    return any(problem.is_error for problem in problems)
