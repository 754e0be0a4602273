"""Publishing course files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lms.audit import api as audit
from lms.catalogue.source.problems import Problem, has_errors
from lms.kernel.actor import Actor
from lms.kernel.caching import Cache, application_cache
from lms.kernel.config import current_settings
from lms.kernel.memory import gc_paused

if TYPE_CHECKING:
    from yaml.nodes import Node

    from lms.catalogue.source.parsing.sources import ParsedSources
    from lms.catalogue.source.plan import ChangeCounts
    from lms.catalogue.source.read import SourceFolders

CACHE = "parsed-course-files"
"""The file in the instance folder with what parsing found, for the next publication."""

TEXTS_CACHED = 2_000
"""How many texts that were checked by pages are cached in a process, at one to three kB each."""


@dataclass(frozen=True, slots=True)
class PublicationResult:
    """What publishing did: all problems, numbers by kind and change, and the publication's id.

    With an error among the problems nothing was written; the id is None then, and where nothing changed.
    """

    problems: tuple[Problem, ...]
    counts: "ChangeCounts"
    publication_id: int | None

    @property
    def refused(self) -> bool:
        """Says whether an error stopped it."""
        return has_errors(self.problems)


def publish(modules: Path, quizzes: Path, actor: Actor) -> PublicationResult:
    """Publishes both folders as a whole, or nothing where any file has an error.

    Runs in the caller's transaction. Publishing the same files again changes nothing and writes no row.
    """
    # Pages do without what reads Markdown and YAML, a tenth of the start.
    from lms.catalogue.source.read import read_folders  # noqa: PLC0415 - only publishing reads files

    return _publish(read_folders(modules, quizzes), actor, place=str(modules))


def publish_files(files: Mapping[str, bytes], actor: Actor, reason: str) -> PublicationResult:
    """Publishes files of the authors' pages, all of them by path, as ``publish`` does those of the folders."""
    from lms.catalogue.source.read import sort_files  # noqa: PLC0415 - only publishing reads files

    return _publish(sort_files(files), actor, origin="pages", reason=reason)


def check_files(files: Mapping[str, bytes], course: str = "") -> tuple["ParsedSources", list[Problem]]:
    """Parses and checks files that are being written, all of them by path; returns every problem, errors first.

    Of the courses, only the one that is named is checked, where one is; all are parsed, as they refer to each other.
    What was found in the same texts before is cached.
    """
    from lms.catalogue.source.checks.run import check_sources  # noqa: PLC0415 - only authors check
    from lms.catalogue.source.parsing.cache import ProcessParseCache  # noqa: PLC0415 - only authors check
    from lms.catalogue.source.read import sort_files  # noqa: PLC0415 - only authors check

    cache = application_cache("catalogue.parsing", 1).get_or_load(
        "texts", lambda: ProcessParseCache(current_settings().instance / CACHE, Cache(TEXTS_CACHED))
    )
    with gc_paused():
        return check_sources(sort_files(files), cache, course=course)


def compose_yaml(text: str) -> "Node | None":
    """Returns the tree of a YAML text as course files are parsed; see ``parsing.yaml_document.compose``."""
    from lms.catalogue.source.parsing.yaml_document import compose  # noqa: PLC0415 - only authors read single files

    return compose(text)


def _publish(
    folders: "SourceFolders", actor: Actor, *, origin: str = "files", reason: str = "", place: str = "modules"
) -> PublicationResult:
    from lms.catalogue.source.apply import apply  # noqa: PLC0415 - only publishing parses
    from lms.catalogue.source.checks.run import check_sources  # noqa: PLC0415 - only publishing parses
    from lms.catalogue.source.parsing.cache import ParseCache  # noqa: PLC0415 - only publishing parses
    from lms.catalogue.source.target_state import target_state  # noqa: PLC0415 - only publishing parses

    # Next to nothing is thrown away, and looking for it takes as long as a changed module.
    with gc_paused():
        cache = ParseCache(current_settings().instance / CACHE)
        sources, problems = check_sources(folders, cache, place)
        if has_errors(problems):
            return PublicationResult(tuple(problems), {}, None)
        cache.save()
        plan, publication = apply(target_state(sources), folders.files, actor, origin=origin, reason=reason)
    if publication is not None:
        audit.record(actor, "catalogue.published", "publication", publication.id, reason=reason, counts=plan.counts)
    found = tuple(sorted([*problems, *plan.refusals]))
    return PublicationResult(found, plan.counts, publication.id if publication else None)
