"""How far the jobs are that update the statuses of many people, and whether they failed."""

from collections.abc import Collection
from dataclasses import dataclass

from lms.compliance.projection.counts.snapshots import list_unfinished
from lms.kernel.outbox import Failure, list_failures

JOB = "compliance.project"
"""The kind of these jobs in the outbox."""


@dataclass(frozen=True, slots=True)
class UpdateProgress:
    """How many of how many people are done; `failure` is that of a job that has not moved since it failed."""

    done: int
    total: int
    failure: Failure | None = None


def read_progress(organisations: Collection[int] | None) -> UpdateProgress | None:
    """Returns how far the work under way is that touches some organisations (None: any); None where there is none."""
    works = list_unfinished(organisations)
    if not works:
        return None
    failures = list_failures(outbox_key(work.id) for work in works)
    # One that is being tried again and has done a batch since has not failed any more.
    unresolved = (
        failure
        for work in works
        if (failure := failures.get(outbox_key(work.id))) and failure.tried_at >= work.moved_at
    )
    # The worst first: what nobody tries again.
    worst = min(unresolved, key=lambda each: (each.retry_at is not None, each.tried_at), default=None)
    return UpdateProgress(sum(work.done for work in works), sum(work.total for work in works), worst)


def outbox_key(projection_id: int) -> str:
    """Returns the key of a job in the outbox."""
    return f"{JOB}:{projection_id}"
