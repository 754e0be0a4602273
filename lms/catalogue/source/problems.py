"""What is wrong with a file, for the person who wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a problem stops publishing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A problem at a place: the path as its author knows it, the line from 1, a sentence."""

    path: str
    line: int
    severity: Severity
    sentence: str

    def __str__(self) -> str:
        """Returns ``path:line: sentence``, with the word warning where it is one."""
        word = "warning: " if self.severity is Severity.WARNING else ""
        return f"{self.path}:{self.line}: {word}{self.sentence}"


def error(path: str, line: int, sentence: str) -> Problem:
    """Returns a problem that stops publishing."""
    return Problem(path, line, Severity.ERROR, sentence)


def warning(path: str, line: int, sentence: str) -> Problem:
    """Returns a problem that does not stop publishing."""
    return Problem(path, line, Severity.WARNING, sentence)


def has_errors(problems: Iterable[Problem]) -> bool:
    """Says whether any problem stops publishing."""
    return any(problem.severity is Severity.ERROR for problem in problems)
