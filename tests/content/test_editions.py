"""Editions of our courses: what an edition fixed once stays so, or an installation could not publish the next version.

``editions.json`` has what each commit fixed; ``WRITE_EDITIONS=1`` adds new editions and questions to it.
"""

import json
import os
from pathlib import Path
from typing import Any

from lms.catalogue.source.checks.run import check_folders
from lms.catalogue.source.plan import PublishedCourseState, edition_problems
from lms.catalogue.source.target_state import TargetCourse, target_state
from lms.kernel.config import ROOT

FILE = Path(__file__).with_name("editions.json")
DIGITS = 12
"""Hex digits of each key that are recorded."""


def fixed_by(course: TargetCourse, before: dict[str, Any]) -> dict[str, Any]:
    """Returns what a course's edition fixes now; a question that was removed keeps its key."""
    keys = before["keys"] if before.get("edition") == course.edition else {}
    modules = sorted(course.module_slugs)
    own = {slug: key[:DIGITS] for slug, key in course.keys.items()}
    return {"edition": course.edition, "rules": course.rules, "modules": modules, "keys": keys | own}


def test_what_an_edition_fixed_never_changes() -> None:
    """Passing rules, modules and right answers: whoever changes one raises the edition, in each commit anew."""
    recorded: dict[str, Any] = json.loads(FILE.read_text())
    problems, now = [], {}
    for course in target_state(check_folders(ROOT / "modules", ROOT / "quizzes")[0]).courses:
        before = recorded.get(course.slug, {})
        if before:
            # The first digits of each key are recorded.
            keys = {slug: key for slug, key in course.keys.items() if key[:DIGITS] == before["keys"].get(slug)}
            state = PublishedCourseState(
                digest="", retired=False, digests={}, **before | {"keys": before["keys"] | keys}
            )
            problems += edition_problems(course, state)
        now[course.slug] = fixed_by(course, before)
    assert [str(problem) for problem in problems] == []
    if os.environ.get("WRITE_EDITIONS"):
        FILE.write_text(json.dumps(recorded | now, indent=1, sort_keys=True) + "\n")
    else:
        assert recorded == recorded | now, "Record the new edition or question: WRITE_EDITIONS=1"
