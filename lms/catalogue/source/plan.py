"""The plan: a pure diff between the target state and what is published."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lms.catalogue.source.problems import Problem, error
from lms.catalogue.source.target_state import TargetCourse, TargetSharedContent, TargetState
from lms.kernel.i18n import gettext as _

ChangeCounts = dict[str, dict[str, int]]
"""Numbers by kind and change: ``{"module": {"created": 6, …}, …}``."""

KINDS = ("sector", "shared file", "course", "module", "question", "picture", "recording")
"""What is counted."""


class ChangeType(StrEnum):
    """What happens to a course, a module, a question, a picture, a recording, a shared file or a sector."""

    CREATED = "created"
    REVISED = "revised"
    RETIRED = "retired"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PublishedCourseState:
    """A course as it is published now; ``digests`` are those of its parts, as in TargetCourse.

    Its edition has fixed rules, modules, and ``keys``: each question's marking key in any revision of the edition.
    Questions that were corrected after use may follow: ``corrected`` has the keys they may have, None for any.
    """

    digest: str
    retired: bool
    edition: int
    rules: dict[str, Any]
    modules: tuple[str, ...]
    keys: dict[str, str]
    digests: dict[str, dict[Any, str]]
    corrected: dict[str, frozenset[str] | None] = field(default_factory=dict)

    def allows(self, slug: str, key: str) -> bool:
        """Says whether a question may have a marking key within the edition."""
        corrected = self.corrected.get(slug, frozenset())
        return self.keys.get(slug, key) == key or corrected is None or key in corrected


@dataclass(frozen=True, slots=True)
class PublishedState:
    """Everything that is published now; ``shared`` has the digests of shared files by name."""

    courses: dict[str, PublishedCourseState] = field(default_factory=dict)
    sectors: tuple[dict[str, Any], ...] = ()
    shared: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PublicationPlan:
    """What to write (created or revised), which courses to retire by slug, numbers, and why it may not be done."""

    courses: tuple[TargetCourse, ...]
    retired: tuple[str, ...]
    sectors: tuple[dict[str, Any], ...]
    shared: tuple[TargetSharedContent, ...]
    counts: ChangeCounts
    refusals: tuple[Problem, ...]

    @property
    def is_empty(self) -> bool:
        """Says whether there is nothing to do."""
        return not any(
            changes[change] for changes in self.counts.values() for change in changes.keys() - {ChangeType.UNCHANGED}
        )


def make_plan(target: TargetState, published: PublishedState) -> PublicationPlan:
    """Returns what turns the published state into the target state, or why that is refused."""
    counts: dict[str, Counter[ChangeType]] = {kind: Counter() for kind in KINDS}
    refusals: list[Problem] = []
    changed, retired = [], []
    for course in target.courses:
        state = published.courses.get(course.slug)
        if state is not None and state.digest != course.digest:
            refusals += edition_problems(course, state)
        change = _change((state.digest, state.retired) if state else None, (course.digest, False))
        if change is not ChangeType.UNCHANGED:
            changed.append(course)
        counts["course"][change] += 1
        for kind, digests in course.digests.items():
            counts[kind].update(_part_changes(state.digests[kind] if state else {}, digests))
    slugs = {course.slug for course in target.courses}
    for slug, state in published.courses.items():
        if slug not in slugs and not state.retired:
            retired.append(slug)
            counts["course"][ChangeType.RETIRED] += 1
            for kind, digests in state.digests.items():
                counts[kind].update(_part_changes(digests, {}))
    sectors = _sectors(target, published, counts["sector"], refusals)
    shared = _shared(target, published, counts["shared file"])
    numbers = {kind: {str(change): found[change] for change in ChangeType} for kind, found in counts.items()}
    return PublicationPlan(tuple(changed), tuple(retired), sectors, shared, numbers, tuple(refusals))


def edition_problems(course: TargetCourse, state: PublishedCourseState) -> list[Problem]:
    """Returns why a course may not follow what is published: within an edition the meaning is fixed."""
    if course.edition > state.edition:
        return []
    if course.edition < state.edition:
        message = _("edition %(number)s is published already", number=state.edition)
        return [error(course.path, course.edition_line, message, _("an edition is never lowered"))]
    modules = set(course.module_slugs) ^ set(state.modules)
    rules = [name for name, value in course.rules.items() if state.rules.get(name) != value]
    keys = [slug for slug, key in course.keys.items() if not state.allows(slug, key)]
    messages = []
    if modules:
        messages.append(_("the list of modules changes (%(names)s)", names=", ".join(sorted(modules))))
    if rules:
        messages.append(_("the passing rules change (%(names)s)", names=", ".join(sorted(rules))))
    if keys:
        messages.append(_("the right answers change (%(names)s)", names=", ".join(sorted(keys))))
    remedy = _("raise the edition to %(number)s", number=state.edition + 1)
    return [error(course.path, course.edition_line, message, remedy) for message in messages]


def _change(published: object, target: object) -> ChangeType:
    """Returns what happens to something, from its digest or row as it is published (None: not at all) and should be."""
    if published is None:
        return ChangeType.CREATED
    return ChangeType.UNCHANGED if published == target else ChangeType.REVISED


def _part_changes(published: Mapping[Any, str], target: Mapping[Any, str]) -> Counter[ChangeType]:
    counts = Counter(_change(published.get(key), digest) for key, digest in target.items())
    counts[ChangeType.RETIRED] = len(published.keys() - target.keys())
    return counts


def _shared(
    target: TargetState, published: PublishedState, counts: Counter[ChangeType]
) -> tuple[TargetSharedContent, ...]:
    """Returns the shared files to write; an empty one that was never published is not written."""
    changed = []
    for content in target.shared:
        known = published.shared.get(content.name)
        if known is None and not content.body:
            continue
        change = _change(known, content.digest)
        counts[change if content.body or change is ChangeType.UNCHANGED else ChangeType.RETIRED] += 1
        if change is not ChangeType.UNCHANGED:
            changed.append(content)
    return tuple(changed)


def _sectors(
    target: TargetState, published: PublishedState, counts: Counter[ChangeType], refusals: list[Problem]
) -> tuple[dict[str, Any], ...]:
    """Returns the sectors to write. A sector is never removed, because placements and awards refer to it."""
    remaining = {row["slug"]: row for row in published.sectors}
    changed = []
    for row in target.sectors:
        change = _change(remaining.pop(row["slug"], None), row)
        counts[change] += 1
        if change is not ChangeType.UNCHANGED:
            changed.append(row)
    for slug in remaining:
        message = _("the sector “%(sector)s” is in use and cannot be removed", sector=slug)
        refusals.append(error("modules/sectors.yml", 1, message))
    return tuple(changed)
