"""The questions of a draft's bank, with what the validator says of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from lms.authoring.drafts.queries import DraftedFile, find_file, read_draft
from lms.authoring.models import Draft
from lms.authoring.questions.bank_file import BankItem, read_bank
from lms.authoring.questions.errors import BankUnreadable
from lms.authoring.questions.rules import is_for_a_form
from lms.catalogue.api import Problem, check_files, read_contents
from lms.catalogue.models import Course, Question
from lms.kernel.db import session
from lms.kernel.errors import require_found

if TYPE_CHECKING:
    from lms.catalogue.api import AnyQuestion, ParsedCourse


@dataclass(frozen=True, slots=True)
class DraftedQuestion:
    """A question of a draft's bank. ``place`` is counted from 0; ``value`` is as in the file.

    ``state`` is new, changed, or empty where it is as it was published; ``parsed`` is None where it is not valid.
    """

    place: int
    item: BankItem
    value: Mapping[str, Any]
    problems: tuple[Problem, ...]
    state: str
    parsed: "AnyQuestion | None"

    @property
    def has_form(self) -> bool:
        """Returns whether it is changed in a form; others are changed as text."""
        return bool(self.item.id) and is_for_a_form(self.value)

    @property
    def stem(self) -> str:
        """Returns the stem, or the id where there is none."""
        return str(self.value.get("stem") or self.item.id)


@dataclass(frozen=True, slots=True)
class DraftBank:
    """The bank of a draft: its file, its course as parsed, its questions, and the problems that are of none of them."""

    file: DraftedFile
    text: str
    course: "ParsedCourse"
    questions: tuple[DraftedQuestion, ...]
    problems: tuple[Problem, ...]

    def find(self, question_id: str) -> DraftedQuestion:
        """Returns a question by its id; raises ``NotThere``."""
        return require_found(
            next((each for each in self.questions if question_id and each.item.id == question_id), None)
        )

    @property
    def language(self) -> str:
        """Returns the language that the course is written in."""
        return self.course.manifest.languages[0] if self.course.manifest else "en"

    @property
    def ids(self) -> set[str]:
        """Returns the ids in the bank."""
        return {question.item.id for question in self.questions}


def bank_path(course: str) -> str:
    """Returns the path of a course's bank."""
    return f"quizzes/{course}.yml"


def load_bank(draft: Draft) -> DraftBank:
    """Returns a draft's bank. Raises ``NotThere`` where it has none, ``BankUnreadable`` where it cannot be read."""
    path, files = bank_path(draft.course), read_draft(draft)
    data = require_found(files.get(path))
    sources, problems = check_files(files, course=draft.course)
    course = require_found(sources.course(draft.course))
    if course.bank is None or not isinstance(course.bank.yaml.value, dict):
        raise BankUnreadable
    file, text = find_file(draft, path), data.decode()
    items, values = read_bank(text).items, course.bank.yaml.value["questions"] or []
    before = _published_sources(file)
    own = [problem for problem in problems if problem.path == path]
    questions: list[DraftedQuestion] = []
    of_questions: set[Problem] = set()
    for place, (item, value) in enumerate(zip(items, values, strict=True)):
        lines = range(item.line, item.line + item.source.count("\n") + 1)
        found = tuple(problem for problem in own if problem.line in lines)
        of_questions.update(found)
        state = "new" if item.id not in before else "changed" if before[item.id] != item.source else ""
        known = value if isinstance(value, dict) else {}
        questions.append(DraftedQuestion(place, item, known, found, state, course.bank.questions.get(place)))
    rest = tuple(problem for problem in own if problem not in of_questions)
    return DraftBank(file, text, course, tuple(questions), rest)


def _published_sources(file: DraftedFile) -> dict[str, str]:
    """Returns the text of each published question by its id."""
    if not file.published:
        return {}
    text = read_contents({file.published})[file.published].decode()
    return {item.id: item.source for item in read_bank(text).items}


def list_used_ids(course: str) -> set[str]:
    """Returns the ids of all questions that a course has ever published: none is given to another question."""
    query = select(Question.slug).join(Course, Course.id == Question.course_id).where(Course.slug == course)
    return set(session.scalars(query))
