"""The files of courses as they were published, byte for byte."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from lms.catalogue.models import FileContent, Publication, PublishedFile
from lms.kernel.batches import execute_in_batches
from lms.kernel.caching import application_cache
from lms.kernel.db import read_rows

_LATEST = (
    select(PublishedFile.path, func.max(PublishedFile.publication_id).label("last"))
    .group_by(PublishedFile.path)
    .subquery()
)
_CHANGES = select(
    PublishedFile.path,
    PublishedFile.digest,
    PublishedFile.publication_id,
    Publication.origin,
    Publication.reason,
    Publication.recorded_at,
    Publication.recorded_by,
).join(Publication, Publication.id == PublishedFile.publication_id)
_NOW = (
    _CHANGES.join(_LATEST, (_LATEST.c.path == PublishedFile.path) & (_LATEST.c.last == PublishedFile.publication_id))
    .where(PublishedFile.digest.is_not(None))
    .order_by(PublishedFile.path)
)
_CONTENTS = select(FileContent.digest, FileContent.data)


@dataclass(frozen=True, slots=True)
class FileChange:
    """A course file as a publication left it: the SHA-256 of its bytes, None where it was removed.

    ``origin`` is "files" of the folders or "pages"; ``reason`` what its author said; the account is None for commands.
    """

    path: str
    digest: str | None
    publication_id: int
    origin: str
    reason: str
    recorded_at: datetime
    recorded_by: int | None


def list_published_files() -> dict[str, FileChange]:
    """Returns the published files by path; none where this version has not published yet."""
    return {row.path: FileChange(*row) for row in read_rows(_NOW)}


def list_path_histories() -> dict[str, list[FileChange]]:
    """Returns by path every published change of the files, the oldest first."""
    histories: dict[str, list[FileChange]] = {}
    for row in read_rows(_CHANGES.order_by(Publication.id)):
        histories.setdefault(row.path, []).append(FileChange(*row))
    return histories


def list_file_changes(course: str) -> list[FileChange]:
    """Returns every published change of a course's files and of its banks, the latest first."""
    path = PublishedFile.path
    bank = f"quizzes/{course}."
    mine = or_(path.startswith(f"modules/{course}/", autoescape=True), path.startswith(bank, autoescape=True))
    return [FileChange(*row) for row in read_rows(_CHANGES.where(mine).order_by(Publication.id.desc(), path))]


def read_files_at(course: str, publication_id: int) -> dict[str, bytes]:
    """Returns the bytes of a course's files and banks by path, as they were after a publication."""
    digests: dict[str, str | None] = {}
    for change in list_file_changes(course):
        if change.publication_id <= publication_id:
            digests.setdefault(change.path, change.digest)
    contents = read_contents({digest for digest in digests.values() if digest})
    return {path: contents[digest] for path, digest in sorted(digests.items()) if digest}


def stored_digests(digests: Iterable[str]) -> set[str]:
    """Returns which of the SHA-256 belong to stored files."""
    return {row.digest for row in execute_in_batches(select(FileContent.digest), FileContent.digest, digests)}


def read_contents(digests: Collection[str]) -> dict[str, bytes]:
    """Returns the bytes of stored files by their SHA-256."""
    return {row.digest: row.data for row in execute_in_batches(_CONTENTS, FileContent.digest, digests)}


def read_published_files() -> dict[str, bytes]:
    """Returns the bytes of all published files by path; the last ones that were read are cached."""
    digests = {path: change.digest for path, change in list_published_files().items() if change.digest}
    cache = application_cache("catalogue.files", 1)
    contents = cache.get_or_load(frozenset(digests.values()), lambda: read_contents({*digests.values()}))
    return {path: contents[digest] for path, digest in digests.items()}
