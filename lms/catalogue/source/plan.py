"""A pure diff between what the files ask for and what is published."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lms.catalogue.source.desired import Desired, DesiredCourse, DesiredSheet
from lms.catalogue.source.problems import Problem, error

Counts = dict[str, dict[str, int]]
"""Numbers by kind and outcome: ``{"module": {"created": 6, …}, …}``."""


KINDS = ("sector", "sheet", "course", "module", "question", "picture")
"""What is counted."""


class Outcome(StrEnum):
    """What becomes of a course, a module, a question or a sector."""

    CREATED = "created"
    REVISED = "revised"
    RETIRED = "retired"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PublishedRules:
    """What the edition that is published now has fixed: rules, modules, and each question's marking key."""

    number: int
    rules: dict[str, Any]
    modules: tuple[str, ...]
    # Every key that any revision of the edition ever had, by question.
    keys: dict[str, str]


@dataclass(frozen=True, slots=True)
class PublishedState:
    """A course as it is published now: digests by (slug, language), and the slugs that ever were."""

    slug: str
    digest: str
    retired: bool
    edition: PublishedRules
    modules: dict[tuple[str, str], str] = field(default_factory=dict)
    questions: dict[tuple[str, str], str] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Existing:
    """Everything that is published now."""

    courses: dict[str, PublishedState] = field(default_factory=dict)
    sectors: tuple[dict[str, Any], ...] = ()
    # Digests of the shared files by name.
    sheets: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """What is to be done about one course; ``desired`` is missing where it is retired."""

    slug: str
    outcome: Outcome
    desired: DesiredCourse | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, counted, and why it may not be done."""

    courses: tuple[CoursePlan, ...]
    sectors: tuple[dict[str, Any], ...]
    sheets: tuple[DesiredSheet, ...]
    counts: Counts
    refusals: tuple[Problem, ...]

    @property
    def is_empty(self) -> bool:
        """Says whether nothing is to be done."""
        return all(
            number == 0
            for outcomes in self.counts.values()
            for outcome, number in outcomes.items()
            if outcome != Outcome.UNCHANGED
        )


def make_plan(desired: Desired, existing: Existing) -> Plan:
    """Returns what turns the published catalogue into the desired one, or why that is refused."""
    tally: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    refusals: list[Problem] = []
    courses = []
    for course in desired.courses:
        state = existing.courses.get(course.slug)
        if state is not None:
            refusals += refuse(course, state)
        outcome = _outcome(course, state)
        courses.append(CoursePlan(course.slug, outcome, course))
        tally["course"][outcome] += 1
        _tally_parts(course, state, tally)
    wanted = {course.slug for course in desired.courses}
    for slug, state in existing.courses.items():
        if slug not in wanted and not state.retired:
            courses.append(CoursePlan(slug, Outcome.RETIRED))
            tally["course"][Outcome.RETIRED] += 1
            tally["module"][Outcome.RETIRED] += len(state.modules)
            tally["question"][Outcome.RETIRED] += len(state.questions)
            tally["picture"][Outcome.RETIRED] += len(state.pictures)
    sectors = _sectors(desired, existing, tally["sector"], refusals)
    sheets = _sheets(desired, existing, tally["sheet"])
    counts = {kind: {str(word): outcomes[word] for word in Outcome} for kind, outcomes in tally.items()}
    return Plan(tuple(courses), sectors, sheets, counts, tuple(refusals))


def refuse(course: DesiredCourse, state: PublishedState) -> list[Problem]:
    """Returns why a course may not follow what is published: within an edition the meaning is fixed."""
    edition = state.edition
    if course.edition > edition.number:
        return []
    if course.edition < edition.number:
        sentence = f"edition {edition.number} is published already; an edition is never lowered"
        return [error(course.path, course.edition_line, sentence)]
    changes = []
    if set(course.module_slugs) != set(edition.modules):
        changed = sorted(set(course.module_slugs) ^ set(edition.modules))
        changes.append(f"the list of modules changes ({', '.join(changed)})")
    rules = [name for name, value in course.rules.items() if edition.rules.get(name) != value]
    if rules:
        changes.append(f"the passing rules change ({', '.join(sorted(rules))})")
    keys = [slug for slug, key in course.keys.items() if edition.keys.get(slug, key) != key]
    if keys:
        changes.append(f"the right answers change ({', '.join(sorted(keys))})")
    return [
        error(course.path, course.edition_line, f"{change}: raise the edition to {edition.number + 1}")
        for change in changes
    ]


def _outcome(course: DesiredCourse, state: PublishedState | None) -> Outcome:
    if state is None:
        return Outcome.CREATED
    same = state.digest == course.digest and not state.retired
    return Outcome.UNCHANGED if same else Outcome.REVISED


def _tally_parts(course: DesiredCourse, state: PublishedState | None, tally: dict[str, Counter[str]]) -> None:
    """Counts what becomes of a course's modules and questions, each language by itself."""
    parts: dict[str, tuple[dict[Any, str], str]] = {
        "module": ({(part.slug, part.language): part.digest for part in course.modules}, "modules"),
        "question": ({(part.slug, part.language): part.digest for part in course.questions}, "questions"),
        "picture": ({part.name: part.digest for part in course.pictures}, "pictures"),
    }
    for kind, (wanted, attribute) in parts.items():
        there: dict[Any, str] = getattr(state, attribute) if state else {}
        for place, digest in wanted.items():
            if place not in there:
                tally[kind][Outcome.CREATED] += 1
            else:
                tally[kind][Outcome.UNCHANGED if there[place] == digest else Outcome.REVISED] += 1
        tally[kind][Outcome.RETIRED] += len(there.keys() - wanted.keys())


def _sheets(desired: Desired, existing: Existing, tally: Counter[str]) -> tuple[DesiredSheet, ...]:
    """Returns the shared files to write; one that was never there and is empty is not written."""
    changed = []
    for sheet in desired.sheets:
        known = existing.sheets.get(sheet.name)
        if known is None and not sheet.body:
            continue
        if known == sheet.digest:
            tally[Outcome.UNCHANGED] += 1
            continue
        changed.append(sheet)
        tally[Outcome.CREATED if known is None else Outcome.REVISED if sheet.body else Outcome.RETIRED] += 1
    return tuple(changed)


def _sectors(
    desired: Desired, existing: Existing, tally: Counter[str], refusals: list[Problem]
) -> tuple[dict[str, Any], ...]:
    """Returns the sectors to write. A sector is never removed, because placements and facts name it."""
    there = {row["slug"]: row for row in existing.sectors}
    changed = []
    for row in desired.sectors:
        known = there.pop(row["slug"], None)
        outcome = Outcome.CREATED if known is None else Outcome.UNCHANGED if known == row else Outcome.REVISED
        tally[outcome] += 1
        if outcome is not Outcome.UNCHANGED:
            changed.append(row)
    for slug in there:
        refusals.append(
            error("modules/sectors.yml", 1, f"the sector “{slug}” is in use and cannot be removed")
        )
    return tuple(changed)
