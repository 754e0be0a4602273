"""Every message of the check has its line in the manual's list, and every line of the list is a message."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic_core import PydanticKnownError

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "docs" / "handbook" / "problems.md"
SOURCES = ("lms/catalogue/source", "lms/kernel/markup")

PARTS = {"this", "none", "item %(number)s of %(list)s", " for the sector “%(sector)s”"}
"""Words that are put into the gaps of messages."""

LIBRARY_KINDS = {
    "string_too_short": {"min_length": 1},
    "string_too_long": {"max_length": 1},
    "too_short": {"field_type": "List", "min_length": 1, "actual_length": 0},
    "too_long": {"field_type": "List", "max_length": 1, "actual_length": 2},
    "greater_than_equal": {"ge": 1},
    "less_than_equal": {"le": 1},
}
"""The problems of values that pydantic words itself, of those that course files can have, with what it must be told."""


def remedies(tree: ast.AST) -> Iterator[ast.AST]:
    """Yields what follows a message and says what to do: the last argument, or what is assigned to such a name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            yield from node.args[{"error": 3, "warning": 3, "problem": 2}.get(name, len(node.args)) :]
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                pairs = zip(target.elts, node.value.elts, strict=True) if several else [(target, node.value)]  # type: ignore[attr-defined]
                yield from (value for each, value in pairs if getattr(each, "id", "") in {"remedy", "remedies"})


def sentences(tree: ast.AST) -> set[str]:
    """Returns the texts for translators in a tree."""
    return {
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_" and isinstance(node.args[0], ast.Constant)
    }


def plain(message: str) -> str:
    """Returns a message with an ellipsis for each gap; one at the beginning is left out."""
    return re.sub(r"^…:? ", "", re.sub(r"(?:%\(\w+\)s|…)+", "…", message))


def messages() -> set[str]:
    """Returns every message of the check."""
    found = set()
    for path in (path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text())
        found |= sentences(tree) - {text for remedy in remedies(tree) for text in sentences(remedy)}
    assert found > PARTS
    return {plain(message) for message in found - PARTS}


def library_messages() -> dict[str, re.Pattern[str]]:
    """Returns a pattern for each problem that the library words, as the check shows it."""
    templates = {
        kind: PydanticKnownError(kind, context).message_template  # type: ignore[arg-type]
        for kind, context in LIBRARY_KINDS.items()
    }
    return {
        kind: re.compile(re.sub(r"\\{\w+\\}", ".*", re.escape(text)), re.IGNORECASE) for kind, text in templates.items()
    }


def lines_of_manual() -> set[str]:
    """Returns the first cell of each row of the manual's tables, without backslashes before marks."""
    rows = re.findall(r"^\| (.+?) (?<!\\)\| .+ \|$", MANUAL.read_text(), re.MULTILINE)
    return {plain(re.sub(r"\\([|<*_`])", r"\1", row)) for row in rows} - {"message"}


def test_every_message_of_the_check_has_its_line_in_the_manual() -> None:
    assert sorted(messages() - lines_of_manual()) == []


def test_every_problem_that_the_library_words_has_its_line_in_the_manual() -> None:
    lines = lines_of_manual()
    assert [kind for kind, pattern in library_messages().items() if not any(map(pattern.fullmatch, lines))] == []


def test_every_line_of_the_manual_is_a_message_of_the_check() -> None:
    patterns = library_messages().values()
    others = lines_of_manual() - messages()
    assert [line for line in sorted(others) if not any(pattern.fullmatch(line) for pattern in patterns)] == []
