"""What the documents name exists: addresses, commands with options, make targets, files, functions, link targets."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from flask import Flask

from lms.kernel.db import db

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r'(?:\]\(|<img src=")([^)"\s]+)')
PLACES = {"int:": r"(<\w+>|…|\d+)", "path:": r"(<\w+>|…|.+)", None: r"(<\w+>|…|[^/]+)"}
"""What a document may write for a variable of an address, by its converter."""


def named(path: Path) -> Iterator[str]:
    """Yields what a document sets as code: spans, and the lines of fenced blocks without their comments."""
    text = path.read_text()
    for block in FENCED.findall(text):
        yield from (line.partition(" #")[0].strip() for line in block.splitlines()[1:-1])
    yield from re.findall(r"`([^`\n]+)`", FENCED.sub("", text))


def says(path: Path, wrong: str) -> str:
    return f"{path.relative_to(ROOT)}: {wrong}"


def addresses(path: Path) -> Iterator[str]:
    """Yields the addresses that a document names, in code or as a link, without query and anchor."""
    for words in (*named(path), *LINK.findall(path.read_text())):
        found = re.fullmatch(r"(?:(?:GET|POST) )?(/(?!/)[^\s?#]*)(?:[?#].*)?", words)
        if found:
            yield found[1]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_address_in_the_documents_exists(app: Flask) -> None:
    rules = [
        re.sub(r"<(\w+:)?\w+>", lambda variable: PLACES[variable[1]], rule.rule.replace(".", r"\."))
        for rule in app.url_map.iter_rules()
    ]
    assert [
        says(path, address)
        for path in DOCUMENTS
        for address in addresses(path)
        if not any(re.fullmatch(rule, address) for rule in rules)
    ] == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_command_in_the_documents_exists(app: Flask) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    wrong = []
    for path in DOCUMENTS:
        for words in named(path):
            program, *rest = words.removeprefix(".venv/bin/").split() or [""]
            if program == "flask":
                fault = fault_of(app.cli, [each for each in rest if each not in ("--app", "wsgi")])
            elif program == "make":
                unknown = [each for each in rest if "=" not in each and each not in targets]
                fault = f"no target {unknown}" if unknown else ""
            elif (program, *rest[:1]) == ("python", "-m"):
                fault = "" if find_spec(rest[1]) else "no such module"
            else:
                continue
            wrong += [says(path, f"{words}: {fault}")] if fault else []
    assert wrong == []


def fault_of(group: click.Group, words: list[str]) -> str:
    """Returns what is wrong with the words of a command line, nothing where they name a command and its options."""
    command: click.Command = group
    while isinstance(command, click.Group) and words:
        name, *words = words
        found = command.get_command(click.Context(command), name)
        if found is None:
            return f"no command {name}"
        command = found
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = {word.strip("[]") for word in words if word.lstrip("[").startswith("--")} - known - {"--help"}
    return f"no option {sorted(unknown)}" if unknown else ""


def test_every_file_of_the_project_in_the_documents_exists() -> None:
    of_project = re.compile(r"(?:lms|docs|tests|tools|bench|bin|migrations)/[\w./-]+")
    files = [(path, found[0]) for path in DOCUMENTS for words in named(path) if (found := of_project.match(words))]
    assert [says(path, name) for path, name in files if not (ROOT / name).exists()] == []


def test_every_function_named_with_its_file_exists() -> None:
    wrong = []
    for path in DOCUMENTS:
        for words in named(path):
            found = re.fullmatch(r"([\w/]+\.py):(\w+)", words)
            if found and not re.search(rf"^(?:def|class) {found[2]}\b", read(found[1]), re.MULTILINE):
                wrong.append(says(path, words))
    assert wrong == []


def read(name: str) -> str:
    """Returns the text of a file of the project; empty where there is none."""
    return (ROOT / name).read_text() if (ROOT / name).is_file() else ""


def test_the_page_on_architecture_lists_every_package() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    packages = {path.stem for path in (ROOT / "lms").iterdir() if re.fullmatch(r"[a-z]+(\.py)?", path.name)}
    assert set(re.findall(r"^\| \d+ \| `(\w+)` \|", page, re.MULTILINE)) == packages


def test_the_glossary_names_classes_and_tables_that_exist(app: Flask) -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "lms").rglob("*.py"))
    classes = set(re.findall(r"^(?:class )?(\w+)(?:\(| =|:)", sources, re.MULTILINE))
    tables = db.metadata.tables.keys()
    wrong = []
    for line in (ROOT / "docs" / "handbook" / "words.md").read_text().splitlines():
        cells = [set(re.findall(r"`(\w+)`", cell)) for cell in line.split("|")[3:5]]
        wrong += [name for known, names in zip((classes, tables), cells, strict=False) for name in names - known]
    assert wrong == []


def test_pictures_of_the_documents_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "img").iterdir()}
    assert sizes
    assert {name: size for name, size in sizes.items() if size > 150_000} == {}


def anchor_of(heading: str) -> str:
    """Returns the anchor that a forge gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_link_in_the_documents_leads_somewhere() -> None:
    wrong = []
    for path in DOCUMENTS:
        for link in LINK.findall(re.sub(r"`[^`\n]+`", "", FENCED.sub("", path.read_text()))):
            if re.match(r"\w+:|/", link):
                continue
            name, _, anchor = link.partition("#")
            target = path.parent / name if name else path
            if not target.exists():
                wrong.append(says(path, link))
            elif anchor and anchor not in map(anchor_of, re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)):
                wrong.append(says(path, f"{link}: no such heading"))
    assert wrong == []
