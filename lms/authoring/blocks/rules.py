"""How the blocks of a module are written, and where one is put into a text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.authoring.drafts.rules import restore_line_ends

CALL_OUTS = ("note", "caution", "do", "dont", "local")
"""Blocks that have a text and nothing else."""
NAMES = ("sector", "scenario", "check", *CALL_OUTS, "picture")
"""All blocks, as authors choose them."""
_SECTION = re.compile(r"##[ \t]+(.+?)[ \t]*#*\s*")
_FENCE = re.compile(r"```|~~~")


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """An answer of a check: its words, whether it is right, and why."""

    text: str
    is_right: bool
    why: str


def write_block(name: str, body: str, title: str = "") -> str:
    """Returns a block with its marks; one line end at its end."""
    head = f"/// {name} | {title}" if title else f"/// {name}"
    return f"{head}\n{_text(body)}\n///\n"


def write_sectors(texts: Mapping[str, str]) -> str:
    """Returns a group of sector blocks, from their texts by slug."""
    return "\n".join(write_block("sector", text, slug) for slug, text in texts.items())


def write_scenario(title: str, story: str, options: Iterable[tuple[str, str, str]]) -> str:
    """Returns a scenario; an option is its quality (best, weak, harmful), the choice and why."""
    choices = "\n".join(
        write_block("option", f"{_line(choice)}\n\n{_text(why)}", kind) for kind, choice, why in options
    )
    return write_block("scenario", f"{_text(story)}\n\n{choices}" if story else choices, _line(title))


def write_check(question: str, answers: Iterable[CheckAnswer]) -> str:
    """Returns a check with its answers, one a line."""
    lines = (f"- [{'x' if each.is_right else ' '}] {_line(each.text)} | {_line(each.why)}" for each in answers)
    return write_block("check", "\n".join([_text(question), "", *lines]))


def write_picture(name: str, alternative: str, description: str) -> str:
    """Returns a picture of the course's folder, with what it is and what it shows."""
    words = re.sub(r"([\[\]\\])", r"\\\1", _line(alternative))
    picture = f"![{words}](img/{name})\n"
    return f"{picture}\n{write_block('description', description)}" if description else picture


def list_sections(text: str) -> list[tuple[int, str]]:
    """Returns the sections of a module: the line of each heading, from 1, and its words."""
    sections, fence = [], ""
    for number, line in enumerate(text.splitlines(), start=1):
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[0]):
            fence = "" if fence else mark[0]
        elif not fence and (found := _SECTION.fullmatch(line)):
            sections.append((number, found[1]))
    return sections


def insert_block(text: str, block: str, section: int = 0) -> str:
    """Returns a text with a block at the end of the section whose heading is in this line, else at its end."""
    following = [number for number, _words in list_sections(text) if number > section > 0]
    lines = text.replace("\r\n", "\n").splitlines(keepends=True)
    place = following[0] - 1 if following else len(lines)
    before, after = "".join(lines[:place]).rstrip(), "".join(lines[place:])
    return restore_line_ends(f"{before}\n\n{block}" + (f"\n{after}" if after else ""), text)


def has_marks(text: str) -> bool:
    """Returns whether a line begins as blocks begin and end, which would end the block that it is in."""
    return any(line.lstrip().startswith("///") for line in text.splitlines())


def _text(words: str) -> str:
    return words.replace("\r\n", "\n").strip()


def _line(words: str) -> str:
    return " ".join(words.split())
