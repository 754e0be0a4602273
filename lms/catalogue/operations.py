"""The verbs of the catalogue."""

from dataclasses import dataclass
from pathlib import Path

from lms.audit import operations as audit
from lms.catalogue.source.checks import check_folders
from lms.catalogue.source.desired import desired_of
from lms.catalogue.source.plan import Counts
from lms.catalogue.source.problems import Problem, has_errors
from lms.catalogue.source.sync import synchronise
from lms.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class PublicationResult:
    """What came of publishing: all problems, numbers by kind and outcome, and whether anything was written.

    With an error among the problems nothing was written, whatever the other files say.
    """

    problems: tuple[Problem, ...]
    counts: Counts
    publication_id: int | None

    @property
    def refused(self) -> bool:
        """Says whether an error stopped it."""
        return has_errors(self.problems)


def publish(modules: Path, quizzes: Path, actor: Actor) -> PublicationResult:
    """Publishes both folders whole, or not at all where any file has an error.

    Runs in the caller's transaction. Publishing the same files again changes nothing and leaves no row.
    """
    catalogue, problems = check_folders(modules, quizzes)
    if has_errors(problems):
        return PublicationResult(tuple(problems), {}, None)
    plan, publication = synchronise(desired_of(catalogue), actor.account_id or None)
    if publication is not None:
        audit.record(actor, "catalogue.published", "publication", publication.id, counts=plan.counts)
    found = tuple(sorted([*problems, *plan.refusals]))
    return PublicationResult(found, plan.counts, publication.id if publication else None)
