"""YAML as plain values with the line of each; keys stay as written and none is repeated silently."""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lms.catalogue.source.problems import Problem, error
from lms.kernel.i18n import gettext as _

Place = tuple[str | int, ...]

# Only the node tree comes from the library; values are built below. The parser in C, which every wheel has, is ten
# times as fast: the banks are half a megabyte.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST = 100
"""Nested brackets, or dashes in a row, up to which the parser in C is used."""

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

    def line(self, *place: str | int) -> int:
        """Returns the line of a place, or of the nearest place above it that exists."""
        known: Place = ()
        for part in place:
            if (*known, part) in self.lines:
                known = (*known, part)
        return self.lines.get(known, 1)


def read_yaml(path: str, text: str, first_line: int = 1) -> YamlDocument:
    """Reads a YAML text; ``first_line`` is its place in the file."""
    result = YamlDocument(lines={(): first_line})
    try:
        node = yaml.compose(text.removeprefix("\ufeff"), Loader=_loader_for(text))
        if node is not None:
            result.value = _Builder(path, first_line, result).build(node, ())
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = first_line + (mark.line if mark else 0)
        reason = fault.problem or fault.context
        result.problems.append(error(path, line, _("this is not YAML: %(reason)s", reason=reason)))
        return result
    except (YAMLError, RecursionError, ValueError) as fault:
        reason = str(fault).splitlines()[0]
        result.problems.append(error(path, first_line, _("this is not YAML: %(reason)s", reason=reason)))
    return result


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

    def __init__(self, path: str, first_line: int, result: YamlDocument) -> None:
        self.path = path
        self.first_line = first_line
        self.result = result
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
        return _scalar(str(node.value), quoted=bool(getattr(node, "style", None)))

    def mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        """Returns a mapping; keys are text as written, so ``true:`` is the word true."""
        values: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.problem(key, _("a key must be one word"))
                continue
            name = str(key.value)
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
