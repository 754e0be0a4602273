"""Courses for tests: small ones written to a folder and published as trainers' files are."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from typing import Any

from flask import Flask

from lms.catalogue.api import PublishedCourse, publish, published_course
from lms.catalogue.operations import CACHE as PARSED
from lms.kernel.actor import SYSTEM
from lms.kernel.config import ROOT
from lms.kernel.db import reading, unit_of_work
from tests.factories.people import SECTORS, make_small_organisation
from tests.factories.remembered import remembered

MODULE = """---
title: {title}
minutes: 5
objectives: [one]
summary: About {title}.
---
## First of {slug}

Some words of {title}.

{sectors}

/// check
What do you do?

- [x] Tell the focal point | Right, it is kind.
- [ ] Ask around | It puts children at risk.
///

/// scenario | At the tap
A girl waits alone.

/// option | best
Greet her.

You stay kind and ordinary.
///

/// option | harmful
Question her.

She has to tell it twice.
///
///

/// local
Here is who to tell.
///
"""


def single(slug: str, objective: str = "one", **more: Any) -> dict[str, Any]:
    """Writes a question with one right option, a, of three."""
    return {
        "id": slug,
        "objective": objective,
        "type": "single",
        "stem": f"Stem of {slug}?",
        "options": [
            {"id": "a", "text": f"Right of {slug}", "correct": True, "feedback": "Kind and safe."},
            {"id": "b", "text": f"Wrong of {slug}", "feedback": "It may harm."},
            {"id": "c", "text": f"Also wrong of {slug}", "feedback": "It may harm too."},
        ],
        "refresh": {"module": "first-steps", "section": "first-of-first-steps"},
        **more,
    }


def multiple(slug: str, objective: str = "one", **more: Any) -> dict[str, Any]:
    """Writes a question with two right options, a and b, of four."""
    question = single(slug, objective, type="multiple", **more)
    question["options"] = [
        {"id": word, "text": f"Option {word} of {slug}", "correct": word in "ab", "feedback": f"Because {word}."}
        for word in "abcd"
    ]
    return question


def statements(slug: str, objective: str = "two", **more: Any) -> dict[str, Any]:
    """Writes two statements to judge: the first is true, the second is not."""
    question = single(slug, objective, type="statements", **more)
    del question["options"]
    question["statements"] = [
        {"id": "s1", "text": f"First of {slug}.", "true": "yes", "feedback": "Indeed."},
        {"id": "s2", "text": f"Second of {slug}.", "true": "no", "feedback": "Not so."},
    ]
    return question


def questions() -> list[dict[str, Any]]:
    """Writes a bank of six: two red lines, three kinds, two objectives."""
    return [
        single("q-red-one", red_line=True),
        single("q-red-two", "two", red_line=True),
        single("q-plain"),
        multiple("q-many"),
        statements("q-said"),
        single("q-other", "two"),
    ]


def key_of(body: Mapping[str, Any], kind: str) -> Any:
    """Returns the right response to a question."""
    if kind == "statements":
        return {part["id"]: "yes" if part["true"] else "no" for part in body["statements"]}
    if kind == "branching":
        return {
            name: next(option["id"] for option in node["options"] if option.get("correct"))
            for name, node in body["nodes"].items()
        }
    right = [option["id"] for option in body["options"] if option.get("correct")]
    return right[0] if kind == "single" else right


def write_course(
    folder: Path,
    slug: str = "first-course",
    *,
    edition: int = 1,
    modules: Sequence[str] = ("first-steps", "second-steps"),
    bank: Sequence[Mapping[str, Any]] | None = None,
    extra_words: str = "",
    sectors: Mapping[str, str] | None = None,
    **changes: Any,
) -> None:
    """Writes one course and its bank below ``folder``; ``sectors`` gives modules theirs, for per-sector courses."""
    chosen = questions() if bank is None else list(bank)
    home = folder / "modules" / slug
    home.mkdir(parents=True, exist_ok=True)
    (folder / "quizzes").mkdir(exist_ok=True)
    copyfile(ROOT / "modules" / "sectors.yml", folder / "modules" / "sectors.yml")
    course = {
        "title": slug.replace("-", " ").title(),
        "summary": "Notice and tell.",
        "code": slug.upper()[:20].rstrip("-"),
        "edition": edition,
        "validity": "P2Y",
        "renewal": "P60D",
        "languages": ["en"],
        "considerations": [1],
        "objectives": [{"id": "one", "text": "Do the first thing"}, {"id": "two", "text": "Do the second thing"}],
        "pass": {"mark": 80, "draw": min(6, len(chosen)), "tries": 2, "pause": "PT24H"},
        "sources": [{"title": "A source", "year": 2019}],
        "review": {"state": "draft", "note": "For tests."},
        **changes,
    }
    (home / "course.yml").write_text(json.dumps(course))
    blocks = "\n\n".join(f"/// sector | {sector}\nIn {sector}.\n///" for sector in SECTORS)
    for old in home.glob("*.md"):
        old.unlink()
    for number, name in enumerate(modules, start=1):
        text = MODULE.format(title=name.replace("-", " ").capitalize(), slug=name, sectors=blocks)
        if sectors and name in sectors:
            text = text.replace("minutes: 5", f"minutes: 5\nsector: {sectors[name]}")
        (home / f"{number:02}-{name}.md").write_text(text + extra_words)
    (folder / "quizzes" / f"{slug}.yml").write_text(json.dumps({"course": slug, "questions": chosen}))


def published(folder: Path, slug: str = "first-course", **changes: Any) -> PublishedCourse:
    """Writes and publishes a course. Call inside an application context with the session ready to write."""
    write_course(folder, slug, **changes)
    done = publish(folder / "modules", folder / "quizzes", SYSTEM)
    assert not done.refused, [str(problem) for problem in done.problems]
    course = published_course(slug)
    assert course is not None
    return course


def make_organisation_with_course(app: Flask, folder: Path, **changes: Any) -> PublishedCourse:
    """Records the small organisation, and writes and publishes a course; call outside of a transaction.

    Whatever else is in the folder is published too.
    """
    write_course(folder, **changes)
    files = sorted((path.relative_to(folder), path.read_bytes()) for path in folder.rglob("*") if path.is_file())
    name = f"small organisation with courses {sha256(repr(files).encode()).hexdigest()}"
    parsed = app.extensions["settings"].instance / PARSED

    def record() -> None:
        make_small_organisation(app)
        with app.app_context(), unit_of_work():
            published(folder, **changes)
        _parsed[name] = parsed.read_bytes()

    remembered(app, name, record)
    parsed.write_bytes(_parsed[name])
    with app.app_context(), reading():
        course = published_course(changes.get("slug", "first-course"))
    assert course is not None
    return course


_parsed: dict[str, bytes] = {}
"""What publishing leaves beside the database, by what was published: what parsing found in the texts."""
