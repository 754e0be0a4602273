"""Rules of the architecture that can be read off the source: names, docstrings, where statements are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LMS = ROOT / "lms"
SOURCES = sorted(path for path in LMS.rglob("*.py"))
PACKAGES = sorted(path for path in LMS.iterdir() if path.is_dir() and (path / "__init__.py").exists())
VAGUE_NAMES = {"utils.py", "helpers.py", "common.py", "manager.py", "misc.py"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_top_package_is_empty() -> None:
    assert (LMS / "__init__.py").read_text() == ""


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_a_package_has_a_docstring_and_nothing_else(package: Path) -> None:
    body = ast.parse((package / "__init__.py").read_text()).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


def test_no_module_has_a_vague_name() -> None:
    assert [name(path) for path in SOURCES if path.name in VAGUE_NAMES] == []


def test_there_is_one_commit_point() -> None:
    found = [name(path) for path in SOURCES if ".commit(" in path.read_text()]
    # db.commit() in requests.py calls the one commit point.
    assert [path for path in found if path not in ("lms/kernel/db.py", "lms/kernel/requests.py")] == []


def test_rows_are_locked_in_one_place() -> None:
    found = [name(path) for path in SOURCES if ".with_for_update(" in path.read_text()]
    assert found == ["lms/kernel/db.py"]


def test_selects_live_in_queries() -> None:
    allowed = (
        "queries",
        "lms/kernel/",
        "lms/catalogue/source/apply.py",
        "lms/compliance/source_data/",
        "lms/compliance/projection/",
        "lms/compliance/report/later_facts.py",
    )
    found = [
        name(path)
        for path in SOURCES
        if re.search(r"\bselect\(", path.read_text()) and not any(word in name(path) for word in allowed)
    ]
    assert found == []


def test_only_the_clock_reads_the_time() -> None:
    asks = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    found = [name(path) for path in SOURCES if asks.search(path.read_text())]
    assert found == ["lms/kernel/clock.py"]


def test_every_module_has_a_docstring() -> None:
    silent = [name(path) for path in SOURCES if path.read_text() and not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_every_model_says_what_a_row_means_and_what_is_personal() -> None:
    faults = []
    for path in LMS.rglob("*models*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any(
                isinstance(base, ast.Name) and base.id == "Model" for base in node.bases
            ):
                text = ast.get_docstring(node) or ""
                if "One row:" not in text or "Personal data:" not in text:
                    faults.append(f"{name(path)}: {node.name}")
    assert faults == []


def test_imports_are_at_the_top_or_say_why_they_are_not() -> None:
    found = []
    for path in SOURCES:
        lines = path.read_text().splitlines()
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                found += [
                    f"{name(path)}:{node.lineno}"
                    for node in ast.walk(function)
                    if isinstance(node, ast.Import | ast.ImportFrom) and " PLC0415 - " not in lines[node.lineno - 1]
                ]
    assert found == []


def test_no_text_names_where_it_was_written() -> None:
    words = re.compile(r"/work/|pypi\.org/simple|DEVELOPERS\.md|\bhelper session|\bthis workplace\b")
    texts = [
        path
        for pattern in ("lms/**/*.py", "docs/**/*.md", "*.md", "*.toml", "*.txt", "Makefile", "bin/*", "bench/*.py")
        for path in ROOT.glob(pattern)
        if path.is_file()
    ]
    assert [name(path) for path in texts if words.search(path.read_text())] == []


def test_every_refusal_can_be_translated() -> None:
    """A sentence given to an exception of ours goes through gettext; what only a programmer sees is exempt."""
    programmers = {
        "ValueError", "TypeError", "RuntimeError", "KeyError", "LookupError", "OverflowError", "PdfError",
    }  # fmt: skip
    found = [
        f"{name(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and getattr(node.exc.func, "id", getattr(node.exc.func, "attr", "")) not in programmers
        and any(
            isinstance(given, ast.JoinedStr) or (isinstance(given, ast.Constant) and isinstance(given.value, str))
            for given in node.exc.args
        )
    ]
    assert found == []
