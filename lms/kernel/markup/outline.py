"""Reads the structure of a course text: its blocks, and every problem with its line.

The Markdown library passes unknown and unclosed blocks on as text without an error, so no text reaches it that has
a problem here.
"""

import re
from dataclasses import dataclass, field

from lms.kernel.i18n import gettext as _
from lms.kernel.markup.blocks import CALLOUTS
from lms.kernel.markup.foreign import ForeignMarks
from lms.kernel.text import MAX_MARKUP_BYTES

MAX_PARAGRAPH = 4_000
"""The longest run of lines without a blank line, in characters: Markdown parsers are slow on long ones."""

MAX_BRACKETS = 100
"""The most opening brackets and code marks in one such run, for the same reason."""

QUALITIES = ("best", "harmful", "weak")

PARENTS: dict[str, tuple[str, ...]] = {
    "sector": ("",),
    "scenario": ("",),
    "option": ("scenario",),
    "check": ("",),
    "local": ("",),
    "description": ("",),
    **dict.fromkeys(CALLOUTS, ("", "sector", "scenario", "option", "local")),
}
"""Every block, and the blocks it may be in (the empty string is the page itself)."""

_OPEN = re.compile(r"(/{3,})[ ]*([\w-]+)[ ]*(?:\|[ ]*(.*?)[ ]*)?")
_CLOSE = re.compile(r"(/{3,})[ ]*")
_HIDDEN = re.compile(r"(?:[\s>]|[-*+]\s|\d+[.)]\s)+/{3,}")
_ANSWER = re.compile(r"[-*+][ ]+\[([ xX])\][ ]+(\S.*)")
_HEADING = re.compile(r"(#{1,6})(.*)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class MarkupProblem:
    """A problem of a text: the line (from 1) and a message for its author."""

    line: int
    message: str


@dataclass(slots=True)
class MarkupBlock:
    """A block: name, word after the bar, slashes, line, name of its parent, depth, and its own lines."""

    name: str
    word: str
    slashes: int
    line: int
    parent: str
    depth: int
    lines: list[tuple[int, str]] = field(default_factory=list)
    children: list["MarkupBlock"] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """The structure of a text: blocks in order, runs of sector blocks, and the problems."""

    blocks: list[MarkupBlock] = field(default_factory=list)
    sector_runs: list[list[MarkupBlock]] = field(default_factory=list)
    problems: list[MarkupProblem] = field(default_factory=list)

    def shape(self) -> list[tuple[int, str]]:
        """Returns (line, signature) for each block: what a translation must repeat in the same order."""
        return [(block.line, _signature(block)) for block in self.blocks]


def _signature(block: MarkupBlock) -> str:
    if block.name == "check":
        marks = "".join("x" if mark == "x" else "-" for _line, mark, _text in answers(block))
        return f"check {marks}"
    return f"{block.name} {block.word}" if block.name in {"sector", "option"} else block.name


def lines_of(text: str) -> list[str]:
    """Returns the lines of a text, whatever its line ends and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def answers(block: MarkupBlock) -> list[tuple[int, str, str]]:
    """Returns the answers of a check as (line, "x" or "", text with its continuation lines)."""
    found: list[tuple[int, str, str]] = []
    for number, line in block.lines:
        match = _ANSWER.fullmatch(line)
        if match:
            found.append((number, match[1].strip().lower(), match[2]))
        elif found and line.strip():
            first, mark, text = found[-1]
            found[-1] = (first, mark, f"{text} {line.strip()}")
    return found


def read_outline(text: str, first_line: int = 1) -> Outline:
    """Reads the structure of a course text and collects every problem.

    ``first_line`` is the line of the text's beginning in its file.
    """
    outline = Outline()
    if len(text) > MAX_MARKUP_BYTES or len(text.encode()) > MAX_MARKUP_BYTES:
        message = _("the text is longer than %(size)s kB; split it into several modules", size=MAX_MARKUP_BYTES // 1000)
        outline.problems.append(MarkupProblem(first_line, message))
        return outline
    reader = _OutlineReader(outline)
    for number, line in enumerate(lines_of(text), start=first_line):
        reader.read(number, line)
    for block in reader.open:
        mark = "/" * block.slashes
        message = _("the block “%(name)s” is never closed; end it with `%(mark)s`", name=block.name, mark=mark)
        reader.problem(block.line, message)
    outline.problems.sort(key=lambda problem: problem.line)
    return outline


class _OutlineReader:
    """Reads line by line and remembers which blocks are open."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.open: list[MarkupBlock] = []
        self.run: list[MarkupBlock] | None = None
        self.paragraph = 0
        self.brackets = 0
        self.foreign = ForeignMarks()

    def problem(self, line: int, message: str) -> None:
        self.outline.problems.append(MarkupProblem(line, message))

    def read(self, number: int, line: str) -> None:
        self.measure(number, line)
        if len(line) > MAX_PARAGRAPH:
            # An error already, and too long for the patterns below.
            return
        if _CONTROL.search(line):
            self.problem(number, _("this line has an invisible control character; remove it"))
        if line.startswith("///"):
            self.mark(number, line)
        elif _HIDDEN.match(line):
            self.problem(number, _("a block mark (///) must be at the beginning of its line, outside lists"))
        else:
            self.text(number, line)

    def measure(self, number: int, line: str) -> None:
        """Reports, once for each, paragraphs that would take a Markdown parser minutes."""
        if not line.strip():
            self.paragraph = self.brackets = 0
            return
        self.paragraph += len(line) + 1
        self.brackets += line.count("[") + line.count("`")
        if self.paragraph > MAX_PARAGRAPH:
            message = _("this paragraph is longer than %(max)s characters; split it", max=MAX_PARAGRAPH)
            self.problem(number, message)
            self.paragraph = -MAX_MARKUP_BYTES
        if self.brackets > MAX_BRACKETS:
            message = _("this paragraph has more than %(max)s brackets or code marks; split it", max=MAX_BRACKETS)
            self.problem(number, message)
            self.brackets = -MAX_MARKUP_BYTES

    def mark(self, number: int, line: str) -> None:
        opening, closing = _OPEN.fullmatch(line), _CLOSE.fullmatch(line)
        if closing:
            self.close(number, len(closing[1]))
        elif opening:
            self.begin(number, len(opening[1]), opening[2].lower(), opening[3] or "")
        else:
            self.problem(
                number, _("this block mark is invalid; write `/// name` or `/// name | word`, and `///` to end it")
            )

    def begin(self, number: int, slashes: int, name: str, word: str) -> None:
        parent = self.open[-1] if self.open else None
        within = parent.name if parent else ""
        if name not in PARENTS:
            blocks = ", ".join(PARENTS)
            message = _("there is no block “%(name)s”; the blocks are %(blocks)s", name=name, blocks=blocks)
            self.problem(number, message)
        elif within in {"", *PARENTS} and within not in PARENTS[name]:
            message = _("a block “%(name)s” cannot be outside a scenario", name=name)
            if within:
                message = _("a block “%(name)s” cannot be inside “%(parent)s”", name=name, parent=within)
            self.problem(number, message)
        block = MarkupBlock(name, word, slashes, number, within, len(self.open))
        self.check_word(block)
        self.outline.blocks.append(block)
        if parent:
            parent.children.append(block)
        elif name == "sector":
            if self.run is None:
                self.run = []
                self.outline.sector_runs.append(self.run)
            self.run.append(block)
        else:
            self.run = None
        self.open.append(block)

    def check_word(self, block: MarkupBlock) -> None:
        if block.name == "sector" and not _SLUG.fullmatch(block.word):
            self.problem(block.line, _("a sector block names its sector: `/// sector | wash`"))
        elif block.name == "scenario" and not block.word:
            self.problem(block.line, _("a scenario has a title: `/// scenario | The girl at the tap`"))
        elif block.name == "option" and block.word not in QUALITIES:
            self.problem(block.line, _("an option is best, harmful or weak: `/// option | best`"))
        elif block.name in ("check", "local", "description", *CALLOUTS) and block.word:
            self.problem(block.line, _("a block “%(name)s” takes no word after a bar", name=block.name))

    def close(self, number: int, slashes: int) -> None:
        if not self.open:
            self.problem(number, _("this `///` closes no block"))
            return
        block = self.open.pop()
        if block.slashes != slashes:
            message = _(
                "the block opened in line %(line)s has %(slashes)s slashes, its end %(end)s",
                line=block.line,
                slashes=block.slashes,
                end=slashes,
            )
            self.problem(number, message)
        self.check(block)

    def text(self, number: int, line: str) -> None:
        block = self.open[-1] if self.open else None
        if block is not None:
            if not block.lines and line.startswith(("    ", "\t")):
                self.problem(number, _("the first line inside a block must not be indented"))
            block.lines.append((number, line))
        elif line.strip():
            self.run = None
        if block is not None and block.name == "scenario" and block.children and line.strip():
            self.problem(number, _("in a scenario only options may follow the first option"))
        heading = _HEADING.match(line)
        if heading:
            self.heading(number, len(heading[1]), heading[2], block)
        foreign = self.foreign.read(line, block.name if block else "")
        if foreign:
            self.problem(number, foreign)

    def heading(self, number: int, level: int, title: str, block: MarkupBlock | None) -> None:
        if not title.strip("# "):
            self.problem(number, _("this heading is empty"))
        elif level == 1:
            self.problem(number, _("the title belongs in the front matter; sections begin with `##`"))
        elif level > 4:
            self.problem(number, _("the lowest level of headings is `####`"))
        elif level == 2 and block is not None:
            self.problem(number, _("a section (`##`) cannot begin inside a block; use `###`"))

    def check(self, block: MarkupBlock) -> None:
        if block.name == "check":
            self.check_knowledge_check(block)
        elif block.name == "scenario":
            qualities = [child.word for child in block.children if child.name == "option"]
            if len(qualities) < 2:
                self.problem(block.line, _("a scenario has at least two options"))
            elif qualities.count("best") != 1:
                self.problem(block.line, _("a scenario has exactly one best option"))
        elif block.name == "option":
            paragraphs = "\n".join(line for _number, line in block.lines).strip().split("\n\n")
            if len([part for part in paragraphs if part.strip()]) + len(block.children) < 2:
                self.problem(block.line, _("an option needs two paragraphs: the choice, then the reason"))
        elif block.name != "local" and not block.children and not any(line.strip() for _number, line in block.lines):
            self.problem(block.line, _("the block “%(name)s” is empty", name=block.name))

    def check_knowledge_check(self, block: MarkupBlock) -> None:
        """Checks a knowledge check: a prompt, two answers or more, one of them right, a reason each."""
        found = answers(block)
        start = found[0][0] if found else block.line + len(block.lines) + 1
        if not any(line.strip() for number, line in block.lines if number < start):
            self.problem(block.line, _("a check begins with its question"))
        if len(found) < 2:
            message = _("a check has at least two answers: `- [x] right | why` and `- [ ] wrong | why`")
            self.problem(block.line, message)
        elif not any(mark for _number, mark, _text in found):
            self.problem(block.line, _("no answer of this check is right; mark one with `[x]`"))
        for number, _mark, text in found:
            answer, bar, why = text.partition(" | ")
            if not bar or not answer.strip() or not why.strip():
                self.problem(number, _("an answer gives its reason after a bar: `- [ ] answer | why`"))
        for number, line in block.lines:
            if number > start and line.startswith(("- ", "* ", "+ ")) and not _ANSWER.fullmatch(line):
                self.problem(number, _("an answer begins with `- [x]` or `- [ ]`"))
