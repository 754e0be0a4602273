"""Publishes the folders without undoing what was changed on pages, and writes what is published into them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from lms.catalogue.differences.files import FileDifference, list_differences
from lms.catalogue.folders.comparison import ComparedFolders, compare_folders
from lms.catalogue.folders.rules import FileOutcome, unit_of
from lms.catalogue.folders.seen import write_seen
from lms.catalogue.folders.writing import is_inside, remove_file, write_file
from lms.catalogue.operations import PublicationResult, lock_publishing, publish_sources
from lms.catalogue.queries.files import read_published_files
from lms.catalogue.source.read import find_stray
from lms.kernel.actor import Actor
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _
from lms.kernel.installation import find_value, remove_value, store_value

log = structlog.get_logger(__name__)

WITHHELD = "course_files_withheld"
"""The name of the value with the courses whose files in the folders were not published at the last start."""

LONGEST_VALUE = 250
REPLACED = ".replaced"
"""The hidden folder for what was replaced and never published, beside the course files."""


def publish(modules: Path, quizzes: Path, actor: Actor, *, replacing: str = "") -> PublicationResult:
    """Publishes both folders as a whole, or nothing where any file has an error or was changed on pages too.

    What was changed on pages, and not in the folders, goes on. With a reason in ``replacing`` the folders replace
    whatever was changed on pages. Runs in the caller's transaction.
    """
    lock_publishing()
    found = compare_folders(modules, quizzes)
    newer, conflicts = found.changes(FileOutcome.PAGES), found.changes(FileOutcome.CONFLICT)
    if conflicts and not replacing:
        return PublicationResult((), {}, None, newer=newer, conflicts=conflicts)
    sources = found.sources(replacing=bool(replacing))
    result = publish_sources(sources, actor, reason=replacing, place=str(modules))
    if not result.refused:
        _store_withheld(())
    return result if replacing else replace(result, newer=newer)


def list_conflicts(modules: Path, quizzes: Path) -> list[FileDifference]:
    """Returns what the folders have otherwise than the pages, in the files that were changed in both."""
    found, published = compare_folders(modules, quizzes), read_published_files()
    mine = dict(published)
    for path, outcome in found.outcomes.items():
        if outcome is FileOutcome.CONFLICT:
            mine.pop(path, None)
            mine |= {path: found.reader.files[path]} if path in found.reader.files else {}
    return list_differences(published, mine)


def publish_at_start(modules: Path, quizzes: Path, actor: Actor) -> PublicationResult:
    """Publishes what the folders have and does not undo what was changed on pages; never stops because of the latter.

    A course of which a file was changed on pages and in the folders stays as it is published; so does every course
    that was changed on pages, where the files would not go together; and all, where this does not help either.
    """
    lock_publishing()
    found = compare_folders(modules, quizzes)
    conflicting = found.units(FileOutcome.CONFLICT)
    from_pages = conflicting | found.units(FileOutcome.PAGES)
    result, unchanged = PublicationResult((), {}, None), conflicting
    for unchanged in dict.fromkeys((conflicting, from_pages)):
        result = publish_sources(found.sources(unchanged), actor, place=str(modules))
        if not result.refused:
            break
    if result.refused and not from_pages:
        return result
    withheld = found.units(FileOutcome.FOLDER, FileOutcome.CONFLICT)
    if result.refused:
        withheld |= {unit_of(problem.path) for problem in result.problems if problem.is_error}
    else:
        withheld &= unchanged
    _store_withheld(withheld)
    if withheld:
        log.warning("catalogue.files_withheld", courses=sorted(withheld))
    return replace(
        result,
        newer=found.changes(FileOutcome.PAGES),
        conflicts=found.changes(FileOutcome.CONFLICT),
        withheld=tuple(sorted(withheld)),
    )


def list_withheld() -> list[str]:
    """Returns the courses whose files in the folders were not published at the last start, by slug."""
    row = find_value(WITHHELD)
    return row.value.split() if row else []


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The paths that were written and removed; those replaced that were never published, and where they are now."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    replaced: tuple[Path, ...] = ()


class NeverPublished(Refusal):
    """Files in the folders would be lost: their texts were never published."""

    def __init__(self, paths: Iterable[str]) -> None:
        super().__init__(_("These files have changes that were never published."))
        self.paths = tuple(paths)


def export_files(
    modules: Path, quizzes: Path, *, replacing: bool = False, only: Collection[str] | None = None
) -> ExportResult:
    """Makes the course files in both folders those that are published, byte for byte; touches no other file.

    ``only`` limits it to some paths. Each file is written whole or not at all; running it again does the rest. Raises
    ``NeverPublished`` where texts would be lost, unless they are to be replaced: copies stay in a hidden folder.
    Raises ``Refusal`` where nothing is published with its files, and ``OSError`` where a folder cannot be written.
    """
    published = read_published_files()
    if not published:
        raise Refusal(_("No files are published yet: publish the course files first."))
    for folder in (modules, quizzes):
        folder.mkdir(parents=True, exist_ok=True)
    found = compare_folders(modules, quizzes)
    chosen = {path for path, it in found.outcomes.items() if it is not FileOutcome.SAME and (not only or path in only)}
    lost = [path for path in found.unpublished() if path in chosen or path not in found.outcomes]
    if lost and not replacing:
        raise NeverPublished(lost)
    replaced = tuple(copy for path in lost if (copy := _copy(found, path)))
    written, removed = _write(found, {path: published.get(path) for path in sorted(chosen)})
    write_seen(modules, _seen(found, chosen))
    return ExportResult(written, removed, replaced)


def take_pages(modules: Path, quizzes: Path) -> ExportResult:
    """Writes into the folders what was changed on pages and they do not have; raises as ``export_files`` does."""
    lock_publishing()
    found = compare_folders(modules, quizzes)
    chosen = [path for path, it in found.outcomes.items() if it in (FileOutcome.PAGES, FileOutcome.CONFLICT)]
    return export_files(modules, quizzes, replacing=True, only=chosen) if chosen else ExportResult()


def _write(found: ComparedFolders, files: dict[str, bytes | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    written, removed = [], []
    for path, data in files.items():
        target, root = found.place(path), found.root(path)
        if find_stray(path) or ".." in path.split("/") or not is_inside(target, root):
            raise Refusal(_("%(path)s would be outside of the folder, so it is not written.", path=path))
        if data is not None:
            write_file(target, data)
            written.append(path)
        elif path in found.reader.files:
            remove_file(target, root)
            removed.append(path)
    return tuple(written), tuple(removed)


def _copy(found: ComparedFolders, path: str) -> Path | None:
    """Copies a file that is to be replaced into the hidden folder, under a name of its own."""
    data = found.reader.files.get(path)
    if data is None:
        return None
    place = found.root(path) / REPLACED / found.place(path).relative_to(found.root(path))
    number = 1
    while place.exists() and place.read_bytes() != data:
        number += 1
        place = place.with_name(f"{found.place(path).name}.{number}")
    write_file(place, data)
    return place


def _seen(found: ComparedFolders, exported: Collection[str]) -> dict[str, tuple[str | None, int]]:
    """Returns the changes made on pages that the folders have now."""
    seen = {}
    for path, history in found.histories.items():
        latest = history[-1]
        now = (latest.digest, latest.publication_id)
        has = path in exported or found.outcomes[path] is FileOutcome.SAME or found.seen.get(path) == now
        if latest.origin == "pages" and has:
            seen[path] = now
    return seen


def _store_withheld(units: Collection[str]) -> None:
    """Stores which courses were withheld, as many as the value may hold."""
    text = " ".join(sorted(units))
    if len(text) > LONGEST_VALUE:
        text = text[:LONGEST_VALUE].rpartition(" ")[0]
    if not text:
        remove_value(WITHHELD)
    elif text != " ".join(list_withheld()):
        store_value(WITHHELD, text)
