"""The text of a question bank, changed one question at a time: every character outside of that question stays.

A question reaches from its first key to the end of its last value; dashes, blank lines, and comments between
questions belong to the bank, and stay where they are.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lms.authoring.questions.errors import BankUnreadable
from lms.authoring.questions.question_yaml import rewrite_question, write_question
from lms.catalogue.api import compose_yaml
from lms.kernel.errors import require_found

if TYPE_CHECKING:
    from yaml.nodes import Node


@dataclass(frozen=True, slots=True)
class BankItem:
    """A question in a bank's text: where it is, in characters, and the line and column where it begins.

    ``id`` is empty where it has none. Lines are counted from 1, columns from 0.
    """

    id: str
    line: int
    column: int
    start: int
    end: int
    source: str

    @property
    def digest(self) -> str:
        """Returns what changes with every change of the question's text."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class BankText:
    """A bank's text and the questions in it. ``dash`` is the column of their dashes; None between brackets."""

    text: str
    items: tuple[BankItem, ...]
    dash: int | None
    # Where the list is, in characters.
    start: int
    end: int

    def find(self, question_id: str) -> BankItem:
        """Returns a question by its id, the first where several have it. Raises ``NotThere``."""
        return require_found(next((item for item in self.items if item.id and item.id == question_id), None))


def read_bank(text: str) -> BankText:
    """Returns the questions in a bank's text. Raises ``BankUnreadable`` where it is no YAML with a list of them."""
    first = len(text) - len(text.removeprefix("\ufeff"))
    try:
        root = compose_yaml(text[first:])
    except ValueError as fault:
        raise BankUnreadable from fault
    pairs = root.value if root is not None and root.id == "mapping" else ()
    listed = next((value for key, value in pairs if key.value == "questions"), None)
    if listed is not None and listed.id == "scalar" and not listed.value:
        return BankText(text, (), 2, listed.start_mark.index + first, listed.end_mark.index + first)
    if listed is None or listed.id != "sequence":
        raise BankUnreadable
    start, end = listed.start_mark.index + first, _end(listed) + first
    dash = None if listed.flow_style and listed.value else listed.start_mark.column if listed.value else 2
    items = tuple(_item(text, node, first) for node in listed.value)
    return BankText(text, items, dash, start, end)


def replace_question(text: str, question_id: str, values: Mapping[str, Any]) -> str:
    """Returns the bank with new values of one question; see ``rewrite_question``."""
    item = read_bank(text).find(question_id)
    source = rewrite_question(item.source, item.column, values)
    return _spliced(text, item.start, item.end, source) if source != item.source else text


def add_question(text: str, values: Mapping[str, Any]) -> str:
    """Returns the bank with a new question at its end."""
    return add_questions(text, [values])


def add_questions(text: str, questions: Iterable[Mapping[str, Any]]) -> str:
    """Returns the bank with new questions at its end, in their order; it is read once, however many they are."""
    bank = read_bank(text)
    if not bank.items:
        before = text[: bank.start].rstrip(" ")
        written = "".join(f"\n  - {write_question(values, 4)}" for values in questions)
        return _spliced(text, len(before), bank.end, written)
    last = bank.items[-1]
    sources = (write_question(values, last.column, in_brackets=bank.dash is None) for values in questions)
    return _insert(bank, last, *sources)


def copy_question(text: str, question_id: str, new_id: str) -> str:
    """Returns the bank with a copy of a question, of another id, after it."""
    bank = read_bank(text)
    item = bank.find(question_id)
    return _insert(bank, item, rewrite_question(item.source, item.column, {"id": new_id}))


def remove_question(text: str, question_id: str) -> str:
    """Returns the bank without a question; comments above and below it stay."""
    bank = read_bank(text)
    item = bank.find(question_id)
    place = bank.items.index(item)
    if bank.dash is None:
        if place + 1 < len(bank.items):
            return text[: item.start] + text[bank.items[place + 1].start :]
        before = bank.items[place - 1].end if place else item.start
        return text[:before] + text[item.end :]
    if len(bank.items) == 1:
        return _spliced(text, bank.start, bank.end, "[]")
    start = text.rindex("-", 0, item.start)
    start, end = text.rfind("\n", 0, start) + 1, _next_line(text, item.end)
    # The blank lines below it go with it, of the last question those above.
    if place + 1 == len(bank.items):
        while text[:start].endswith(("\n\n", "\n\r\n")):
            start = text.rindex("\n", 0, start - 1) + 1
    else:
        while end < len(text) and not text[end : _next_line(text, end)].strip():
            end = _next_line(text, end)
    return text[:start] + text[end:]


def move_question(text: str, question_id: str, to: int) -> str:
    """Returns the bank with a question at another place, from 0; what is between the questions stays in place."""
    bank = read_bank(text)
    order = list(bank.items)
    item = bank.find(question_id)
    order.remove(item)
    order.insert(max(0, min(to, len(order))), item)
    for place, moved in reversed(list(zip(bank.items, order, strict=True))):
        text = text[: place.start] + _in_column(moved, place.column) + text[place.end :]
    return text


def _item(text: str, node: "Node", first: int) -> BankItem:
    start, end = node.start_mark.index + first, _end(node) + first
    while end > start and text[end - 1] in "\r\n":
        # A text in several lines ends with the line.
        end -= 1
    found = [value.value for key, value in node.value if key.value == "id"] if node.id == "mapping" else []
    question_id = found[0] if found and isinstance(found[0], str) else ""
    return BankItem(question_id, node.start_mark.line + 1, node.start_mark.column, start, end, text[start:end])


def _end(node: "Node") -> int:
    """Returns where a node's last value ends; YAML's own end is that of the comments after it."""
    inner: Sequence[Any] = () if node.id == "scalar" or node.flow_style else node.value
    if not inner:
        return int(node.end_mark.index)
    return _end(inner[-1][1] if node.id == "mapping" else inner[-1])


def _insert(bank: BankText, after: BankItem, *sources: str) -> str:
    if bank.dash is None:
        return _spliced(bank.text, after.end, after.end, "".join(f", {source}" for source in sources))
    dash = " " * bank.dash + "-" + " " * (after.column - bank.dash - 1)
    empty_line = "\n" if "\n\n" in bank.text.replace("\r", "") else ""
    rest = bank.text[after.end : _next_line(bank.text, after.end)]
    place = after.end + len(rest.rstrip("\r\n"))
    return _spliced(bank.text, place, place, "".join(f"\n{empty_line}{dash}{source}" for source in sources))


def _in_column(item: BankItem, column: int) -> str:
    """Returns a question's source as it is where it would begin in another column."""
    if column == item.column:
        return item.source
    first, *rest = item.source.split("\n")
    shift = column - item.column
    return "\n".join([first, *(" " * shift + line if shift > 0 else line[-shift:] for line in rest)])


def _next_line(text: str, place: int) -> int:
    found = text.find("\n", place)
    return found + 1 if found >= 0 else len(text)


def _spliced(text: str, start: int, end: int, new: str) -> str:
    """Returns a text with another part in the place of one, with the line ends that the text has."""
    ends = "\r\n" if "\r\n" in text else "\n"
    return text[:start] + new.replace("\r\n", "\n").replace("\n", ends) + text[end:]
