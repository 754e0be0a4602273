"""Checks a draft by the one validator, as publishing does."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lms.authoring.drafts.queries import list_files, read_draft
from lms.authoring.models import Draft
from lms.catalogue.api import Problem, check_files
from lms.kernel.errors import NotThere

if TYPE_CHECKING:
    from lms.catalogue.api import ParsedModule


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """The problems of a draft's course, the errors first, and the errors elsewhere that its changes cause.

    ``questions`` is how many the course's bank has; None without a bank that can be read.
    """

    problems: tuple[Problem, ...]
    errors: int
    questions: int | None = None

    @property
    def warnings(self) -> int:
        """Returns the number of warnings."""
        return len(self.problems) - self.errors


def check_draft(draft: Draft) -> CheckedDraft:
    """Checks all course files as they would be with the draft; returns what concerns its course, and every error."""
    paths = list_files(draft)
    sources, problems = check_files(read_draft(draft))
    folder = f"modules/{draft.course}"
    mine = tuple(
        problem for problem in problems if problem.is_error or problem.path in paths or problem.path.startswith(folder)
    )
    course = sources.course(draft.course)
    bank = course.bank.yaml.value if course and course.bank else None
    listed = bank.get("questions") if isinstance(bank, dict) else None
    questions = len(listed) if isinstance(listed, list) else None
    return CheckedDraft(mine, sum(problem.is_error for problem in mine), questions)


def check_file(draft: Draft, path: str, data: bytes) -> list[Problem]:
    """Returns the problems of one file of a draft, the errors first, as they would be with these bytes."""
    _sources, problems = check_files({**read_draft(draft), path: data}, course=draft.course)
    return [problem for problem in problems if problem.path == path]


def find_drafted_module(draft: Draft, path: str) -> "ParsedModule":
    """Returns a module of a draft, parsed and rendered. Raises ``NotThere`` where there is none at this path."""
    sources, _problems = check_files(read_draft(draft), course=draft.course)
    course = sources.course(draft.course)
    for module in (*course.modules, *course.translations) if course else ():
        if module.file.path == path:
            return module
    raise NotThere
