"""From text to forms, with every fault at its line and in plain words."""

import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lms.catalogue.source.fields import Form
from lms.catalogue.source.problems import Problem, error
from lms.catalogue.source.reading import SourceFile
from lms.catalogue.source.yamltext import YamlText, read_yaml

F = TypeVar("F", bound=Form)

_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)

_SENTENCES = {
    "string_type": "must be text; put it in quotation marks",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be a group of keys and values",
    "model_type": "must be a group of keys and values",
    "model_attributes_type": "must be a group of keys and values",
}


@dataclass(slots=True)
class Parsed(Generic[F]):
    """A form that was read: without a value where it has faults other than unknown keys."""

    value: F | None
    yaml: YamlText
    problems: list[Problem] = field(default_factory=list)


def parse_form(form: type[F], path: str, text: str, first_line: int = 1) -> Parsed[F]:
    """Reads a YAML text into a form and collects every fault with its line."""
    yaml = read_yaml(path, text, first_line)
    if yaml.problems:
        return Parsed(None, yaml, list(yaml.problems))
    if not isinstance(yaml.value, dict):
        return Parsed(None, yaml, [error(path, first_line, "this must be a group of keys and values")])
    try:
        return Parsed(form.model_validate(yaml.value), yaml)
    except ValidationError as faults:
        details = faults.errors(include_url=False)
        found = {error(path, yaml.line(*_place(fault)), _sentence(fault)): None for fault in details}
        return Parsed(_without_unknown_keys(form, yaml.value, details), yaml, list(found))


def _without_unknown_keys(form: type[F], value: dict[str, Any], faults: list[ErrorDetails]) -> F | None:
    """Returns the form where unknown keys are its only faults, so that rules across files still see it."""
    if any(fault["type"] != "extra_forbidden" for fault in faults):
        return None
    kept = deepcopy(value)
    for fault in faults:
        inner: Any = kept
        # Besides keys and positions, a place also names the kind of question that was chosen.
        for part in fault["loc"][:-1]:
            if isinstance(inner, dict):
                inner = inner.get(part, inner)
            elif isinstance(part, int):
                inner = inner[part]
        inner.pop(fault["loc"][-1], None)
    return form.model_validate(kept)


def split_front(file: SourceFile) -> tuple[str, str, int] | None:
    """Returns front matter, body and the body's first line; nothing where there is no front matter."""
    match = _FRONT.match(file.text)
    if match is None:
        return None
    return match[1], file.text[match.end() :], file.text.count("\n", 0, match.end()) + 1


def _place(fault: ErrorDetails) -> tuple[str | int, ...]:
    """Returns where a fault lies: an unknown kind of question at its type, not at its beginning."""
    return (*fault["loc"], "type") if fault["type"] == "union_tag_invalid" else fault["loc"]


def _sentence(fault: ErrorDetails) -> str:
    """Says what is wrong with a value, in words for its author."""
    place, kind, context = fault["loc"], fault["type"], fault.get("ctx", {})
    names = [part for part in place if isinstance(part, str) and part != "[key]"]
    name = f"“{names[-1]}”" if names else "this"
    if place and isinstance(place[-1], int):
        name = f"item {place[-1] + 1} of {name}"
    if kind in _SENTENCES:
        return f"{name} {_SENTENCES[kind]}"
    sentences = {
        "extra_forbidden": f"unknown key {name}",
        "missing": f"{name} is missing",
        "union_tag_not_found": "“type” is missing",
        "union_tag_invalid": f"“type” must be one of {context.get('expected_tags')}",
        "literal_error": f"{name} must be {context.get('expected')}",
        "value_error": f"{name} {context.get('error')}",
        "string_pattern_mismatch": f"{name} is not written in its pattern, {context.get('pattern')}",
    }
    return sentences.get(kind) or f"{name}: {fault['msg'][:1].lower()}{fault['msg'][1:]}"
