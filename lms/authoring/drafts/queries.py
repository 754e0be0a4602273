"""Every SELECT of drafts; contents of files come from the catalogue."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.authoring.drafts.errors import NotUnicode
from lms.authoring.drafts.rules import MODULE_NAME
from lms.authoring.models import Draft, DraftFile
from lms.catalogue.api import list_published_files, read_contents, read_published_files
from lms.catalogue.models import FileContent
from lms.kernel.batches import execute_in_batches
from lms.kernel.db import locked, session
from lms.kernel.errors import require_found

_OPEN = select(Draft).where(Draft.closed_at.is_(None)).order_by(Draft.id)


@dataclass(frozen=True, slots=True)
class DraftedFile:
    """A file as its draft has it: version 0 is the published one; ``digest`` is None where it is removed.

    ``published`` is the SHA-256 of what is published now, ``base`` of what this version was written from.
    """

    path: str
    version: int
    digest: str | None
    published: str | None
    base: str | None
    recorded_at: datetime | None = None
    recorded_by: int | None = None

    @property
    def is_changed(self) -> bool:
        """Returns whether publishing the draft would change this file."""
        return self.digest != self.published

    @property
    def is_outdated(self) -> bool:
        """Returns whether the file was published by somebody else since it was drafted."""
        return self.version > 0 and self.base != self.published and self.is_changed


def list_drafts(course: str | None = None) -> list[Draft]:
    """Returns the open drafts of a course, or of all, the oldest first."""
    return list(session.scalars(_OPEN if course is None else _OPEN.where(Draft.course == course)))


def load_draft(course: str, draft_id: int, *, to_change: bool = False) -> Draft:
    """Returns a draft of a course, locked for this transaction where it is to be changed; raises ``NotThere``."""
    query = select(Draft).where(Draft.id == draft_id, Draft.course == course)
    return require_found(session.scalar(locked(query) if to_change else query))


def find_published_draft(course: str, publication_id: int) -> Draft | None:
    """Finds the draft of a course that was published with a publication; None where it came from the folders."""
    return session.scalar(select(Draft).where(Draft.publication_id == publication_id, Draft.course == course))


def list_files(draft: Draft) -> dict[str, DraftedFile]:
    """Returns the files of the draft's course by path: the published ones, and those that the draft changes."""
    return list_files_of([draft])[draft.id]


def list_files_of(drafts: Collection[Draft]) -> dict[int, dict[str, DraftedFile]]:
    """Returns the same for several drafts, by draft: with two queries for all of them."""
    every = {path: file.digest for path, file in list_published_files().items()}
    rows = _latest([draft.id for draft in drafts])
    return {draft.id: _files_of(draft, every, rows.get(draft.id, ())) for draft in drafts}


def find_file(draft: Draft, path: str) -> DraftedFile:
    """Returns one file of the draft's course; of one that is not there yet, version 0 without a digest."""
    return list_files(draft).get(path) or DraftedFile(path, 0, None, None, None)


def list_versions(draft: Draft, path: str) -> list[DraftFile]:
    """Returns the versions of a file in a draft, the latest first."""
    query = select(DraftFile).where(DraftFile.draft_id == draft.id, DraftFile.path == path)
    return list(session.scalars(query.order_by(DraftFile.version.desc())))


def read_file(file: DraftedFile) -> bytes:
    """Returns the bytes of a file; none where it is removed."""
    return read_contents({file.digest})[file.digest] if file.digest else b""


def read_text(file: DraftedFile) -> str:
    """Returns the text of a file; none where it is removed. Raises ``NotUnicode``."""
    try:
        return read_file(file).decode()
    except UnicodeDecodeError:
        raise NotUnicode from None


def read_modules(draft: Draft) -> dict[str, str]:
    """Returns the texts of the draft's modules in the course's own language, by path."""
    files = {
        path: file.digest
        for path, file in list_files(draft).items()
        if file.digest and path.count(".") == 1 and MODULE_NAME.fullmatch(path.rpartition("/")[2])
    }
    contents = read_contents(set(files.values()))
    return {path: contents[digest].decode(errors="replace") for path, digest in files.items()}


def measure_files(files: Iterable[DraftedFile]) -> dict[str, int]:
    """Returns the sizes of files in bytes, by path."""
    digests = {file.path: file.digest for file in files if file.digest}
    query = select(FileContent.digest, func.length(FileContent.data).label("size"))
    sizes = {row.digest: row.size for row in execute_in_batches(query, FileContent.digest, set(digests.values()))}
    return {path: sizes[digest] for path, digest in digests.items()}


def read_version(draft: Draft, path: str, number: int) -> bytes | None:
    """Returns the bytes of one version of a file; 0 is the published file that the first one was written from.

    None where there was no file or it was removed; raises ``NotThere`` where there is no such version.
    """
    versions = {version.version: version for version in list_versions(draft, path)}
    if number == 0:
        digest = versions[1].base_digest if versions else find_file(draft, path).published
    else:
        digest = require_found(versions.get(number)).digest
    return read_contents({digest})[digest] if digest else None


def read_draft(draft: Draft) -> dict[str, bytes]:
    """Returns the bytes of all course files by path, as they would be if the draft were published."""
    changed = {path: file.digest for path, file in list_files(draft).items() if file.is_changed}
    contents = read_contents({digest for digest in changed.values() if digest})
    return _overlaid(read_published_files(), changed, contents)


def _overlaid(
    published: Mapping[str, bytes], changed: Mapping[str, str | None], contents: Mapping[str, bytes]
) -> dict[str, bytes]:
    files = {path: data for path, data in published.items() if path not in changed}
    return files | {path: contents[digest] for path, digest in changed.items() if digest}


def _files_of(draft: Draft, every: Mapping[str, str | None], rows: Iterable[DraftFile]) -> dict[str, DraftedFile]:
    mine = (f"modules/{draft.course}/", f"quizzes/{draft.course}.")
    published = {path: digest for path, digest in every.items() if path.startswith(mine)}
    files = {path: DraftedFile(path, 0, digest, digest, digest) for path, digest in published.items()}
    for row in rows:
        files[row.path] = DraftedFile(
            row.path, row.version, row.digest, published.get(row.path), row.base_digest, row.recorded_at,
            row.recorded_by,
        )  # fmt: skip
    return dict(sorted(files.items()))


def _latest(draft_ids: Collection[int]) -> dict[int, list[DraftFile]]:
    """Returns the latest versions of files by draft."""
    latest = (
        select(DraftFile.draft_id, DraftFile.path, func.max(DraftFile.version).label("last"))
        .where(DraftFile.draft_id.in_(draft_ids))
        .group_by(DraftFile.draft_id, DraftFile.path)
        .subquery()
    )
    same = (latest.c.draft_id == DraftFile.draft_id) & (latest.c.path == DraftFile.path)
    found: dict[int, list[DraftFile]] = {}
    for row in session.scalars(select(DraftFile).join(latest, same & (latest.c.last == DraftFile.version))):
        found.setdefault(row.draft_id, []).append(row)
    return found
