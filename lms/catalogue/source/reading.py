"""Walks the folders of courses and question banks; nothing else of the catalogue touches the disk.

Files are kept byte for byte: line ends and a byte order mark stay, so what goes in comes out identical.
"""

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from lms.catalogue.source.problems import Problem, error
from lms.kernel.markup import MAX_BYTES

MAX_BANK_BYTES = 1_000_000
"""The largest YAML file that is read, in bytes."""

MAX_IMAGE_BYTES = 300_000
"""The largest picture, in bytes: people pay for every one of them."""

SHARED = {
    "sectors.yml": "sectors",
    "considerations.yml": "considerations",
    "glossary.yml": "glossary",
    "figures.yml": "figures",
    "red-lines.yml": "red_lines",
}
"""The files that all courses share, with their place in the library."""

_IMAGE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.[a-z]{3,4}")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text file as it lies on the disk: the path authors know it by, its text, the SHA-256 of its bytes."""

    path: str
    text: str
    sha256: str

    @property
    def name(self) -> str:
        """Returns the file's name without its folders."""
        return self.path.rpartition("/")[2]


@dataclass(slots=True)
class CourseFolder:
    """A folder of a course: course.yml, its Markdown files and the bytes of its pictures by their names."""

    slug: str
    path: str
    course: SourceFile | None = None
    modules: list[SourceFile] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Library:
    """Everything that was read, and what could not be read."""

    courses: list[CourseFolder] = field(default_factory=list)
    banks: list[SourceFile] = field(default_factory=list)
    sectors: SourceFile | None = None
    glossary: SourceFile | None = None
    figures: SourceFile | None = None
    red_lines: SourceFile | None = None
    considerations: SourceFile | None = None
    problems: list[Problem] = field(default_factory=list)


def source_file(path: str, data: bytes) -> SourceFile | Problem:
    """Returns a file from its bytes, or why its bytes are not a text: the web editor's door too."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        return error(path, line, "this file is not UTF-8 text; save it with the encoding UTF-8")
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        return error(path, line, "this file holds a zero byte; it is not a text file")
    return SourceFile(path, text, hashlib.sha256(data).hexdigest())


def read_library(modules: Path, quizzes: Path) -> Library:
    """Reads both folders whole; what cannot be read becomes a problem and nothing else suffers."""
    library = Library()
    reader = _Reader(library)
    for folder in reader.entries(modules, "modules"):
        reader.take_from_modules(folder, f"modules/{_shown(folder)}")
    if quizzes.is_dir():
        for file in reader.entries(quizzes, "quizzes"):
            shown = f"quizzes/{_shown(file)}"
            if file.suffix == ".yml" and file.is_file():
                bank = reader.text(file, shown, MAX_BANK_BYTES)
                if bank:
                    library.banks.append(bank)
            else:
                reader.problem(shown, "only question banks (course.yml, course.ar.yml) belong here")
    return library


def _shown(entry: Path) -> str:
    """Returns a file's name as it can be printed, whatever bytes it is made of."""
    return os.fsencode(entry.name).decode(errors="replace")


class _Reader:
    """Reads files below one root and refuses what leads out of it."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def problem(self, path: str, sentence: str) -> None:
        self.library.problems.append(error(path, 1, sentence))

    def entries(self, folder: Path, shown: str) -> list[Path]:
        """Lists a folder by name, without hidden files and without what leads out of it."""
        try:
            found = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        except OSError as fault:
            self.problem(shown, f"this folder cannot be read: {fault.strerror}")
            return []
        kept = []
        root = os.path.realpath(folder)
        for entry in found:
            if os.path.commonpath([root, os.path.realpath(entry)]) != root:
                self.problem(
                    f"{shown}/{_shown(entry)}", "this leads out of its folder; put the file itself here"
                )
            else:
                kept.append(entry)
        return kept

    def text(self, path: Path, shown: str, limit: int) -> SourceFile | None:
        """Reads one text file; its size is looked at before its content."""
        try:
            if not path.is_file():
                self.problem(shown, "this must be a file")
                return None
            if path.stat().st_size > limit:
                self.problem(shown, f"this file is larger than {limit // 1000} kB; split it")
                return None
            data = path.read_bytes()
        except OSError as fault:
            self.problem(shown, f"this file cannot be read: {fault.strerror}")
            return None
        found = source_file(shown, data)
        if isinstance(found, Problem):
            self.library.problems.append(found)
            return None
        return found

    def take_from_modules(self, entry: Path, shown: str) -> None:
        """Reads one entry of the modules folder: a course, or a file that all courses share."""
        if entry.is_dir():
            self.library.courses.append(self.course(entry, shown))
        elif entry.name in SHARED:
            setattr(self.library, SHARED[entry.name], self.text(entry, shown, MAX_BANK_BYTES))
        else:
            self.problem(shown, f"only course folders and {', '.join(SHARED)} belong here")

    def course(self, folder: Path, shown: str) -> CourseFolder:
        """Reads the folder of a course."""
        course = CourseFolder(folder.name, shown)
        for entry in self.entries(folder, shown):
            place = f"{shown}/{_shown(entry)}"
            if entry.name == "course.yml":
                course.course = self.text(entry, place, MAX_BANK_BYTES)
            elif entry.suffix == ".md" and entry.is_file():
                module = self.text(entry, place, MAX_BYTES)
                if module:
                    course.modules.append(module)
            elif entry.name == "img" and entry.is_dir():
                self.images(entry, place, course)
            else:
                self.problem(place, "only course.yml, modules (01-name.md) and img/ belong here")
        return course

    def images(self, folder: Path, shown: str, course: CourseFolder) -> None:
        """Reads the pictures of a course; what is in them is judged elsewhere."""
        for entry in self.entries(folder, shown):
            place = f"{shown}/{_shown(entry)}"
            if not entry.is_file() or not _IMAGE_NAME.fullmatch(entry.name):
                self.problem(
                    place, "a picture is called by small letters, digits and hyphens: img/two-roads.svg"
                )
            elif entry.stat().st_size > MAX_IMAGE_BYTES:
                self.problem(
                    place, f"this picture is larger than {MAX_IMAGE_BYTES // 1000} kB; make it smaller"
                )
            else:
                try:
                    course.images[f"img/{entry.name}"] = entry.read_bytes()
                except OSError as fault:
                    self.problem(place, f"this file cannot be read: {fault.strerror}")
