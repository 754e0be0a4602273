"""What a file of another system says, and what becomes of it here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lms.authoring.drafts.rules import COURSE_SLUG
from lms.kernel.errors import Invalid

MAX_FILE_BYTES = 1_000_000
"""The largest file, in bytes: some hundred questions without pictures."""

MAX_QUESTIONS = 1_000
"""The most questions of one file."""

MAX_PARTS = 26
"""The most answers of one question: their ids are letters."""

BankEntry = dict[str, Any]
"""A question as in a bank's file; all of it may be missing but ``id``, ``type`` and ``stem``."""

PARTS = ("options", "pairs", "statements")
"""Where a question has what is chosen from; stories have nodes."""


class NotQuestions(Invalid):
    """A file cannot be read as questions; the message says why, and what to do."""


@dataclass(slots=True)
class ForeignAnswer:
    """An answer as another system has it: its text, how much of the mark it gives in percent, and its feedback."""

    text: str
    percent: float = 0.0
    feedback: str = ""


@dataclass(slots=True)
class ForeignQuestion:
    """A question as another system has it; texts are plain.

    ``line`` counts from 1. ``kind`` is Moodle's word: multichoice, truefalse, matching, ordering, essay and so on;
    it is empty where the question could not be parsed, and the first note says why.
    ``general_feedback`` is HTML. ``notes`` say what its reader has left out.
    """

    line: int
    name: str = ""
    kind: str = ""
    stem: str = ""
    is_single: bool = True
    answers: list[ForeignAnswer] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    general_feedback: str = ""
    idnumber: str = ""
    tags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, *sentences: str) -> None:
        """Adds what could not be carried, each sentence once."""
        self.notes += [each for each in dict.fromkeys(sentences) if each and each not in self.notes]


@dataclass(frozen=True, slots=True)
class ImportedQuestion:
    """A question of a file: its line, its name and type there, and what it becomes here.

    ``question`` is None where nothing can be carried. ``notes`` say what is lost and why, ``still_needed`` what our
    bank needs and the file does not say.
    """

    line: int
    name: str
    kind: str
    question: BankEntry | None
    notes: tuple[str, ...] = ()
    still_needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedQuestions:
    """The questions of a file: the format and the encoding that were recognised, its text, and notes about it."""

    format: str
    encoding: str
    text: str
    questions: tuple[ImportedQuestion, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A file for another system: its bytes, how many questions are in it, and which are not, by id with the reason."""

    content: bytes
    count: int
    left_out: tuple[tuple[str, str], ...] = ()


def is_slug(text: str) -> bool:
    """Returns whether a text can be an id of ours."""
    return len(text) <= 60 and COURSE_SLUG.fullmatch(text) is not None


def from_published(questions: Iterable[Any]) -> list[BankEntry]:
    """Returns published questions (``lms.catalogue.api.BankQuestion``) in the shape of a bank's file."""
    return [
        {
            "id": each.slug,
            "objective": each.objective,
            "type": each.kind,
            "red_line": each.red_line,
            "sectors": list(each.sectors),
            **each.body,
        }
        for each in questions
    ]
