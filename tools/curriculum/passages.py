"""The passages of courses and banks with path and line, which the rules about wording read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lms.catalogue.source.parsing.parsed import ParsedBank, ParsedModule
from lms.catalogue.source.parsing.yaml_document import Place
from lms.catalogue.source.schemas.banks import AnyQuestion, stored_body
from lms.kernel.markup import Segment, plain_text
from tools.curriculum.text_analysis import words_of

_LINK_TARGET = re.compile(r"\]\([^)]*\)")
_PARAGRAPH_END = re.compile(r"</(?:p|li|h[2-4]|td|th|div)>|<br\s*/?>")
_FIRST_WORDS = 7


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of a module or a field of a question. ``taught`` is false for a wrong answer on offer."""

    path: str
    line: int
    text: str
    taught: bool = True


class _LineFinder:
    """Finds the line where a passage begins in a Markdown file, ignoring the marks."""

    def __init__(self, module: ParsedModule) -> None:
        self.starts: list[tuple[int, int]] = []
        parts: list[str] = []
        length = 0
        for number, line in enumerate(module.file.text.splitlines(), start=1):
            found = " ".join(words_of(_LINK_TARGET.sub("] ", line)))
            if found:
                self.starts.append((length, number))
                parts.append(found)
                length += len(found) + 1
        self.text = f" {' '.join(parts)} "

    def line(self, text: str) -> int:
        """Returns the line where a passage begins; the first of the file where it is not found."""
        sought = words_of(text)[:_FIRST_WORDS]
        at = self.text.find(f" {' '.join(sought)} ") if sought else -1
        return max((line for start, line in self.starts if start <= at), default=1)


def passages_of_module(module: ParsedModule) -> list[Passage]:
    """Lists the paragraphs of a module."""
    finder = _LineFinder(module)
    return [Passage(module.file.path, finder.line(text), text, taught) for text, taught in _paragraphs(module.segments)]


def passages_of_bank(bank: ParsedBank) -> list[Passage]:
    """Lists the texts of a bank: stems, choices, feedback."""
    return [
        Passage(bank.file.path, bank.yaml.line("questions", number, *place), text, taught)
        for number, question in bank.questions.items()
        for place, text, taught in _texts(question)
    ]


def _paragraphs(segments: Iterable[Segment]) -> Iterator[tuple[str, bool]]:
    for segment in segments:
        for html, taught in _pieces(segment):
            for piece in _PARAGRAPH_END.split(html):
                text = plain_text(piece)
                if text:
                    yield text, taught


def _pieces(segment: Segment) -> Iterator[tuple[str, bool]]:
    yield from ((html, True) for html in segment.get("blocks", {}).values())
    yield segment.get("html") or segment.get("intro") or segment.get("prompt") or "", True
    for option in segment.get("options", ()):
        right = option.get("right", option.get("quality") == "best")
        yield option.get("choice") or option.get("text") or "", bool(right)
        yield option["why"], True


def _texts(question: AnyQuestion) -> Iterator[tuple[Place, str, bool]]:
    body = stored_body(question)
    yield ("stem",), body["stem"], True
    for part in ("options", "statements", "pairs"):
        for position, item in enumerate(body.get(part, ())):
            yield from _part_texts(item, (part, position))
    for name, node in body.get("nodes", {}).items():
        yield ("nodes", name, "stem"), node["stem"], True
        for position, option in enumerate(node["options"]):
            yield from _part_texts(option, ("nodes", name, "options", position))


def _part_texts(item: dict[str, Any], place: Place) -> Iterator[tuple[Place, str, bool]]:
    taught = bool(item.get("correct", item.get("true", True)))
    for name in ("text", "left", "right", "feedback"):
        if item.get(name):
            yield place, item[name], taught or name == "feedback"
