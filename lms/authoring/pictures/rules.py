"""What a picture of a course may take, and where it is put into a module's text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

BUDGET_BYTES = 40_000
"""What a picture should take at most: two or three seconds on a slow phone line."""
_HEADING = re.compile(r"^##[ \t]+(.+?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^(```|~~~)")


@dataclass(frozen=True, slots=True)
class Crop:
    """How much is cut off each side, in percent of the width or the height."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """A picture ready for a course: its bytes, the ending of its name, its size in pixels."""

    data: bytes
    ending: str
    width: int
    height: int

    @property
    def is_within_budget(self) -> bool:
        """Returns whether it is as small as a picture should be."""
        return len(self.data) <= BUDGET_BYTES


def list_sections(text: str) -> list[str]:
    """Returns the titles of a module's sections (``##``) in their order."""
    return [title for _line, title in _headings(text)]


def insert_picture(text: str, section: int, *, address: str, alt: str, description: str = "") -> str:
    """Returns a module's text with a picture at the end of a section, counted from 0, and what it shows, if given."""
    lines = text.splitlines(keepends=True)
    starts = [line for line, _title in _headings(text)]
    end = starts[section + 1] if section + 1 < len(starts) else len(lines)
    marks = f"![{one_line(alt)}]({address})\n"
    if description.strip():
        marks += f"\n/// description\n{description.strip()}\n///\n"
    before, after = "".join(lines[:end]).rstrip("\r\n"), "".join(lines[end:])
    ends = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    inserted = f"\n\n{marks}".replace("\n", ends)
    return before + inserted + (ends + after if after else "")


def one_line(alt: str) -> str:
    """Returns an alt text as it is written between the brackets of a picture."""
    return re.sub(r"([\[\]\\])", r"\\\1", " ".join(alt.split()))


def _headings(text: str) -> Iterator[tuple[int, str]]:
    fence = ""
    for number, line in enumerate(text.splitlines()):
        opening = _FENCE.match(line)
        if opening and fence in ("", opening[1]):
            fence = "" if fence else opening[1]
        found = None if fence else _HEADING.match(line)
        if found:
            yield number, found[1]
