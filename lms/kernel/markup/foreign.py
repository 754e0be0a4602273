"""Marks of other systems, which Markdown would show as they are or silently misread, and what to write instead."""

import re

from lms.kernel.i18n import gettext as _
from lms.kernel.markup.blocks import CALLOUTS

_OPENING = re.compile(
    r":{3,}.*"  # Pandoc, Docusaurus
    r"|(?:!!!|\?\?\?\+?)[ ]*\w.*"  # MkDocs
    r"|>[ ]*\[![\w-]+\].*"  # code hosts
    r"|-{3}[ ]+/?[\w-]+[ ]+-{3}[ ]*"
    r"|(?://|\\{2,}|\|{3,})(?:[ ]*[\w-]+[ ]*(?:\|.*)?)?[ ]*"
    r"|\{%.*%\}.*|\{\{[%<].*"
    r"|\.\.[ ]+[\w-]+::.*|`{3,}\{[\w-]+\}.*"  # Sphinx
)
_CLOSING = re.compile(r":{3,}[ ]*|-{3}[ ]+/.*|(?://|\\{2,}|\|{3,})[ ]*|\{%-?[ ]*end.*|\{\{[%<][ ]*/.*|`{3,}[ ]*")
_QUOTED = re.compile(r"(?<!=)\"[^\"]*\"")
_FENCE = re.compile(r"`{3,}[^`]*|~{3,}.*")
_ANSWER = re.compile(r"(?:[-*+][ ]+)?(?:\[[ xX]\]|\([ xX]\))[ ]+\S.*")
_ITEM = re.compile(r"([ ]*)(?:[-*+]|\d+[.)])[ ]+\S.*")
_UNDERLINE = re.compile(r"={3,}[ ]*|-{3,}[ ]*")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]")
_CONTENTS = re.compile(r"\[{1,2}_?TOC_?\]{1,2}[ ]*")
_ATTRIBUTES = re.compile(r"\{:?[ ]*[.#][\w-]+[^}]*\}")
_CODE = re.compile(r"(`+).+?\1")
_HTML = re.compile(r"<(?=[a-zA-Z/!?])(?!https?://[^<>]*>|[^\s<>@]+@[^\s<>@]+>)/?([a-zA-Z]*)([1-6]?)")

_CAUTIONS = ("caution", "warning", "danger", "attention", "important", "error", "alert", "critical")
_NOTES = ("note", "tip", "hint", "info", "abstract", "example", "question", "success", "quote")
_NAMES = {
    **dict.fromkeys(_CAUTIONS, "caution"),
    **dict.fromkeys(_NOTES, "note"),
    **{name: name for name in ("sector", "scenario", "option", "check", "local", "description", *CALLOUTS)},
}
"""Words of other systems, with our blocks."""


def our_block(words: str) -> str:
    """Returns the block of ours that is nearest to the words by which another system opens one."""
    found = re.findall(r"[a-z]+", _QUOTED.sub("", words).lower())
    return next((_NAMES[word] for word in found if word in _NAMES), "note")


class ForeignMarks:
    """Reads a text line by line and remembers what is open; each foreign block, list and fence is named once."""

    def __init__(self) -> None:
        self.is_block = False
        self.is_fence = False
        self.is_answers = False
        self.first_item: int | None = None
        self.is_nested = False
        self.above = ""

    def read(self, line: str, block: str) -> str | None:
        """Returns what is wrong with a line inside one of our blocks, or on the page itself (``""``)."""
        above, self.above = self.above, line
        message = self.list_item(line)
        if message or not line.strip() or line.startswith(("    ", "\t")):
            return message or html(_CODE.sub("", line))
        text = line.strip()
        if self.is_fence or self.is_block:
            ended = _FENCE.fullmatch(text) if self.is_fence else _CLOSING.fullmatch(text)
            if ended:
                self.is_fence = self.is_block = False
                return None
        if self.is_fence:
            return None
        return self.opening(text) or self.answer(text, block) or underline(text, above) or inside(text)

    def opening(self, text: str) -> str | None:
        """Names a foreign block by the block of ours that is nearest to it."""
        if _OPENING.fullmatch(text):
            self.is_block = True
            name = our_block(text)
            mark = re.match(r"[^\w\s]+(?: ?\[!\w+\])?", text)
            return _(
                "`%(mark)s` marks nothing here; write `/// %(name)s` before the words and `///` after them",
                mark=mark[0] if mark else text,
                name=name,
            )
        if _FENCE.fullmatch(text):
            self.is_fence = True
            return _("there are no code blocks here; write the words as text, or begin each line with `> `")
        return None

    def answer(self, text: str, block: str) -> str | None:
        """Names answers outside a check, once for each list."""
        before, self.is_answers = self.is_answers, block != "check" and bool(_ANSWER.fullmatch(text))
        if not self.is_answers or before:
            return None
        return _("answers stand in a check: write `/// check` before the question and `///` after the last answer")

    def list_item(self, line: str) -> str | None:
        """Names a list inside a list that Markdown would make one list of, once for each list."""
        item = _ITEM.fullmatch(line)
        if not item:
            if line.strip() and not line.startswith(" "):
                self.first_item, self.is_nested = None, False
            return None
        indent = len(item[1])
        if self.first_item is None:
            self.first_item = indent
        if self.is_nested or indent <= self.first_item or (indent - self.first_item) % 4 == 0:
            return None
        self.is_nested = True
        return _("a list inside a list is indented by four blanks; by fewer it becomes one list")


def underline(text: str, above: str) -> str | None:
    """Names a heading that is underlined."""
    if not _UNDERLINE.fullmatch(text) or not above.strip() or above.startswith(("#", "/", "|", " ")):
        return None
    return _("a line under words makes no heading here; write `## Title`, or leave an empty line above it")


def inside(text: str) -> str | None:
    """Names a foreign mark within a line, outside code marks."""
    plain = _CODE.sub("", text)
    if _FOOTNOTE.search(plain):
        return _("there is no footnote here; say it in the text, or take it away")
    if _CONTENTS.fullmatch(plain):
        return _("a list of the sections is made by itself; take it away")
    if _ATTRIBUTES.search(plain):
        return _("words in braces (`{…}`) would be shown as they are; take it away")
    return html(plain)


def html(plain: str) -> str | None:
    """Names HTML, with Markdown for what was meant."""
    tag = _HTML.search(plain)
    if tag is None:
        return None
    remedies = {
        ("b", "strong"): _("write `**words**`"),
        ("i", "em"): _("write `*words*`"),
        ("a",): _("write `[words](/address)`"),
        ("img", "figure", "picture", "svg"): _("write `![what it shows](img/name.png)`"),
        ("br", "p", "div", "span"): _("leave an empty line between paragraphs"),
        ("details", "summary", "aside", "section"): _("write `/// note` before the words and `///` after them"),
        ("ul", "ol", "li"): _("begin each item with `- `"),
        ("h",): _("write `## Title`"),
        ("table", "tr", "td", "th"): _("write `| a | b |`, and `|---|---|` under the first row"),
        ("", "iframe", "video", "audio", "script", "style", "form", "input", "embed", "object"): _("take it away"),
    }
    remedy = next((words for names, words in remedies.items() if tag[1].lower() in names), "")
    remedy = remedy or _("write Markdown (or put `code marks` around an example)")
    return _("HTML is not allowed; %(remedy)s", remedy=remedy)
