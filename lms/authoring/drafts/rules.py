"""Which files a draft may have, and how a text comes back from a browser."""

import re
import unicodedata

_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_LANGUAGE = r"(?:\.[a-z]{2,3}(?:-[A-Z][A-Za-z]{1,3})?)?"
COURSE_SLUG = re.compile(_SLUG)
MODULE_NAME = re.compile(rf"(\d{{2,3}})-({_SLUG}){_LANGUAGE}\.md")
_NAME = re.compile(
    rf"course\.yml|\d{{2,3}}-{_SLUG}{_LANGUAGE}\.md|img/{_SLUG}\.(?:svg|png|jpe?g)|audio/{_SLUG}{_LANGUAGE}\.opus"
)
LONGEST_COURSE_SLUG = 60
LONGEST_PATH = 300
"""The most characters of a path."""
TEXTS = (".md", ".yml")
"""The ends of the files that are edited as text."""


def is_file_of_course(path: str, course: str) -> bool:
    """Returns whether a path is that of one of a course's files: those in its folder, and its question banks."""
    if len(path) > LONGEST_PATH:
        return False
    bank = re.fullmatch(rf"quizzes/{re.escape(course)}{_LANGUAGE}\.yml", path)
    folder = f"modules/{course}/"
    return bank is not None or (path.startswith(folder) and _NAME.fullmatch(path.removeprefix(folder)) is not None)


def ascii_slug(title: str) -> str:
    """Returns a title as the name of a file: lower-case letters a to z, digits and hyphens; empty if it has none."""
    plain = unicodedata.normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))[:60].strip("-")


def is_text(path: str) -> bool:
    """Returns whether a file is edited as text."""
    return path.endswith(TEXTS)


def restore_line_ends(text: str, before: str) -> str:
    """Returns a text from a browser, which sends CRLF, with the line ends of the text that was edited.

    A text in which nothing else changed is returned as it was, byte for byte, also where its line ends are mixed.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if plain == before.replace("\r\n", "\n").replace("\r", "\n"):
        return before
    return plain.replace("\n", "\r\n") if before.count("\r\n") * 2 > before.count("\n") else plain
