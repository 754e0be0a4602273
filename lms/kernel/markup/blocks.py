"""The blocks of course texts for ``pymdownx.blocks``: marked elements that the renderer takes apart."""

import re
import threading
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from pymdownx.blocks import BlocksExtension, BlocksProcessor
from pymdownx.blocks.block import Block

NAME, WORD, PART, RIGHT = "data-block", "data-word", "data-part", "data-right"
"""Attributes that mark elements. Authors cannot write attributes, and the sanitiser removes these."""

CALLOUTS = ("caution", "do", "dont", "note")
CALLOUT_WORDS: dict[str, dict[str, str]] = {
    "en": {"caution": "Caution", "do": "Do", "dont": "Do not", "note": "Note"},
    "fr": {"caution": "Attention", "do": "À faire", "dont": "À ne pas faire", "note": "À savoir"},
    "es": {"caution": "Atención", "do": "Haga", "dont": "No haga", "note": "Nota"},
    "ar": {"caution": "تنبيه", "do": "افعل", "dont": "لا تفعل", "note": "ملاحظة"},
}

_MARK = re.compile(r"\[([ xX])\]\s+")


class _CourseBlock(Block):  # type: ignore[misc]  # the library has no types
    """A block that becomes a marked ``div``."""

    def on_create(self, parent: Element) -> Element:
        """Creates the element with the block's name and word."""
        return SubElement(parent, "div", {NAME: self.NAME, WORD: self.argument or ""})

    def _create(self, parent: Element) -> Element:
        # The library would add any attribute an author writes under the header; here nobody can.
        return self.on_create(parent)

    def on_markdown(self) -> str:
        """Returns how the content is parsed: as blocks."""
        return "block"


class _CheckBlock(_CourseBlock):
    """A knowledge check: the text before its list is the prompt, each item an answer with its reason."""

    def on_inline_end(self, block: Element) -> None:
        """Separates prompt, answers and reasons, after inline markup was parsed."""
        prompt = Element("div", {PART: "prompt"})
        answers: list[Element] = []
        for child in list(block):
            block.remove(child)
            if child.tag == "ul":
                answers += [_answer(item) for item in child.findall("li")]
            else:
                prompt.append(child)
        block.text = None
        block.append(prompt)
        block.extend(answers)


def _answer(item: Element) -> Element:
    """Returns an answer: an element with its text, its reason and whether it is right."""
    paragraph = item.find("p")
    content = paragraph if paragraph is not None and not (item.text or "").strip() else item
    mark = _MARK.match((content.text or "").lstrip())
    answer = Element("div", {PART: "answer", RIGHT: "yes" if mark and mark[1] in "xX" else "no"})
    if mark:
        content.text = (content.text or "").lstrip()[mark.end() :]
    text, why = _split_at_bar(content)
    answer.append(text)
    answer.append(why)
    return answer


def _split_at_bar(content: Element) -> tuple[Element, Element]:
    """Returns the content before and after the first bar between blanks."""
    before, after = Element("div", {PART: "text"}), Element("div", {PART: "why"})
    head, bar, rest = (content.text or "").partition(" | ")
    before.text = head
    found = bool(bar)
    after.text = rest if found else None
    for child in list(content):
        if found:
            after.append(child)
            continue
        before.append(child)
        tail, bar, rest = (child.tail or "").partition(" | ")
        if bar:
            found = True
            child.tail, after.text = tail, rest
    return before, after


def _kind(name: str, argument: bool, base: type[_CourseBlock] = _CourseBlock) -> type[_CourseBlock]:
    return type(f"{name.title()}Block", (base,), {"NAME": name, "ARGUMENT": argument})


class CourseBlocks(BlocksExtension):  # type: ignore[misc]  # the library has no types
    """Registers the blocks of course texts."""

    def extendMarkdownBlocks(  # noqa: N802 - the library's name
        self,
        md: Markdown,  # noqa: ARG002 - the library's signature
        block_mgr: BlocksProcessor,
    ) -> None:
        """Adds every block by its name."""
        for name in ("sector", "scenario", "option"):
            block_mgr.register(_kind(name, argument=True), {})
        block_mgr.register(_kind("check", argument=False, base=_CheckBlock), {})
        for name in ("local", "description", *CALLOUTS):
            block_mgr.register(_kind(name, argument=False), {})


class PlainText(Extension):
    """Disables what course texts do not use: raw HTML and underlined headings."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the library's name
        """Removes the processors, so that a tag is text like any other."""
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.parser.blockprocessors.deregister("setextheader")


class _Parsers(threading.local):
    """One Markdown parser of course texts for each thread, as it has state."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Makes another one, whatever the state of the last."""
        self.markdown = Markdown(
            extensions=["tables", "sane_lists", CourseBlocks(), PlainText()],
            extension_configs={"tables": {"use_align_attribute": True}},
            output_format="html",
        )


parsers = _Parsers()
