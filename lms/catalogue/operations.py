"""Publishing course files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lms.audit import api as audit
from lms.catalogue.queries.courses import BankQuestion
from lms.catalogue.queries.files import FileChange
from lms.catalogue.source.problems import Problem, has_errors
from lms.kernel.actor import Actor
from lms.kernel.caching import Cache, application_cache
from lms.kernel.config import current_settings
from lms.kernel.db import lock_key
from lms.kernel.memory import gc_paused

if TYPE_CHECKING:
    from yaml.nodes import Node

    from lms.catalogue.source.parsing.parsed import ParsedSources
    from lms.catalogue.source.plan import ChangeCounts
    from lms.catalogue.source.read import SourceFolders
    from lms.catalogue.source.schemas.banks import AnyQuestion

CACHE = "parsed-course-files"
"""The file in the instance folder with what parsing found, for the next publication."""

LOCK = 0x45_53_43_41
"""The key of the advisory lock: two publications at the same time run one after the other."""

TEXTS_CACHED = 2_000
"""How many texts that were checked by pages are cached in a process, at one to three kB each."""


@dataclass(frozen=True, slots=True)
class PublicationResult:
    """What publishing did: all problems, numbers by kind and change, and the publication's id.

    With an error among the problems nothing was written; the id is None then, and where nothing changed.
    Of the folders: ``newer`` are changes made on pages that go on, because the folders do not have them; ``conflicts``
    those of files that were changed in the folders too; ``withheld`` the courses whose files in the folders were not
    published for this reason, by slug, and files that courses share by path.
    """

    problems: tuple[Problem, ...]
    counts: "ChangeCounts"
    publication_id: int | None
    newer: tuple[FileChange, ...] = ()
    conflicts: tuple[FileChange, ...] = ()
    withheld: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Says whether an error stopped it, or files that were changed on pages and in the folders."""
        return not self.withheld and (has_errors(self.problems) or bool(self.conflicts))


def publish_files(files: Mapping[str, bytes], actor: Actor, reason: str) -> PublicationResult:
    """Publishes files of the authors' pages, all of them by path, as those of the folders."""
    from lms.catalogue.source.read import sort_files  # noqa: PLC0415 - only publishing reads files

    return publish_sources(sort_files(files), actor, origin="pages", reason=reason)


def lock_publishing() -> None:
    """Waits until no other transaction publishes, and keeps them waiting: what is read from now on stays published."""
    lock_key(LOCK)


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


def drafted_question(question: "AnyQuestion", language: str) -> BankQuestion:
    """Returns a question of a file as it would be published; its ids are 0."""
    from lms.catalogue.source.schemas.banks import stored_body  # noqa: PLC0415 - only authors try questions

    return BankQuestion(
        question_id=0,
        question_revision_id=0,
        slug=question.id,
        language=language,
        kind=question.type,
        objective=question.objective,
        red_line=question.red_line,
        sectors=tuple(question.sectors),
        body=stored_body(question),
    )


def find_edition_problems(files: Mapping[str, bytes]) -> list[Problem]:
    """Returns why files without errors may not follow what is published: their meaning changes within an edition."""
    from lms.catalogue.source.apply import read_published_state  # noqa: PLC0415 - only authors ask before
    from lms.catalogue.source.plan import make_plan  # noqa: PLC0415 - only authors ask before
    from lms.catalogue.source.target_state import target_state  # noqa: PLC0415 - only authors ask before

    sources, problems = check_files(files)
    if has_errors(problems):
        return []
    target = target_state(sources)
    return list(make_plan(target, read_published_state(target)).refusals)


def compose_yaml(text: str) -> "Node | None":
    """Returns the tree of a YAML text as course files are parsed. Raises ``ValueError`` where it is none."""
    from yaml.error import YAMLError  # noqa: PLC0415 - only authors read single files

    from lms.catalogue.source.parsing.yaml_document import compose  # noqa: PLC0415 - only authors read single files

    try:
        return compose(text)
    except (YAMLError, RecursionError) as fault:
        raise ValueError from fault


def publish_sources(
    folders: "SourceFolders", actor: Actor, *, origin: str = "files", reason: str = "", place: str = "modules"
) -> PublicationResult:
    """Publishes files as a whole, or nothing where any has an error; ``place`` names their folder in messages.

    Runs in the caller's transaction. Publishing the same files again changes nothing and writes no row.
    """
    from lms.catalogue.source.apply import apply  # noqa: PLC0415 - only publishing parses
    from lms.catalogue.source.checks.run import check_sources  # noqa: PLC0415 - only publishing parses
    from lms.catalogue.source.parsing.cache import ParseCache  # noqa: PLC0415 - only publishing parses
    from lms.catalogue.source.target_state import target_state  # noqa: PLC0415 - only publishing parses

    lock_publishing()
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
