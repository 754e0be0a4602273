"""From YAML text to a schema's values, with every problem at its line and in words for its author."""

import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lms.catalogue.source.parsing.cache import ParseCache, cache_key
from lms.catalogue.source.parsing.yaml_document import YamlDocument, read_yaml
from lms.catalogue.source.problems import Problem, error
from lms.catalogue.source.read import SourceFile
from lms.catalogue.source.schemas.base import Schema
from lms.kernel.i18n import gettext as _

S = TypeVar("S", bound=Schema)

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(slots=True)
class ParsedFile(Generic[S]):
    """A file that was parsed: without a value where it has problems other than unknown keys."""

    value: S | None
    yaml: YamlDocument
    problems: list[Problem] = field(default_factory=list)


def parse_yaml(
    schema: type[S], path: str, text: str, first_line: int = 1, cache: ParseCache | None = None
) -> ParsedFile[S]:
    """Parses and validates a YAML text, or validates what was parsed before; collects every problem with its line."""
    key = cache_key(text, first_line) if cache else ""
    stored = cache.find(key) if cache else None
    yaml = YamlDocument.from_json(stored) if stored else read_yaml(path, text, first_line)
    if yaml.problems:
        return ParsedFile(None, yaml, list(yaml.problems))
    if not isinstance(yaml.value, dict):
        return ParsedFile(None, yaml, [error(path, first_line, _("this must be a group of keys and values"))])
    try:
        value = schema.model_validate(yaml.value)
    except ValidationError as invalid:
        details = invalid.errors(include_url=False)
        found = {error(path, yaml.line(*_place(detail)), _message(detail)): None for detail in details}
        return ParsedFile(_without_unknown_keys(schema, yaml.value, details), yaml, list(found))
    if cache and not stored:
        cache.add(key, yaml.to_json())
    return ParsedFile(value, yaml)


def _without_unknown_keys(schema: type[S], value: dict[str, Any], details: list[ErrorDetails]) -> S | None:
    """Returns the value where unknown keys are its only problems, so that rules across files still see it."""
    if any(detail["type"] != "extra_forbidden" for detail in details):
        return None
    known = deepcopy(value)
    for detail in details:
        inner: Any = known
        # Besides keys and positions, a place also names the type of question that was chosen.
        for part in detail["loc"][:-1]:
            if isinstance(inner, dict):
                inner = inner.get(part, inner)
            elif isinstance(part, int):
                inner = inner[part]
        inner.pop(detail["loc"][-1], None)
    return schema.model_validate(known)


def split_front_matter(file: SourceFile) -> tuple[str, str, int] | None:
    """Returns front matter, body and the body's first line; None without front matter."""
    match = _FRONT_MATTER.match(file.text)
    if match is None:
        return None
    return match[1], file.text[match.end() :], file.text.count("\n", 0, match.end()) + 1


def _place(detail: ErrorDetails) -> tuple[str | int, ...]:
    """Returns where a problem is: an unknown type of question at its type, not at the question's beginning."""
    return (*detail["loc"], "type") if detail["type"] == "union_tag_invalid" else detail["loc"]


def _message(detail: ErrorDetails) -> str:
    place, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    names = [part for part in place if isinstance(part, str) and part != "[key]"]
    name = f"“{names[-1]}”" if names else _("this")
    if place and isinstance(place[-1], int):
        name = _("item %(number)s of %(list)s", number=place[-1] + 1, list=name)
    pattern, expected = context.get("pattern"), context.get("expected")
    messages = {
        "string_type": _("%(name)s must be text: put quotation marks round this", name=name),
        "int_type": _("%(name)s must be a whole number", name=name),
        "bool_type": _("%(name)s must be true or false", name=name),
        "list_type": _("%(name)s must be a list", name=name),
        "dict_type": _("%(name)s must be a group of keys and values", name=name),
        "extra_forbidden": _("unknown key %(name)s", name=name),
        "missing": _("%(name)s is missing", name=name),
        "union_tag_not_found": _("“type” is missing"),
        "union_tag_invalid": _("“type” must be one of %(types)s", types=context.get("expected_tags")),
        "literal_error": _("%(name)s must be %(expected)s", name=name, expected=expected),
        "value_error": f"{name} {context.get('error')}",
        "string_pattern_mismatch": _("%(name)s must match %(pattern)s", name=name, pattern=pattern),
    }
    messages["model_type"] = messages["model_attributes_type"] = messages["dict_type"]
    if kind in {"string_type", "int_type", "dict_type", "list_type"} and detail["input"] is None:
        return _("%(name)s is empty", name=name)
    return messages.get(kind) or f"{name}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
