"""``make demonstration``: writes the data file of the demonstration from the course files and the settings here."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from lms.certification.awards.rules import parse_period
from lms.demo.acts import DATA_FILE
from lms.kernel.config import ROOT
from tools.demonstration.data_file import write_acts
from tools.demonstration.generate import ANCHOR, generate_acts
from tools.demonstration.settings import COURSES, VOLUNTARY
from tools.demonstration.training import CourseFacts


def read_courses(modules: Path = ROOT / "modules") -> dict[str, CourseFacts]:
    """Reads what the acts depend on from the course files; of a course per sector people take one module."""
    return {slug: _course_facts(modules / slug) for slug in (*COURSES, *VOLUNTARY)}


def _course_facts(folder: Path) -> CourseFacts:
    course = yaml.safe_load((folder / "course.yml").read_text(encoding="utf-8"))
    # Translations have a language before the suffix.
    files = [file for file in folder.glob("*.md") if "." not in file.stem]
    modules = 1 if course.get("per_sector") else len(files)
    return CourseFacts(modules, parse_period(course["validity"]))


def lines() -> Iterator[str]:
    """Yields the lines of the data file."""
    return write_acts(generate_acts(ANCHOR, read_courses()), ANCHOR)


if __name__ == "__main__":
    DATA_FILE.write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
    print(f"{DATA_FILE.relative_to(ROOT)} is written.")
