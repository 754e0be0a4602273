"""What a form of a question shows and what it becomes in the bank's file; new questions and their ids."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import count
from string import ascii_lowercase
from typing import Any

from lms.catalogue.api import placeholder
from lms.kernel.i18n import gettext as _
from lms.kernel.text import normalise

KINDS = ("single", "multiple", "ordering", "matching", "statements", "branching")
PARTS = {"matching": "pairs", "statements": "statements"}
"""Where a question has its parts; else they are options, and of a story nodes."""
_TEXTS = ("text", "feedback", "left", "right", "stem")
QUESTION_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_ID = 60


def parts_name(kind: str) -> str:
    """Returns the name of a type's parts in the file."""
    return "nodes" if kind == "branching" else PARTS.get(kind, "options")


def is_for_a_form(value: Mapping[str, Any]) -> bool:
    """Returns whether a form can show all of a question: else it is changed as text, so that nothing is lost."""
    kind = value.get("type")
    if kind not in KINDS:
        return False
    groups = [value.get("source") or {}, value.get("refresh") or {}]
    if not _are_flat(groups) or not isinstance(value.get("sectors", []), list):
        return False
    parts = value.get(parts_name(kind), [])
    if kind == "branching":
        nodes = parts.values() if isinstance(parts, Mapping) else [None]
        return all(isinstance(node, Mapping) and _are_flat(node.get("options", [])) for node in nodes)
    return _are_flat(parts)


def _are_flat(parts: Any) -> bool:
    return isinstance(parts, list) and all(
        isinstance(part, Mapping) and not any(isinstance(each, list | Mapping) for each in part.values())
        for part in parts
    )


def form_data(value: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a question of the file as the data of its form."""
    kind, source, refresh = value["type"], value.get("source") or {}, value.get("refresh") or {}
    data: dict[str, Any] = {
        "stem": _text(value.get("stem")),
        "objective": _text(value.get("objective")),
        "red_line": value.get("red_line") is True,
        "sectors": [_text(sector) for sector in value.get("sectors", [])],
        "source_title": _text(source.get("title")),
        "source_publisher": _text(source.get("publisher")),
        "source_year": _text(source.get("year")),
        "refresh": place_to_read(_text(refresh.get("module")), _text(refresh.get("section"))),
    }
    parts = value.get(parts_name(kind), [])
    if kind == "branching":
        nodes = parts or {}
        data["nodes"] = [
            {"name": name, "stem": _text(node.get("stem")), "options": [_row(each) for each in node.get("options", [])]}
            for name, node in nodes.items()
        ]
    else:
        data[parts_name(kind)] = [_row(part) | {"place": number} for number, part in enumerate(parts, start=1)]
    return data


def _row(part: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {name: _text(each) for name, each in part.items() if name not in {"correct", "true"}}
    row["correct"] = part.get("correct") is True
    said = {True: "yes", "yes": "yes", False: "no", "no": "no"}
    return row | ({"true": said.get(part["true"], "")} if "true" in part else {})


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else normalise(str(value))


def place_to_read(module: str, section: str) -> str:
    """Returns where to read again as one value of a select field: ``module#section``."""
    return f"{module}#{section}" if section else module


def question_values(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the data of a form as values of the file; rows without any text are left out.

    Parts without an id get the next free letter; pairs only where another pair has one.
    """
    module, _mark, section = (data.get("refresh") or "").partition("#")
    year = normalise(data.get("source_year"))
    source = {
        "title": normalise(data.get("source_title")),
        "publisher": normalise(data.get("source_publisher")),
        "year": int(year) if re.fullmatch(r"[1-9][0-9]{0,3}", year) else year,
    }
    values: dict[str, Any] = {
        "objective": data.get("objective") or "",
        "red_line": bool(data.get("red_line")),
        "sectors": list(data.get("sectors") or ()),
        "stem": normalise(data.get("stem")),
    }
    if kind == "branching":
        values["nodes"] = _nodes(data.get("nodes") or ())
    else:
        rows = list(data.get(parts_name(kind)) or ())
        if kind == "ordering":
            rows.sort(key=lambda row: row.get("place") or len(rows) + 1)
        keys = {"matching": ("left", "right"), "ordering": ("text",), "statements": ("text", "true")}
        names = keys.get(kind, ("text", "correct"))
        is_numbered = kind == "matching" and not any(row.get("id") for row in rows)
        values[parts_name(kind)] = _parts(rows, (*names, "feedback"), with_ids=not is_numbered)
    values["source"] = source if any(source.values()) else {}
    values["refresh"] = {"module": module, "section": section} if module else {}
    return values


def _is_typed(row: Mapping[str, Any]) -> bool:
    return any(normalise(row.get(name)) for name in _TEXTS)


def _parts(rows: Collection[Mapping[str, Any]], names: Iterable[str], *, with_ids: bool = True) -> list[dict[str, Any]]:
    # The id of a part that is left out now stays its own: people have answered with it.
    used = {row["id"] for row in rows if row.get("id")}
    parts = []
    for row in filter(_is_typed, rows):
        own = row.get("id") or (next_letter(used) if with_ids else "")
        used.add(own)
        part: dict[str, Any] = {"id": own} if own else {}
        for name in names:
            given = row.get(name)
            part[name] = bool(given) if name == "correct" else normalise(given)
        if part.get("true"):
            part["true"] = part["true"] == "yes"
        parts.append(part)
    return parts


def _nodes(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    nodes: dict[str, Any] = {}
    for number, row in enumerate(rows, start=1):
        options = list(row.get("options") or ())
        if not any(map(_is_typed, (row, *options))):
            continue
        wished = normalise(row.get("name")) or f"step-{number}"
        # Two steps of one name would become one.
        name = wished if wished not in nodes else f"{wished}-{number}"
        stem = normalise(row.get("stem"))
        nodes[name] = {"stem": stem, "options": _parts(options, ("text", "correct", "feedback", "next"))}
    return nodes


def next_letter(used: Collection[str]) -> str:
    """Returns the first letter that no part of the question has as its id, or after z the first number."""
    numbers = map(str, count(1))
    return next(name for names in (ascii_lowercase, numbers) for name in names if name not in used)


def propose_id(ids: Collection[str], course: str) -> str:
    """Returns a free id for a new question: what most ids begin with, or the course's initials, and a number."""
    firsts = Counter(name.partition("-")[0] for name in sorted(ids) if "-" in name)
    prefix = firsts.most_common(1)[0][0] if firsts else "".join(word[0] for word in course.split("-") if word)
    return next(name for number in count(len(ids) + 1) if (name := f"{prefix}-{number}") not in ids)


def copied_id(question_id: str, ids: Collection[str]) -> str:
    """Returns a free id for the copy of a question."""
    stem = question_id[: LONGEST_ID - 4].rstrip("-")
    return next(name for number in count(2) if (name := f"{stem}-{number}") not in ids)


def new_question(kind: str, question_id: str, objective: str, module: str) -> dict[str, Any]:
    """Returns a question to rewrite, which already fits its type; it cannot be published before that."""
    why_right, why_wrong = _("Say why it is right."), _("Say what harm it does.")
    right = {"id": "a", "text": _("Write what is right."), "correct": True, "feedback": why_right}
    wrong = {"id": "b", "text": _("Write what is kind but harmful."), "feedback": why_wrong}
    other = {"id": "c", "text": _("Write another wrong answer."), "feedback": why_wrong}
    second = {"id": "d", "text": _("Write what is right as well."), "correct": True, "feedback": why_right}
    stem = _("Describe a situation at work, and ask what to do first.")
    parts: dict[str, Any]
    match kind:
        case "multiple":
            parts = {"options": [right, wrong, other, second]}
        case "ordering":
            steps = (_("Write what to do first."), _("Write what to do next."), _("Write what to do last."))
            why = _("Say why it has this place.")
            parts = {
                "options": [
                    {"id": name, "text": text, "feedback": why} for name, text in zip("abc", steps, strict=True)
                ]
            }
        case "matching":
            parts = {
                "pairs": [
                    {
                        "id": name,
                        "left": _("Write thing %(number)s.", number=number),
                        "right": _("Write what belongs to thing %(number)s.", number=number),
                        "feedback": _("Say why they belong together."),
                    }
                    for number, name in enumerate("abc", start=1)
                ]
            }
        case "statements":
            parts = {
                "statements": [
                    {"id": "a", "text": _("Write a sentence that is true."), "true": True, "feedback": why_right},
                    {"id": "b", "text": _("Write a sentence that is not true."), "true": False, "feedback": why_wrong},
                ]
            }
        case "branching":
            ends = {"stem": _("Write what happens next."), "options": [right, wrong]}
            start = {"stem": _("Write what happens."), "options": [right | {"next": "then"}, wrong]}
            parts = {"nodes": {"start": start, "then": ends}}
        case _:
            parts = {"options": [right, wrong, other]}
    start_of = {"id": question_id, "objective": objective, "type": kind, "stem": stem}
    marked: dict[str, Any] = _marked(start_of | parts)
    return marked | ({"refresh": {"module": module}} if module else {})


def _marked(value: Any, name: str = "") -> Any:
    """Returns a question, or a part of it under a name, with its sentences marked as those of a template."""
    if isinstance(value, dict):
        return {key: _marked(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [_marked(part) for part in value]
    return placeholder(value) if name in _TEXTS else value
