"""Reads both folders and compares them with what is published."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from lms.catalogue.folders.rules import FileOutcome, compare, merge, unit_of, units_with
from lms.catalogue.folders.seen import read_seen
from lms.catalogue.queries.files import FileChange, list_path_histories, read_published_files
from lms.catalogue.source.problems import Problem
from lms.catalogue.source.read import FolderReader, SourceFolders, read_files, sort_files


@dataclass(frozen=True, slots=True)
class ComparedFolders:
    """The files of both folders as they are now, and which text of each goes on.

    ``seen`` are the changes made on pages that the folders were exported with.
    """

    modules: Path
    quizzes: Path
    reader: FolderReader
    histories: Mapping[str, list[FileChange]]
    outcomes: Mapping[str, FileOutcome]
    seen: Mapping[str, tuple[str | None, int]]

    def units(self, *which: FileOutcome) -> frozenset[str]:
        """Returns the courses and shared files of which a file has one of some outcomes."""
        return units_with(self.outcomes, *which)

    def changes(self, *which: FileOutcome) -> tuple[FileChange, ...]:
        """Returns the published changes of the files with one of some outcomes."""
        return tuple(self.histories[path][-1] for path, it in self.outcomes.items() if it in which)

    def sources(self, unchanged: Collection[str] = (), *, replacing: bool = False) -> SourceFolders:
        """Returns the files to publish: the folders', but what is published of some units and where pages go on.

        Where the folders replace what was changed on pages, they are as they are.
        """
        if replacing:
            return sort_files(self.reader.files, self.reader.problems, self.reader.courses)
        mixed = bool(unchanged) or FileOutcome.PAGES in self.outcomes.values()
        published = read_published_files() if mixed else {}
        problems = [problem for problem in self.reader.problems if unit_of(problem.path) not in unchanged]
        files = merge(self.reader.files, published, self.outcomes, unchanged)
        return sort_files(files, problems, set(self.reader.courses) - set(unchanged))

    def unpublished(self) -> list[str]:
        """Returns the paths of files in the folders whose text was never published, or cannot be read."""
        known = {path: {change.digest for change in history} for path, history in self.histories.items()}
        changed = [
            path
            for path, data in self.reader.files.items()
            if self.outcomes[path] is not FileOutcome.SAME and _digest(data) not in known.get(path, ())
        ]
        unread = [problem.path for problem in self.reader.problems if problem.is_error]
        return sorted({*changed, *unread})

    def place(self, path: str) -> Path:
        """Returns where a file is, or would be, on the disk."""
        folder, _slash, name = path.partition("/")
        return (self.modules if folder == "modules" else self.quizzes) / name

    def root(self, path: str) -> Path:
        """Returns the folder that a file is in, of the two."""
        return self.modules if path.startswith("modules/") else self.quizzes

    def problems(self) -> tuple[Problem, ...]:
        """Returns what could not be read."""
        return tuple(self.reader.problems)


def compare_folders(modules: Path, quizzes: Path) -> ComparedFolders:
    """Reads both folders and compares them. Call with the lock of publishing, so that it stays true."""
    reader, histories, seen = read_files(modules, quizzes), list_path_histories(), read_seen(modules)
    digests = {path: _digest(data) for path, data in reader.files.items()}
    outcomes = {
        path: compare(digests.get(path), histories.get(path, ()), seen.get(path))
        for path in sorted({*digests, *histories})
    }
    return ComparedFolders(modules, quizzes, reader, histories, outcomes, seen)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
