"""The worker's part of git: after each publication or push, and every five minutes."""

import secrets
from contextlib import closing
from typing import Any

import structlog

from lms.kernel import outbox
from lms.kernel.config import current_settings
from lms.kernel.db import reading, unit_of_work
from lms.kernel.installation import find_value, remove_value, store_value
from lms.kernel.job_locks import alone
from lms.kernel.worker import PeriodicJob

JOB = "authoring.git"
PROBLEM = "git_problem"
"""The kind of error because of which git was not reached the last time."""
log = structlog.get_logger(__name__)


def put_synchronisation(publication_id: int) -> None:
    """Has git follow a publication once it is committed; nothing where no repository is set."""
    if current_settings().git_repository:
        outbox.put(JOB, f"git:{publication_id}", {})


def put_look() -> None:
    """Has the worker look at git at once, since somebody has pushed there."""
    outbox.put(JOB, f"git:pushed:{secrets.token_hex(8)}", {})


@outbox.handler(JOB)
def synchronise_again(_payload: dict[str, Any]) -> None:
    """Synchronises after a publication or a push; where git is away the row waits."""
    if not synchronise():
        raise outbox.RetryLater


def synchronise() -> bool:
    """Brings in what git has changed and commits what was published; returns whether git could be reached."""
    settings = current_settings()
    if not settings.git_repository:
        return True
    # Only installations with a repository need what reads it.
    from lms.authoring.git.operations import bring_in, commit_publications, resolve_push  # noqa: PLC0415 - see above
    from lms.authoring.git.repository import GitAway, GitRepository  # noqa: PLC0415 - see above

    with alone(JOB) as mine:
        if not mine:
            return False
        try:
            copy = settings.instance / "course-files.git"
            with closing(GitRepository(copy, settings.git_repository, settings.git_branch)) as repository:
                head = repository.fetch()
                resolve_push(repository, head)
                shared = bring_in(repository, head)
                commit_publications(repository, head)
        # The latter where the disk of the copy is full.
        except (GitAway, OSError) as error:
            reason = str(error) if isinstance(error, GitAway) and str(error) else type(error).__name__
            log.warning("git away", error=reason)
            with unit_of_work():
                store_value(PROBLEM, reason)
            return False
        if shared:
            log.warning("git has changed files of all courses, which pages do not publish", files=shared)
        with reading():
            was_away = find_value(PROBLEM) is not None
        if was_away:
            with unit_of_work():
                remove_value(PROBLEM)
    return True


JOBS = (PeriodicJob("authoring.git", synchronise, minute="*/5"),)
