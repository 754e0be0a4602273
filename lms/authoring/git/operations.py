"""Brings changes of a git repository in as drafts, and commits what was published."""

from collections.abc import Mapping
from datetime import datetime

from lms.accounts.api import load_account_names
from lms.authoring.drafts.operations import begin_draft, save_file
from lms.authoring.drafts.rules import is_file_of_course, is_text
from lms.authoring.git import queries
from lms.authoring.git.repository import GitRepository, file_id
from lms.authoring.git.rules import changes_to_bring_in, course_of, merge_files, paths_to_commit
from lms.catalogue.api import is_course_file, read_contents, read_published_files, store_contents
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.config import current_settings
from lms.kernel.db import reading, unit_of_work
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _
from lms.kernel.installation import find_value, remove_value, store_value

SEEN, COMMITTED = "git_seen", "git_committed"
"""The commit up to which git's changes were brought in, and the publication up to which ours were committed."""
PUSHING = "git_pushing"
"""A commit that is being pushed and the last publication in it: killed then, nobody knows whether it arrived."""


def resolve_push(repository: GitRepository, head: str | None) -> None:
    """Finds out whether a push that was interrupted arrived, so that nothing in it is brought in or committed again."""
    pushing = _stored(PUSHING)
    if pushing is None:
        return
    commit, publication = pushing.split()
    with unit_of_work():
        if head is not None and repository.has_ancestor(head, commit):
            store_value(SEEN, commit)
            store_value(COMMITTED, publication)
        remove_value(PUSHING)


def bring_in(repository: GitRepository, head: str | None) -> list[str]:
    """Makes a draft for each course that git has changed since it was last seen; returns what belongs to no course.

    One transaction; a second time it finds nothing to do, and keeps nobody else from writing.
    """
    seen = _stored(SEEN)
    if head is None or seen == head:
        return []
    with unit_of_work():
        published, waiting = read_published_files(), queries.list_waiting_paths()
        ours = {path: file_id(data) for path, data in published.items()}
        theirs = _course_files(repository, head)
        before = _course_files(repository, seen)
        changes = changes_to_bring_in(before, theirs, ours)
        by_course: dict[str, dict[str, bytes | None]] = {}
        shared = []
        for path, found in changes.items():
            course = course_of(path)
            if course is None or not is_file_of_course(path, course):
                shared.append(path)
                continue
            by_course.setdefault(course, {})[path] = repository.read_file(found) if found else None
        title = _("From git: %(message)s", message=repository.message_of(head).partition("\n")[0])[:200]
        for course, files in by_course.items():
            if not queries.has_draft(course, head):
                draft = begin_draft(SYSTEM, course, title)
                draft.git_commit = head
                for path, data in files.items():
                    # What waits in another draft from git was never here: it would look as if we had removed it.
                    began_with = before.get(path) if path not in waiting else None
                    merged, base = _merged(repository, path, began_with, data, published.get(path))
                    try:
                        save_file(SYSTEM, course, draft.id, path, merged, version=0, base=base)
                    except Invalid:
                        # Too large for a course.
                        shared.append(path)
        store_value(SEEN, head)
    return shared


def _merged(
    repository: GitRepository, path: str, base_id: str | None, data: bytes | None, ours: bytes | None
) -> tuple[bytes | None, str | None]:
    """Returns git's bytes of a file, together with what was published meanwhile where both are texts.

    Where both changed the same, git's alone, with the SHA-256 of what both began with: an author decides, as between
    two drafts.
    """
    if not is_text(path) or base_id is None or data is None or ours is None:
        return data, None
    base = repository.read_file(base_id)
    merged = merge_files(base, data, ours)
    return (merged, None) if merged is not None else (data, store_contents([base])[0])


def commit_publications(repository: GitRepository, head: str | None) -> None:
    """Commits each publication since the last one in its author's name, then whatever else differs, and pushes.

    Files that wait in a draft from git are left as git has them until that draft is closed. Killed at any point, the
    next time finds what is missing.
    """
    with reading():
        committed = find_value(COMMITTED)
        publications = queries.list_publications_after(int(committed.value) if committed else 0)
        waiting = queries.list_waiting_paths()
        ours = read_published_files()
        names = load_account_names([each.recorded_by for each in publications if each.recorded_by])
        steps = [
            (names.get(each.recorded_by or 0), each.reason, each.recorded_at, queries.list_changes_of(each.id))
            for each in publications
            # What a first synchronisation commits is in the last step.
            if committed is not None
        ]
        contents = read_contents({digest for step in steps for digest in step[3].values() if digest})
    new = head
    for name, reason, at, changed in steps:
        files = {path: contents[digest] if digest else None for path, digest in changed.items()}
        new = _commit(repository, new, files, waiting, author=name, message=reason, at=at)
    theirs = _course_files(repository, new)
    every = {
        path: data
        for path, data in (dict.fromkeys(theirs) | ours).items()
        # Git's own changes of files that all courses share are published by a command, not undone.
        if course_of(path) or path not in theirs
    }
    new = _commit(repository, new, every, waiting, author=None, message="", at=clock.now())
    last = str(publications[-1].id) if publications else committed.value if committed else "0"
    if new is not None and new != head:
        with unit_of_work():
            store_value(PUSHING, f"{new} {last}")
        repository.push(new, head)
    elif not publications:
        return
    with unit_of_work():
        store_value(COMMITTED, last)
        if new is not None:
            store_value(SEEN, new)
        remove_value(PUSHING)


def _commit(
    repository: GitRepository, parent: str | None, files: Mapping[str, bytes | None], waiting: set[str], *,
    author: str | None, message: str, at: datetime,
) -> str | None:  # fmt: skip
    """Adds a commit with those of the files that differ, and returns it; the parent where none does."""
    theirs = _course_files(repository, parent)
    ours = {path: file_id(data) for path, data in files.items() if data is not None}
    paths = paths_to_commit({path: theirs[path] for path in files if path in theirs}, ours, waiting)
    if not paths:
        return parent
    host = current_settings().public_address.partition("://")[2].partition("/")[0].partition(":")[0]
    who = " ".join((author or current_settings().product_name).replace("<", "").replace(">", "").split())
    return repository.add_commit(
        parent,
        {path: files[path] for path in paths},
        author=f"{who} <authors@{host}>",
        message=f"{message or _('Course files as they are published')}\n",
        at=at,
    )


def _stored(name: str) -> str | None:
    with reading():
        row = find_value(name)
        return row.value if row else None


def _course_files(repository: GitRepository, commit: str | None) -> dict[str, str]:
    return {path: found for path, found in repository.list_files(commit).items() if is_course_file(path)}
