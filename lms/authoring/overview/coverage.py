"""How many questions ask about each objective and sector, and which module is hardest to read."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.authoring.overview.reading import measure
from lms.catalogue.api import BankQuestion, PublishedCourse, bank, module_segments
from lms.kernel.caching import cached

_BLOCK_END = re.compile(r"</(?:p|li|h[1-6]|t[dh]|blockquote|figcaption)>")


@dataclass(frozen=True, slots=True)
class CoveredObjective:
    """An objective: how many questions ask about it, and how many of them are red lines."""

    text: str
    questions: int
    red_lines: int


@dataclass(frozen=True, slots=True)
class CourseCoverage:
    """What a course covers; ``grade`` is the years of school for its hardest module, None if not English.

    ``sectors`` are the questions written for each sector by slug, ``for_all`` those for every sector.
    """

    objectives: tuple[CoveredObjective, ...]
    sectors: Mapping[str, int]
    for_all: int
    grade: float | None
    hardest: str


def describe_coverage(course: PublishedCourse) -> CourseCoverage:
    """Returns what a published course covers; it never changes, so it is cached."""
    return cached(("authoring.coverage", course.revision_id, course.title), lambda: _describe(course))


def _describe(course: PublishedCourse) -> CourseCoverage:
    measured = [
        (found.grade, module.title)
        for module in course.modules
        if module.language == "en" and (found := measure(list_texts(module_segments(module.module_revision_id))))
    ]
    grade, hardest = max(measured, default=(None, ""))
    return count_coverage(course.meta.get("objectives", ()), bank(course.revision_id), grade, hardest)


def count_coverage(
    objectives: Sequence[Mapping[str, str]], questions: Sequence[BankQuestion], grade: float | None, hardest: str
) -> CourseCoverage:
    """Counts a bank's questions by objective and by sector."""
    numbers = Counter(question.objective for question in questions)
    red_lines = Counter(question.objective for question in questions if question.red_line)
    return CourseCoverage(
        tuple(CoveredObjective(each["text"], numbers[each["id"]], red_lines[each["id"]]) for each in objectives),
        Counter(sector for question in questions for sector in question.sectors),
        sum(not question.sectors for question in questions),
        grade,
        hardest,
    )


def list_texts(value: Any, key: str = "html") -> Iterator[str]:
    """Yields the paragraphs of a module's segments as plain text, those of every sector."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in {"kind", "id", "address", "quality"}:
                yield from list_texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from list_texts(inner, key)
    elif isinstance(value, str):
        from lms.kernel.markup import plain_text  # noqa: PLC0415 - it loads what reads Markdown, which other pages need not

        yield from filter(None, map(plain_text, _BLOCK_END.split(value)))
