"""Every sentence of a refusal or a command goes through gettext."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

LMS = Path(__file__).resolve().parents[2] / "lms"
COMMAND_ERRORS = {"ClickException", "BadParameter", "UsageError"}


@cache
def trees() -> dict[Path, ast.Module]:
    """Returns the syntax trees of all modules, parsed by the process that runs the test."""
    return {path: ast.parse(path.read_text()) for path in sorted(LMS.rglob("*.py"))}


def name_of(node: ast.expr) -> str:
    """Returns the last part of a name: ``Invalid`` of ``errors.Invalid``."""
    return str(getattr(node, "id", getattr(node, "attr", "")))


def refusals() -> set[str]:
    """Returns the names of all classes below Refusal."""
    known = {"Refusal"}
    classes = [node for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    while found := {node.name for node in classes if node.name not in known and known & {*map(name_of, node.bases)}}:
        known |= found
    return known


def is_sentence(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip()
    )


def untranslated() -> Iterator[str]:
    """Yields where a sentence is given as it is."""
    errors = refusals() | COMMAND_ERRORS
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and is_sentence(node.args[0]):
                called = name_of(node.func)
                if called in errors or (called == "__init__" and path.name == "errors.py"):
                    yield f"{path.relative_to(LMS)}:{node.lineno}"


def test_refusals_and_errors_of_commands_go_through_gettext() -> None:
    assert list(untranslated()) == []
