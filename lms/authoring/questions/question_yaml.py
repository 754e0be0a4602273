"""Writes one question as YAML; comments, order and quotation marks of what does not change stay as they are.

Only here ruamel.yaml is used: it writes back what it read, and takes ten times as long as what reads whole banks.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import StringIO
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

from lms.kernel.text import normalise

if TYPE_CHECKING:
    from ruamel.yaml import YAML

_PLAIN = re.compile(r"[^\W\d_](?:[^\x00-\x1f:#,\[\]{}&*!|>%@`\"\\]*[^\s\x00-\x1f:#,\[\]{}&*!|>%@`\"\\])?")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})
# What our reader takes for something else than a text, where it has no quotation marks.
_NO_TEXT = re.compile(r"true|True|false|False|null|~|[-+]?(?:0|[1-9][0-9]*)|[-+]?[0-9]+\.[0-9]+|")
_SAID = {True: frozenset({"true", "True", "yes"}), False: frozenset({"false", "False", "no"})}


def write_question(values: Mapping[str, Any], column: int, *, in_brackets: bool = False) -> str:
    """Returns a new question as YAML that begins in a column, or for a list in brackets; empty values are left out.

    ``values`` are by the names of a bank's file: texts, whole numbers, bools, and lists and groups of these.
    """
    node = _node(values)
    if in_brackets:
        node.fa.set_flow_style()
    return _dump(node, column)


def rewrite_question(source: str, column: int, values: Mapping[str, Any]) -> str:
    """Returns a question's YAML with new values; keys that ``values`` does not name stay, empty ones are removed.

    Where nothing changes, the source is returned as it is. Parts are recognised by their ids.
    """
    document = _yaml().load(dedent(" " * column + source.replace("\r\n", "\n")))
    return _dump(document, column) if _merge(document, values) else source


@lru_cache(maxsize=1)
def _yaml() -> "YAML":
    from ruamel.yaml import YAML  # noqa: PLC0415 - only authors who save a question need it
    from ruamel.yaml.nodes import ScalarNode  # noqa: PLC0415 - as above
    from ruamel.yaml.resolver import VersionedResolver  # noqa: PLC0415 - as above

    class TextResolver(VersionedResolver):
        """Takes every scalar for a text, so that yes, no and numbers are written as they were read."""

        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            """Returns the tag of texts for scalars."""
            return self.DEFAULT_SCALAR_TAG if kind is ScalarNode else super().resolve(kind, value, implicit)

    yaml = YAML()
    yaml.Resolver = TextResolver
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dump(document: Any, column: int) -> str:
    written = StringIO()
    _yaml().dump(document, written)
    return indent(written.getvalue().rstrip("\n"), " " * column)[column:]


def _merge(group: Any, values: Mapping[str, Any]) -> bool:
    """Puts values into a group that was read; returns whether anything changed."""
    changed, place = False, 0
    for key, value in values.items():
        if key in group:
            changed = _merge_value(group, key, value) or changed
        elif not _is_empty(value):
            group.insert(place, key, _node(value, key))
            changed = True
        place = list(group).index(key) + 1 if key in group else place
    return changed


def _merge_value(group: Any, key: str, value: Any) -> bool:
    old = group[key]
    if value and isinstance(value, Mapping) and isinstance(old, dict):
        # The steps of a story are a list by name: one that is not in it any more is gone.
        gone = [name for name in old if key == "nodes" and name not in value]
        for name in gone:
            del old[name]
        return _merge(old, value) or bool(gone)
    if value and isinstance(value, Sequence) and not isinstance(value, str) and isinstance(old, list):
        return _merge_list(group, key, value)
    if _is_same(old, value):
        return False
    if _is_empty(value) and not isinstance(value, bool):
        del group[key]
    else:
        group[key] = _node(value, key)
    return True


def _merge_list(group: Any, key: str, values: Sequence[Any]) -> bool:
    """Puts a list into the place of another; parts with the id of one that was there take what it had."""
    old = group[key]
    places = _places(old, values)
    if places == list(range(len(old))):
        # All are put in before any is looked at.
        changes = [_merge_part(old, number, value) for number, value in enumerate(values)]
        return True in changes
    new = _node([])
    new.fa.set_flow_style() if old.fa.flow_style() else new.fa.set_block_style()
    for number, (place, value) in enumerate(zip(places, values, strict=True)):
        if place is None:
            new.append(_node(value))
            continue
        _merge_part(old, place, value)
        new.append(old[place])
        if place in old.ca.items:
            new.ca.items[number] = old.ca.items[place]
    group[key] = new
    return True


def _places(old: Sequence[Any], values: Sequence[Any]) -> list[int | None]:
    """Returns for each value which part of the list it was: by its id, without ids by its place; None for new ones."""
    names = [str(part.get("id", number)) if isinstance(part, dict) else str(part) for number, part in enumerate(old)]
    found: list[int | None] = []
    for number, value in enumerate(values):
        name = str(value.get("id") or number) if isinstance(value, Mapping) else str(value)
        place = names.index(name) if name in names else None
        # Each is taken once: the same node twice would be written as an anchor and an alias.
        found.append(None if place in found else place)
    return found


def _merge_part(parts: Any, number: int, value: Any) -> bool:
    return _merge(parts[number], value) if isinstance(value, Mapping) else False


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value == "" or value in ([], {})


def _is_same(old: Any, value: Any) -> bool:
    """Returns whether what was read already says this; a text in other quotation marks is the same."""
    if isinstance(old, list | dict):
        return bool(old == value) if not old else False
    if isinstance(value, bool):
        return str(old) in _SAID[value]
    if isinstance(value, int):
        return str(old) == str(value)
    # A text that is read as something else, such as 2019 or true, needs quotation marks.
    is_text = type(old) is not str or not _NO_TEXT.fullmatch(old)
    return isinstance(value, str) and is_text and normalise(str(old)) == normalise(value)


def _node(value: Any, key: str = "") -> Any:
    """Returns a value as ruamel.yaml writes it: in one line where it has no groups in it, else in several."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415 - as in _yaml
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString  # noqa: PLC0415 - as above

    if isinstance(value, bool):
        yes, no = ("yes", "no") if key == "true" else ("true", "false")
        return yes if value else no
    if isinstance(value, Mapping):
        # Whether a statement is true is said also where it is not.
        said = {name: each for name, each in value.items() if not _is_empty(each) or name == "true"}
        return _styled(CommentedMap((name, _node(each, name)) for name, each in said.items()), said.values())
    if isinstance(value, list | tuple):
        return _styled(CommentedSeq(_node(each) for each in value), value)
    text = str(value)
    is_plain = isinstance(value, int) or (_PLAIN.fullmatch(text) and text.lower() not in _WORDS)
    return text if is_plain else DoubleQuotedScalarString(text)


def _styled(node: Any, values: Any) -> Any:
    in_lines = any(isinstance(value, Mapping | list | tuple) for value in values)
    node.fa.set_block_style() if in_lines else node.fa.set_flow_style()
    return node
