"""YAML as plain values with the line of each; keys stay as written and none is repeated silently."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lms.catalogue.source.parsing.yaml_traps import comma_in_text, comment_in_text, explain, first_mark, quote_it
from lms.catalogue.source.problems import Problem, error
from lms.kernel.i18n import gettext as _

Place = tuple[str | int, ...]

# Only the node tree comes from the library; values are built below. The parser in C, which every wheel has, is ten
# times as fast: the banks are half a megabyte.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST = 100
"""Nested brackets, or dashes in a row, up to which the parser in C is used."""

_COMMENT = re.compile(r"\s+#(\S?)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_BRACKET = re.compile(r"[\[\]{}]")
_DASHES = re.compile(rf"(?:[-?][ \t]+){{{DEEPEST}}}")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class YamlDocument:
    """A parsed text: plain value, the line of each key and item, and the problems."""

    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _stored_lines: bytes = b""

    def line(self, *place: str | int) -> int:
        """Returns the line of a place, or of the nearest place above it that exists."""
        if self._stored_lines:
            self.lines = {tuple(stored): line for *stored, line in json.loads(self._stored_lines)}
            self._stored_lines = b""
        known: Place = ()
        for part in place:
            if (*known, part) in self.lines:
                known = (*known, part)
        return self.lines.get(known, 1)

    def to_json(self) -> bytes:
        """Returns a document without problems in one line: its value as JSON, a tab, its lines as JSON."""
        lines = [[*place, line] for place, line in self.lines.items()]
        return f"{json.dumps(self.value)}\t{json.dumps(lines)}".encode()

    @classmethod
    def from_json(cls, data: bytes) -> "YamlDocument":
        """Returns the document of which this is the JSON; lines are read where a problem needs one."""
        value, _, lines = data.partition(b"\t")
        return cls(json.loads(value), _stored_lines=lines)


def read_yaml(path: str, text: str, first_line: int = 1) -> YamlDocument:
    """Reads a YAML text; ``first_line`` is its place in the file."""
    result = YamlDocument(lines={(): first_line})
    text = text.removeprefix("\ufeff")
    lines = _LINE_END.split(text)
    invisible = next((number for number, line in enumerate(lines) if _CONTROL.search(line)), None)
    if invisible is not None:
        message = _("this line has an invisible control character; remove it")
        result.problems.append(error(path, first_line + invisible, message))
        return result
    try:
        node = compose(text)
        if node is not None:
            result.value = _Builder(path, first_line, result, lines).build(node, ())
    except MarkedYAMLError as fault:
        result.problems.append(explain(path, lines, first_line, fault))
        return result
    except (YAMLError, RecursionError, ValueError) as fault:
        reason = str(fault).splitlines()[0]
        result.problems.append(error(path, first_line, _("this is not YAML: %(reason)s", reason=reason)))
    return result


def compose(text: str) -> Node | None:
    """Returns the tree of a YAML text; raises what PyYAML raises, ``RecursionError`` and ``ValueError``."""
    return yaml.compose(text, Loader=_loader_for(text))


def _loader_for(text: str) -> Any:
    """Returns the parser for a text: the one in C, unless the text nests so deeply that its stack would overflow."""
    depth = 0
    for match in _BRACKET.finditer(text):
        depth = max(0, depth + (1 if match[0] in "[{" else -1))
        if depth > DEEPEST:
            return yaml.SafeLoader
    return yaml.SafeLoader if _DASHES.search(text) else LOADER


class _Builder:
    """Turns YAML's node tree into plain values."""

    def __init__(self, path: str, first_line: int, result: YamlDocument, lines: Sequence[str]) -> None:
        self.path = path
        self.first_line = first_line
        self.result = result
        self.lines = lines
        self.seen: set[int] = set()

    def problem(self, node: Node, message: str, remedy: str = "") -> None:
        self.result.problems.append(error(self.path, self.line(node), message, remedy))

    def line(self, node: Node) -> int:
        return int(node.start_mark.line) + self.first_line

    def build(self, node: Node, place: Place) -> Any:
        """Returns a node's value and notes lines on the way."""
        if id(node) in self.seen:
            # Anchors let a small file grow a thousand times when it is read.
            line = self.result.lines.get(place, self.line(node))
            message = _("anchors and aliases (&name and *name) are not supported")
            self.result.problems.append(error(self.path, line, message, _("write the parts out")))
            return None
        self.seen.add(id(node))
        if isinstance(node, MappingNode):
            return self.mapping(node, place)
        if isinstance(node, SequenceNode):
            items = []
            for number, item in enumerate(node.value):
                self.result.lines[(*place, number)] = self.line(item)
                items.append(self.build(item, (*place, number)))
            return items
        quoted = bool(getattr(node, "style", None))
        value = _scalar(str(node.value), quoted=quoted)
        trap = (
            None
            if quoted
            else self.trap(node, value, next((str(it) for it in reversed(place) if isinstance(it, str)), ""))
        )
        if trap:
            self.result.problems.append(quote_it(self.path, self.line(node), trap))
        return value

    def trap(self, node: Node, value: Any, name: str) -> str | None:
        """Says why a text without quotation marks is not read as it was written."""
        start = node.start_mark
        mark = self.lines[start.line][start.column : start.column + 1] if start.line < len(self.lines) else ""
        if mark and mark in "&!":
            return first_mark(name, mark)
        comment = _COMMENT.match(self.after(node))
        # After one word a comment is meant as one; after several, the sentence goes on.
        ends_sentence = comment and (comment[1] or (isinstance(value, str) and " " in value))
        return comment_in_text(name) if ends_sentence else None

    def after(self, node: Node) -> str:
        """Returns what follows a node on its line."""
        end = node.end_mark
        return self.lines[end.line][end.column :] if end.line < len(self.lines) else ""

    def mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        """Returns a mapping; keys are text as written, so ``true:`` is the word true."""
        values: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.problem(key, _("a key must be one word"))
                continue
            name = str(key.value)
            if node.flow_style and not self.after(key).lstrip().startswith(":"):
                text = next(reversed(values), name)
                self.result.problems.append(quote_it(self.path, self.line(key), comma_in_text(text)))
                continue
            if name in values:
                self.problem(key, _("“%(name)s” appears twice", name=name), _("keep one"))
                continue
            self.result.lines[(*place, name)] = self.line(key)
            values[name] = self.build(value, (*place, name))
        return values


def _scalar(text: str, *, quoted: bool) -> Any:
    if quoted:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text) and len(text) < 16:
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) and len(text) < 16 else text
