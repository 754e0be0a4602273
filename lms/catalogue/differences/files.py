"""What changes in each course file: texts by paragraph, course.yml and front matter by field, banks by question."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lms.catalogue.differences.rules import ChangeKind, TextChange, compare_fields, compare_texts
from lms.catalogue.operations import check_files

if TYPE_CHECKING:
    from lms.catalogue.source.parsing.parsed import ParsedBank, ParsedSources

_FRONT_MATTER = re.compile(r"\A\ufeff?---\r?\n.*?\n---[ \t]*\r?\n", re.DOTALL)

MOST_CHANGES = 300
"""How many changes of one file are shown."""


@dataclass(frozen=True, slots=True)
class FileDifference:
    """What changes in a file; ``before`` and ``after`` are its sizes in bytes, None where it is not there.

    ``more`` is how many further changes are not shown. A picture has no changes, only sizes.
    """

    path: str
    kind: ChangeKind
    changes: tuple[TextChange, ...]
    more: int
    before: int | None
    after: int | None


def list_differences(before: Mapping[str, bytes], after: Mapping[str, bytes], course: str = "") -> list[FileDifference]:
    """Returns what changes between two versions of all course files, by path; faster where the course is named."""
    paths = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    if not paths:
        return []
    documents = [_documents(check_files(files, course)[0], {*paths}) for files in (before, after)]
    return [_difference(path, before.get(path), after.get(path), documents) for path in paths]


def _difference(
    path: str, before: bytes | None, after: bytes | None, documents: Sequence[Mapping[str, Any]]
) -> FileDifference:
    old, new = (each.get(path) for each in documents)
    changes: list[TextChange] = []
    texts = ["" if data is None else data.decode(errors="replace") for data in (before, after)]
    if path.endswith(".md"):
        changes = compare_fields(old or {}, new or {})
        changes += compare_texts(*(_FRONT_MATTER.sub("", text, count=1) for text in texts))
    elif path.endswith(".yml"):
        known = (before is None or old is not None) and (after is None or new is not None)
        changes = compare_fields(old or {}, new or {}) if known else compare_texts(*texts)
    kind = ChangeKind.CHANGED
    if before is None or after is None:
        kind = ChangeKind.ADDED if before is None else ChangeKind.REMOVED
    shown = tuple(changes[:MOST_CHANGES])
    sizes = [None if data is None else len(data) for data in (before, after)]
    return FileDifference(path, kind, shown, len(changes) - len(shown), *sizes)


def _documents(sources: "ParsedSources", paths: set[str]) -> dict[str, Any]:
    """Returns what the files with fields say, by path; those that are not valid are left out."""
    found: dict[str, Any] = {}
    for course in sources.courses:
        if course.manifest and course.course_path in paths:
            found[course.course_path] = course.manifest.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        for module in (*course.modules, *course.translations):
            front = module.front or module.translated
            if front and module.file.path in paths:
                found[module.file.path] = front.model_dump(mode="json", exclude_defaults=True)
        for bank in (course.bank, *course.bank_translations):
            if bank and bank.file.path in paths and (bank.is_whole or bank.translated):
                found[bank.file.path] = dict(_questions(bank))
    return found


def _questions(bank: "ParsedBank") -> Iterator[tuple[str, Any]]:
    """Yields the questions of a bank by id."""
    listed = bank.translated.questions if bank.translated else bank.questions.values()
    for question in listed:
        yield question.id, question.model_dump(mode="json", exclude_defaults=True, exclude={"id"})
