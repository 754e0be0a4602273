"""Markdown of other systems in our marks: call-outs, underlined headings, lists inside lists."""

import re
from dataclasses import dataclass

from lms.kernel.i18n import gettext as _
from lms.kernel.markup import our_block

MOST_CHARACTERS = 200_000
"""The longest text that is converted; a module has some 6 000."""
_FENCED = re.compile(r"(:{3,})[ ]*\{?\.?([\w-]+)[^\n]*")
_FENCE_END = re.compile(r":{3,}[ ]*")
_INDENTED = re.compile(r"(?:!!!|\?\?\?\+?)[ ]+([\w-]+)(?:[ ]+\"([^\"]*)\")?[ ]*")
_QUOTED = re.compile(r">[ ]*\[!([\w-]+)\][ ]*(.*)")
_HINT = re.compile(r"\{%[ ]*hint(.*)%\}[ ]*")
_HINT_END = re.compile(r"\{%[ ]*endhint[ ]*%\}[ ]*")
_CONTENTS = re.compile(r"\[{1,2}_?TOC_?\]{1,2}[ ]*")
_ITEM = re.compile(r"([ ]*)([-*+]|\d+[.)])([ ]+)(\S.*)")
_UNDERLINE = re.compile(r"(=|-){3,}[ ]*")
_HEADING = re.compile(r"(#{1,6})[ ]+(.*?)[ ]*#*")


@dataclass(frozen=True, slots=True)
class ConvertedText:
    """A module's text in our marks without front matter, its first title, and what could not be carried over."""

    title: str
    text: str
    notes: tuple[str, ...] = ()


def convert_markdown(text: str, notes: tuple[str, ...] = ()) -> ConvertedText:
    """Returns Markdown of another system in our marks; ``notes`` are what was lost on the way here."""
    lines = text[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff\n").split("\n")
    if len(text) > MOST_CHARACTERS:
        notes = (*notes, _("The text was cut after %(most)s characters.", most=MOST_CHARACTERS))
    lines, removed = _without_front_matter(lines)
    if removed:
        notes = (*notes, _("The lines between --- at the beginning were left out: write them new."))
    title, lines = _headings(_lists(_blocks(lines)))
    return ConvertedText(title, "\n".join(lines).strip("\n") + "\n", notes)


def _without_front_matter(lines: list[str]) -> tuple[list[str], bool]:
    if lines and lines[0].rstrip() == "---" and "---" in (rest := [line.rstrip() for line in lines[1:]]):
        return lines[rest.index("---") + 2 :], True
    return lines, False


def _blocks(lines: list[str]) -> list[str]:
    """Returns the lines with each call-out of another system as one of ours."""
    found: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if opening := _INDENTED.fullmatch(line):
            end = next((n for n in range(at, len(lines)) if lines[n].strip() and not lines[n].startswith("    ")), None)
            inside = [each[4:] for each in lines[at:end]]
            at = len(lines) if end is None else end
            found += _block(opening[1], [*([f"**{opening[2]}**", ""] if opening[2] else []), *inside])
        elif opening := _QUOTED.fullmatch(line):
            end = next((n for n in range(at, len(lines)) if not lines[n].startswith(">")), len(lines))
            first = [opening[2]] if opening[2] else []
            found += _block(opening[1], [*first, *(re.sub(r"^>[ ]?", "", each) for each in lines[at:end])])
            at = end
        elif opening := _FENCED.fullmatch(line) or _HINT.fullmatch(line):
            is_end = _FENCE_END if line.startswith(":") else _HINT_END
            end = next((n for n in range(at, len(lines)) if is_end.fullmatch(lines[n])), len(lines))
            found += _block(opening[1].replace('"', " ") if line.startswith("{") else line, lines[at:end])
            at = end + 1
        elif not _CONTENTS.fullmatch(line):
            found.append(line)
    return found


def _block(words: str, inside: list[str]) -> list[str]:
    text = "\n".join(inside).strip("\n")
    name = our_block(words)
    return [f"/// {name if name in ('caution', 'do', 'dont', 'note') else 'note'}", *text.split("\n"), "///", ""]


def _lists(lines: list[str]) -> list[str]:
    """Returns the lines with lists inside lists indented by four blanks for each level."""
    found, levels = [], [0]
    for line in lines:
        item = _ITEM.fullmatch(line)
        if item is None:
            if line.strip() and not line.startswith(" "):
                levels = [0]
            found.append(line)
            continue
        while len(levels) > 1 and len(item[1]) < levels[-1]:
            levels.pop()
        if len(item[1]) > levels[-1]:
            levels.append(len(item[1]))
        found.append(f"{'    ' * (len(levels) - 1)}{item[2]} {item[4]}")
    return found


def _headings(lines: list[str]) -> tuple[str, list[str]]:
    """Returns the title, and the lines with headings of two levels: ``##`` for sections, ``###`` inside them."""
    marked: list[tuple[int, str]] = []
    for line in lines:
        heading, under = _HEADING.fullmatch(line), _UNDERLINE.fullmatch(line)
        above = marked[-1] if marked else (0, "")
        if heading:
            marked.append((len(heading[1]), heading[2]))
        elif under and above[0] == 0 and above[1].strip() and not above[1].startswith((" ", "|", "/", "-", ">")):
            marked[-1] = (1 if under[1] == "=" else 2, above[1].strip())
        else:
            marked.append((0, line))
    levels = [level for level, _words in marked if level]
    title = ""
    if levels[:1] == [1] and levels.count(1) == 1:
        first = next(number for number, (level, _words) in enumerate(marked) if level)
        if not any(words.strip() for _level, words in marked[:first]):
            title = marked.pop(first)[1]
            levels = levels[1:]
    top = min(levels, default=2)
    return title, [f"{'##' if level == top else '###'} {words}" if level else words for level, words in marked]
