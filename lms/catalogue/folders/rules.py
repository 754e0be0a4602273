"""Compares the folders with what is published: pure functions on digests, from nothing but what happened before."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from lms.catalogue.queries.files import FileChange

Seen = Mapping[str, tuple[str | None, int]]
"""By path, the digest and the publication of the change made on pages that the folders were exported with."""


class FileOutcome(StrEnum):
    """Which text of a file goes on: both are the same, the folder's, that of the pages, or somebody must choose."""

    SAME = "same"
    FOLDER = "folder"
    PAGES = "pages"
    CONFLICT = "conflict"


def compare(
    in_folder: str | None, history: Sequence[FileChange], seen: tuple[str | None, int] | None = None
) -> FileOutcome:
    """Returns which text of a file goes on.

    ``in_folder`` is the SHA-256 of its bytes, None where it is not there; ``history`` is every published change of
    the path, the oldest first; ``seen`` the change made on pages that the folder was exported with.

    A change made on pages goes on unless the folder has seen it. A folder that still has what was published before is
    behind; where it has something else, both were changed.
    """
    latest = history[-1] if history else None
    if in_folder == (latest.digest if latest else None):
        return FileOutcome.SAME
    if latest is None or latest.origin == "files" or seen == (latest.digest, latest.publication_id):
        return FileOutcome.FOLDER
    from_files = next((change.digest for change in reversed(history) if change.origin == "files"), None)
    known = {change.digest for change in history} - {None}
    return FileOutcome.PAGES if in_folder == from_files or in_folder in known else FileOutcome.CONFLICT


def unit_of(path: str) -> str:
    """Returns what goes on together: a course with its banks, by its slug; a file that courses share, by its path."""
    match path.split("/"):
        case ["modules", course, _, *_]:
            return course
        case ["quizzes", bank]:
            return bank.split(".")[0]
    return path


def units_with(outcomes: Mapping[str, FileOutcome], *which: FileOutcome) -> frozenset[str]:
    """Returns the units with a file of one of some outcomes."""
    return frozenset(unit_of(path) for path, outcome in outcomes.items() if outcome in which)


def merge(
    in_folder: Mapping[str, bytes],
    published: Mapping[str, bytes],
    outcomes: Mapping[str, FileOutcome],
    unchanged: Collection[str],
) -> dict[str, bytes]:
    """Returns what to publish: the folder's, but what is published of ``unchanged`` units and where pages go on."""
    merged = {}
    for path, outcome in outcomes.items():
        from_pages = outcome is FileOutcome.PAGES or unit_of(path) in unchanged
        data = (published if from_pages else in_folder).get(path)
        if data is not None:
            merged[path] = data
    return merged
