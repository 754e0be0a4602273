"""The words of the field: class names are unique, and words that only the authors knew become fewer.

``words.json`` says which class names are still used twice, and how many names and how often prose still use such a
word. None of it may grow; ``make words`` takes out what has gone. A word stays at 0, so that it does not come back.
"""

import ast
import json
import os
import re
import tokenize
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "lms").rglob("*.py"))
TEMPLATES = sorted((ROOT / "lms").rglob("*.html"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FILE = Path(__file__).with_name("words.json")


def names() -> set[str]:
    """Returns every name in the application, modules included, in small letters with underscores around."""
    found = {path.stem for path in SOURCES} | {path.parent.name for path in SOURCES}
    for path in SOURCES:
        with tokenize.open(path) as file:
            tokens = tokenize.generate_tokens(file.readline)
            found |= {token.string for token in tokens if token.type == tokenize.NAME}
    return {f"_{re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', name).lower()}_" for name in found}


def count(known: dict[str, Any]) -> dict[str, Any]:
    """Returns the same as the file says, for the present state."""
    classes = Counter(
        node.name
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    )
    every = names()
    prose = "\n".join(path.read_text() for path in (*SOURCES, *TEMPLATES, *DOCUMENTS))
    return {
        "classes": sorted(name for name, number in classes.items() if number > 1),
        "names": {word: sum(f"_{word}_" in name or f"_{word}s_" in name for name in every) for word in known["names"]},
        "prose": {word: len(re.findall(rf"(?i)\b{word}s?\b", prose)) for word in known["prose"]},
    }


def test_class_names_are_unique_and_private_words_become_fewer(capsys: pytest.CaptureFixture[str]) -> None:
    known = json.loads(FILE.read_text())
    found = count(known)
    new = set(found["classes"]) - set(known["classes"])
    assert not new, f"there are two classes of this name: call them after their package's subject: {new}"
    pairs = [
        (f"{word} in {kind}", known[kind][word], now)
        for kind in ("names", "prose")
        for word, now in found[kind].items()
    ]
    more = [f"{word}: {now} times, before {before}" for word, before, now in pairs if now > before]
    assert not more, f"say it in the words of the field: {more}"
    if os.environ.get("WRITE_WORDS"):
        FILE.write_text(json.dumps(found, indent=1) + "\n")
    elif fewer := [word for word, before, now in pairs if now < before]:
        with capsys.disabled():
            print(f"\n`make words` can lower in {FILE.name}: {', '.join(fewer)}")
    gone = set(json.loads(FILE.read_text())["classes"]) - set(found["classes"])
    assert not gone, f"these class names are unique now: `make words` takes them out of {FILE.name}: {gone}"
