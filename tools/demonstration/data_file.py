"""Writes acts as the lines of the data file that `lms.demo.acts` reads."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from typing import Any

from lms.demo.acts import Act


def write_acts(acts: Iterable[Act], anchor: date) -> Iterator[str]:
    """Writes acts as lines, with days and moments counted from an anchor day; what has its default is left out."""
    for act in acts:
        line = [type(act).__name__, _written(act, anchor)]
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def _written(value: Any, anchor: date) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        given = {field.name: getattr(value, field.name) for field in fields(value) if _is_given(value, field)}
        return {name: _written(part, anchor) for name, part in given.items()}
    if isinstance(value, datetime):
        return f"{(value.date() - anchor).days} {value:%H:%M:%S}"
    if isinstance(value, date):
        return (value - anchor).days
    return [_written(part, anchor) for part in value] if isinstance(value, tuple) else value


def _is_given(value: Any, field: Any) -> bool:
    return field.default is MISSING or getattr(value, field.name) != field.default
