"""Every passage of the course texts with its place, so that a rule about wording can name the line."""

import re
from collections.abc import Iterator
from typing import Any

from lms.catalogue.source.questions import Question, body_of
from lms.catalogue.source.readability import paragraphs_of
from lms.catalogue.source.texts import BankText, ModuleText, Passage
from lms.catalogue.source.wording import words_of
from lms.catalogue.source.yamltext import Place

_TARGET = re.compile(r"\]\([^)]*\)")
_FIRST_WORDS = 7


class Finder:
    """Finds the line of words in a course file, in spite of Markdown's marks."""

    def __init__(self, module: ModuleText) -> None:
        self.starts: list[tuple[int, int]] = []
        said: list[str] = []
        length = 0
        for number, line in enumerate(module.file.text.splitlines(), start=1):
            found = " ".join(words_of(_TARGET.sub("] ", line)))
            if found:
                self.starts.append((length, number))
                said.append(found)
                length += len(found) + 1
        self.text = " ".join(said)

    def line(self, text: str) -> int:
        """Returns the line where a passage begins, the first line of the file where it cannot be found."""
        sought = words_of(text)[:_FIRST_WORDS]
        at = f" {self.text} ".find(f" {' '.join(sought)} ") if sought else -1
        return max((line for start, line in self.starts if start <= at), default=1)


def passages_of_module(module: ModuleText) -> list[Passage]:
    """Lists the paragraphs of a module; they are put together once and kept with it."""
    if module.passages is None:
        finder = Finder(module)
        module.passages = [
            Passage(module.file.path, finder.line(text), text, taught)
            for text, taught in paragraphs_of(module.rendered.segments)
        ]
    return module.passages


def passages_of_bank(bank: BankText) -> Iterator[Passage]:
    """Lists the texts of a bank: stems, choices, feedback."""
    for number, question in bank.questions:
        for place, text, taught in _texts(question):
            line = bank.yaml.line("questions", number, *place)
            yield Passage(bank.file.path, line, text, taught)


def _texts(question: Question) -> Iterator[tuple[Place, str, bool]]:
    body = body_of(question)
    yield ("stem",), body["stem"], True
    for part in ("options", "statements", "pairs"):
        for position, item in enumerate(body.get(part, ())):
            yield from _part(item, (part, position))
    for name, node in body.get("nodes", {}).items():
        yield ("nodes", name, "stem"), node["stem"], True
        for position, option in enumerate(node["options"]):
            yield from _part(option, ("nodes", name, "options", position))


def _part(item: dict[str, Any], place: Place) -> Iterator[tuple[Place, str, bool]]:
    taught = bool(item.get("correct", item.get("true", True)))
    for name in ("text", "left", "right", "feedback"):
        if item.get(name):
            yield place, item[name], taught or name == "feedback"
