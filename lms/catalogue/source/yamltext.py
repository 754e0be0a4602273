"""YAML as plain values with the line of each; keys stay as they are written and none is repeated silently."""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lms.catalogue.source.problems import Problem, error

Place = tuple[str | int, ...]

# Only the tree is taken from the library; what a value is, is decided below. The reader written in C, which every
# wheel brings, is ten times as fast: the banks are half a megabyte.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST = 100
"""Brackets in brackets, or dashes in a row, up to which the reader in C is asked."""

_BRACKET = re.compile(r"[\[\]{}]")
_DASHES = re.compile(rf"(?:[-?][ \t]+){{{DEEPEST}}}")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_WORDS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "~": None,
    "": None,
}


@dataclass(slots=True)
class YamlText:
    """A parsed text: plain value, the line of each key and item, and the problems."""

    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, *place: str | int) -> int:
        """Returns the line of a place, or of the nearest place above it that is there."""
        known: Place = ()
        for part in place:
            if (*known, part) in self.lines:
                known = (*known, part)
        return self.lines.get(known, 1)


def read_yaml(path: str, text: str, first_line: int = 1) -> YamlText:
    """Reads a YAML text; ``first_line`` is its place in the file."""
    result = YamlText(lines={(): first_line})
    try:
        node = yaml.compose(text.removeprefix("\ufeff"), Loader=_loader_for(text))
        if node is not None:
            result.value = _Builder(path, first_line, result).build(node, ())
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = first_line + (mark.line if mark else 0)
        result.problems.append(error(path, line, f"this is not YAML: {fault.problem or fault.context}"))
        return result
    except (YAMLError, RecursionError, ValueError) as fault:
        result.problems.append(error(path, first_line, f"this is not YAML: {str(fault).splitlines()[0]}"))
    return result


def _loader_for(text: str) -> Any:
    """Returns the reader for a text: the one in C, unless it nests so deep that C would run out of its stack."""
    depth = 0
    for match in _BRACKET.finditer(text):
        depth = max(0, depth + (1 if match[0] in "[{" else -1))
        if depth > DEEPEST:
            return yaml.SafeLoader
    return yaml.SafeLoader if _DASHES.search(text) else LOADER


class _Builder:
    """Turns YAML's tree into plain values."""

    def __init__(self, path: str, first_line: int, result: YamlText) -> None:
        self.path = path
        self.first_line = first_line
        self.result = result
        self.seen: set[int] = set()

    def problem(self, node: Node, sentence: str) -> None:
        self.result.problems.append(error(self.path, self.line(node), sentence))

    def line(self, node: Node) -> int:
        """Returns the line a node begins in."""
        return int(node.start_mark.line) + self.first_line

    def build(self, node: Node, place: Place) -> Any:
        """Returns a node's value and notes lines on the way."""
        if id(node) in self.seen:
            # A name for a part is a way to write a small file that is a thousand times larger once read.
            sentence = "parts repeated by name (&name and *name) are not read; write them out"
            line = self.result.lines.get(place, self.line(node))
            self.result.problems.append(error(self.path, line, sentence))
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
        return _scalar(str(node.value), quoted=bool(getattr(node, "style", None)))

    def mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        """Returns a mapping; keys are text as written, so ``true:`` is the word true."""
        values: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.problem(key, "a key must be one word")
                continue
            name = str(key.value)
            if name in values:
                self.problem(key, f"“{name}” is written twice; keep one")
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
