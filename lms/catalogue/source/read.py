"""Reads the folders of courses and question banks; nothing else of the catalogue touches the disk.

Files are stored byte for byte: line ends and a byte order mark stay, so what goes in comes out identical.
"""

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lms.catalogue.source.problems import Problem, error, warning
from lms.kernel.i18n import gettext as _
from lms.kernel.text import MAX_MARKUP_BYTES

MAX_YAML_BYTES = 1_000_000

MAX_PICTURE_BYTES = 300_000
"""The largest picture, in bytes: learners pay for their data."""

MAX_RECORDING_BYTES = 3_000_000
"""The largest recording, in bytes: about a quarter of an hour of speech."""

SHARED_FILES = {"sectors.yml": "sectors", "considerations.yml": "considerations", "glossary.yml": "glossary"}
"""The files that all courses share, with their fields of SourceFolders."""

EDITORIAL_FILES = ("figures.yml", "red-lines.yml")
"""Files of our own curriculum that only its lint reads (tools/curriculum)."""

_CODE = (Path(__file__).parents[1], Path(__file__).parents[2] / "kernel" / "markup")
"""The code that turns files into rows: where it changes, the same files may give other rows."""

_PICTURE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.(?:svg|png|jpe?g)")
_RECORDING_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?)?\.opus")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text file: the path authors know it by, its text, the SHA-256 of its bytes."""

    path: str
    text: str
    sha256: str

    @property
    def name(self) -> str:
        """Returns the file's name without its folders."""
        return self.path.rpartition("/")[2]


@dataclass(slots=True)
class CourseFolder:
    """A course's folder: course.yml, its Markdown files, and the bytes of its pictures and recordings by name.

    A name is that of the folder and the file: ``img/a.svg``, ``audio/a.opus``.
    """

    slug: str
    path: str
    course: SourceFile | None = None
    modules: list[SourceFile] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)
    recordings: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class SourceFolders:
    """The files of both folders, and what could not be read."""

    courses: list[CourseFolder] = field(default_factory=list)
    banks: list[SourceFile] = field(default_factory=list)
    sectors: SourceFile | None = None
    glossary: SourceFile | None = None
    considerations: SourceFile | None = None
    problems: list[Problem] = field(default_factory=list)


def decode_file(path: str, data: bytes) -> SourceFile | Problem:
    """Returns a file from its bytes, or a problem where they are not UTF-8 text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        return error(path, line, _("this file is not UTF-8 text"), _("save it with the encoding UTF-8"))
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        return error(path, line, _("this file contains a zero byte: it is not a text file"))
    return SourceFile(path, text, hashlib.sha256(data).hexdigest())


def read_folders(modules: Path, quizzes: Path) -> SourceFolders:
    """Reads both folders; a file that cannot be read becomes a problem and affects no other."""
    folders = SourceFolders()
    reader = _FolderReader(folders)
    for entry in reader.entries(modules, "modules"):
        reader.read_modules_entry(entry, f"modules/{_printable(entry)}")
    for entry in reader.entries(quizzes, "quizzes"):
        path = f"quizzes/{_printable(entry)}"
        if entry.suffix == ".yml" and entry.is_file():
            bank = reader.text(entry, path, MAX_YAML_BYTES)
            if bank:
                folders.banks.append(bank)
        else:
            reader.stray(path, _("only question banks (course.yml, course.ar.yml) belong here"))
    return folders


def stray(path: str, message: str) -> Problem:
    """Returns the warning about a file that belongs to nothing here: the rest is published without it."""
    return warning(path, 1, message, _("it is left out"))


def _printable(entry: Path) -> str:
    """Returns a file's name so that it can be printed, whatever its bytes."""
    return os.fsencode(entry.name).decode(errors="replace")


def _looks_like_course(folder: Path) -> bool:
    """Says whether a folder is meant as a course: a folder of notes is not."""
    return (folder / "course.yml").exists() or any(folder.glob("[0-9][0-9]*-*.md"))


class _FolderReader:
    """Reads files below one root and refuses symbolic links that lead out of it."""

    def __init__(self, folders: SourceFolders) -> None:
        self.folders = folders

    def problem(self, path: str, message: str, remedy: str = "") -> None:
        self.folders.problems.append(error(path, 1, message, remedy))

    def stray(self, path: str, message: str) -> None:
        self.folders.problems.append(stray(path, message))

    def entries(self, folder: Path, path: str) -> list[Path]:
        """Lists a folder by name, without hidden files and without links that lead out of it."""
        try:
            found = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        except OSError as fault:
            message = _("the folder %(folder)s cannot be read: %(reason)s", folder=folder, reason=fault.strerror)
            self.problem(path, message)
            return []
        inside = []
        root = os.path.realpath(folder)
        for entry in found:
            if os.path.commonpath([root, os.path.realpath(entry)]) == root:
                inside.append(entry)
            else:
                message = _("this link leads out of its folder")
                self.problem(f"{path}/{_printable(entry)}", message, _("put the file itself here"))
        return inside

    def text(self, entry: Path, path: str, limit: int) -> SourceFile | None:
        """Reads one text file; its size is checked first."""
        try:
            if not entry.is_file():
                self.problem(path, _("this must be a file"))
                return None
            if entry.stat().st_size > limit:
                self.problem(path, _("this file is larger than %(size)s kB", size=limit // 1000), _("split it"))
                return None
            data = entry.read_bytes()
        except OSError as fault:
            self.problem(path, _("this file cannot be read: %(reason)s", reason=fault.strerror))
            return None
        found = decode_file(path, data)
        if isinstance(found, Problem):
            self.folders.problems.append(found)
            return None
        return found

    def read_modules_entry(self, entry: Path, path: str) -> None:
        """Reads one entry of the modules folder: a course, or a file that all courses share."""
        if entry.is_dir() and not _looks_like_course(entry):
            self.stray(path, _("this folder has no course.yml and no module"))
        elif entry.is_dir():
            self.folders.courses.append(self.course(entry, path))
        elif entry.name in SHARED_FILES:
            setattr(self.folders, SHARED_FILES[entry.name], self.text(entry, path, MAX_YAML_BYTES))
        elif entry.name not in EDITORIAL_FILES:
            self.stray(path, _("only course folders and %(names)s belong here", names=", ".join(SHARED_FILES)))

    def course(self, folder: Path, path: str) -> CourseFolder:
        course = CourseFolder(folder.name, path)
        for entry in self.entries(folder, path):
            place = f"{path}/{_printable(entry)}"
            if entry.name == "course.yml":
                course.course = self.text(entry, place, MAX_YAML_BYTES)
            elif entry.suffix == ".md" and entry.is_file():
                module = self.text(entry, place, MAX_MARKUP_BYTES)
                if module:
                    course.modules.append(module)
            elif entry.name == "img" and entry.is_dir():
                name = _("a picture's name has lower-case letters, digits and hyphens, and .svg, .png or .jpg")
                size = _("this picture is larger than %(size)s kB", size=MAX_PICTURE_BYTES // 1000)
                remedy = _("make it smaller")
                course.images = self.files(entry, place, (_PICTURE_NAME, name), (MAX_PICTURE_BYTES, size, remedy))
            elif entry.name == "audio" and entry.is_dir():
                name = _("a recording is named as its module, without the number: name.opus or name.ar.opus")
                size = _("this recording is larger than %(size)s kB", size=MAX_RECORDING_BYTES // 1000)
                remedy = _("encode it as mono with 24 kbit/s, or split the module")
                limit = MAX_RECORDING_BYTES, size, remedy
                course.recordings = self.files(entry, place, (_RECORDING_NAME, name), limit)
            else:
                self.stray(place, _("only course.yml, modules (01-name.md), img/ and audio/ belong here"))
        return course

    def files(
        self, folder: Path, path: str, names: tuple[re.Pattern[str], str], limit: tuple[int, str, str]
    ) -> dict[str, bytes]:
        """Reads the pictures or recordings of a course; their content is checked when they are parsed.

        ``names`` is what a name matches and the problem with others, ``limit`` the most bytes, the problem, its remedy.
        """
        found = {}
        for entry in self.entries(folder, path):
            place = f"{path}/{_printable(entry)}"
            if not entry.is_file() or not names[0].fullmatch(entry.name):
                self.stray(place, names[1])
            elif entry.stat().st_size > limit[0]:
                self.problem(place, *limit[1:])
            else:
                try:
                    found[f"{folder.name}/{entry.name}"] = entry.read_bytes()
                except OSError as fault:
                    self.problem(place, _("this file cannot be read: %(reason)s", reason=fault.strerror))
        return found


def source_fingerprint(*folders: Path, database: str) -> str:
    """Returns the SHA-256 of all files in some folders by path and content, of the code that reads them, and a URL."""
    digest = hashlib.sha256(f"{database}\n{code_digest()}".encode())
    _add_files(digest, folders)
    return digest.hexdigest()


def code_digest() -> str:
    """Returns the SHA-256 of the code that turns files into rows."""
    digest = hashlib.sha256()
    _add_files(digest, _CODE)
    return digest.hexdigest()


def _add_files(digest: "hashlib._Hash", folders: Iterable[Path]) -> None:
    """Adds all files in some folders by path and content, but no compiled ones."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                content = path.read_bytes()
                digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode())
                digest.update(content)
