"""Publishing course files."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lms.audit import api as audit
from lms.catalogue.source.problems import Problem, has_errors
from lms.kernel.actor import Actor
from lms.kernel.config import current_settings
from lms.kernel.memory import gc_paused

if TYPE_CHECKING:
    from lms.catalogue.source.plan import ChangeCounts

CACHE = "parsed-course-files"
"""The file in the instance folder with what parsing found, for the next publication."""


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
    from lms.catalogue.source.apply import apply  # noqa: PLC0415 - only commands publish
    from lms.catalogue.source.checks.run import check_folders  # noqa: PLC0415 - only commands publish
    from lms.catalogue.source.parsing.cache import ParseCache  # noqa: PLC0415 - only commands publish
    from lms.catalogue.source.target_state import target_state  # noqa: PLC0415 - only commands publish

    # Next to nothing is thrown away, and looking for it takes as long as a changed module.
    with gc_paused():
        cache = ParseCache(current_settings().instance / CACHE)
        sources, problems = check_folders(modules, quizzes, cache)
        if has_errors(problems):
            return PublicationResult(tuple(problems), {}, None)
        cache.save()
        plan, publication = apply(target_state(sources), actor)
    if publication is not None:
        audit.record(actor, "catalogue.published", "publication", publication.id, counts=plan.counts)
    found = tuple(sorted([*problems, *plan.refusals]))
    return PublicationResult(found, plan.counts, publication.id if publication else None)
