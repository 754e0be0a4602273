"""Reads the folders of courses and question banks; nothing else of the catalogue touches the disk.

Files are stored byte for byte: line ends and a byte order mark stay, so what goes in comes out identical.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
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
    """The files of both folders, and what could not be read; ``files`` has the bytes of each by its path."""

    courses: list[CourseFolder] = field(default_factory=list)
    banks: list[SourceFile] = field(default_factory=list)
    sectors: SourceFile | None = None
    glossary: SourceFile | None = None
    considerations: SourceFile | None = None
    problems: list[Problem] = field(default_factory=list)
    files: Mapping[str, bytes] = field(default_factory=dict)


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


def stray(path: str, message: str) -> Problem:
    """Returns the warning about a file that belongs to nothing here: the rest is published without it."""
    return warning(path, 1, message, _("it is left out"))


def find_stray(path: str) -> Problem | None:
    """Returns the warning about a path that is not one of a course file, None for those that are.

    Paths are as authors know them: ``modules/<course>/course.yml``, ``quizzes/<course>.yml``.
    """
    message = None
    match path.split("/"):
        case ["quizzes", name] if name.endswith(".yml"):
            pass
        case ["quizzes", *_rest]:
            message = _("only question banks (course.yml, course.ar.yml) belong here")
        case ["modules", name] if name in (*SHARED_FILES, *EDITORIAL_FILES):
            pass
        case ["modules", _course, name] if name == "course.yml" or name.endswith(".md"):
            pass
        case ["modules", _course, "img", name]:
            if not _PICTURE_NAME.fullmatch(name):
                message = _("a picture's name has lower-case letters, digits and hyphens, and .svg, .png or .jpg")
        case ["modules", _course, "audio", name]:
            if not _RECORDING_NAME.fullmatch(name):
                message = _("a recording is named as its module, without the number: name.opus or name.ar.opus")
        case ["modules", _course, *_rest] if _rest:
            message = _("only course.yml, modules (01-name.md), img/ and audio/ belong here")
        case _:
            message = _("only course folders and %(names)s belong here", names=", ".join(SHARED_FILES))
    return stray(path, message) if message else None


def is_course_file(path: str) -> bool:
    """Returns whether publishing reads a file with this path."""
    return find_stray(path) is None and path.rpartition("/")[2] not in EDITORIAL_FILES


def find_oversize(path: str, size: int) -> Problem | None:
    """Returns the problem of a file of too many bytes, None where it may be as large."""
    message, limit, remedy = _("this file is larger than %(size)s kB"), MAX_YAML_BYTES, _("split it")
    if path.endswith(".md"):
        limit = MAX_MARKUP_BYTES
    elif path.endswith(".opus"):
        message, limit = _("this recording is larger than %(size)s kB"), MAX_RECORDING_BYTES
        remedy = _("encode it as mono with 24 kbit/s, or split the module")
    elif not path.endswith(".yml"):
        message, limit = _("this picture is larger than %(size)s kB"), MAX_PICTURE_BYTES
        remedy = _("make it smaller")
    return error(path, 1, message % {"size": limit // 1000}, remedy) if size > limit else None


def read_folders(modules: Path, quizzes: Path) -> SourceFolders:
    """Reads both folders; a file that cannot be read becomes a problem and affects no other."""
    reader = read_files(modules, quizzes)
    return sort_files(reader.files, reader.problems, reader.courses)


def read_files(modules: Path, quizzes: Path) -> "FolderReader":
    """Reads both folders as ``read_folders`` does; returns the bytes by path, the problems and the courses' folders."""
    reader = FolderReader()
    for entry in reader.entries(modules, "modules"):
        reader.read_modules_entry(entry, f"modules/{_printable(entry)}")
    for entry in reader.entries(quizzes, "quizzes"):
        reader.read_file(entry, f"quizzes/{_printable(entry)}")
    return reader


def sort_files(
    files: Mapping[str, bytes], problems: Iterable[Problem] = (), courses: Iterable[str] = ()
) -> SourceFolders:
    """Returns course files, by path, as the folders they are in; ``courses`` are further folders, maybe empty ones.

    A file that is no UTF-8 text where it should be becomes a problem.
    """
    folders = SourceFolders(problems=list(problems), files=files)
    slugs = {*courses, *(path.split("/")[1] for path in files if path.count("/") > 1)}
    by_slug = {slug: CourseFolder(slug, f"modules/{slug}") for slug in sorted(slugs)}
    folders.courses = list(by_slug.values())
    for path in sorted(files):
        match path.split("/"):
            case ["modules", slug, ("img" | "audio") as kind, name]:
                course = by_slug[slug]
                (course.images if kind == "img" else course.recordings)[f"{kind}/{name}"] = files[path]
            case _:
                found = decode_file(path, files[path])
                if isinstance(found, Problem):
                    folders.problems.append(found)
                else:
                    _sort_text(folders, by_slug, found)
    return folders


def _sort_text(folders: SourceFolders, courses: Mapping[str, CourseFolder], file: SourceFile) -> None:
    match file.path.split("/"):
        case ["quizzes", _name]:
            folders.banks.append(file)
        case ["modules", name]:
            setattr(folders, SHARED_FILES[name], file)
        case ["modules", slug, "course.yml"]:
            courses[slug].course = file
        case ["modules", slug, _name]:
            courses[slug].modules.append(file)


def _printable(entry: Path) -> str:
    """Returns a file's name so that it can be printed, whatever its bytes."""
    return os.fsencode(entry.name).decode(errors="replace")


def _looks_like_course(folder: Path) -> bool:
    """Says whether a folder is meant as a course: a folder of notes is not."""
    return (folder / "course.yml").exists() or any(folder.glob("[0-9][0-9]*-*.md"))


class FolderReader:
    """Reads files below one root and refuses symbolic links that lead out of it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.courses: list[str] = []
        self.problems: list[Problem] = []

    def problem(self, path: str, message: str, remedy: str = "") -> None:
        """Adds an error."""
        self.problems.append(error(path, 1, message, remedy))

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

    def read_file(self, entry: Path, path: str) -> None:
        """Reads one file, unless it is stray; its size is checked first."""
        found = find_stray(path)
        if found is None and not entry.is_file():
            # A folder with the name of a picture is as stray as one with another name.
            return self.problem(path, _("this must be a file"))
        try:
            found = found or find_oversize(path, entry.stat().st_size)
            if found is None and entry.name not in EDITORIAL_FILES:
                self.files[path] = entry.read_bytes()
        except OSError as fault:
            return self.problem(path, _("this file cannot be read: %(reason)s", reason=fault.strerror))
        if found:
            self.problems.append(found)
        return None

    def read_modules_entry(self, entry: Path, path: str) -> None:
        """Reads one entry of the modules folder: a course, or a file that all courses share."""
        if not entry.is_dir() or entry.name in SHARED_FILES:
            self.read_file(entry, path)
        elif _looks_like_course(entry):
            self.courses.append(_printable(entry))
            self.read_course(entry, path)
        else:
            self.problems.append(stray(path, _("this folder has no course.yml and no module")))

    def read_course(self, folder: Path, path: str) -> None:
        """Reads the files of a course, and of its folders of pictures and recordings."""
        for entry in self.entries(folder, path):
            place = f"{path}/{_printable(entry)}"
            if entry.name in ("img", "audio") and entry.is_dir():
                for file in self.entries(entry, place):
                    self.read_file(file, f"{place}/{_printable(file)}")
            else:
                self.read_file(entry, place)


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
