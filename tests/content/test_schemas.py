"""The JSON Schemas of course files in docs/schemas: as the program checks today, and named by the files themselves."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from lms.catalogue.cli import content_cli
from lms.kernel.config import ROOT

SCHEMAS = ROOT / "docs" / "schemas"
FILES = {
    "course": sorted((ROOT / "modules").glob("*/course.yml")),
    "bank": sorted((ROOT / "quizzes").glob("*.yml")),
    **{name: [ROOT / "modules" / f"{name}.yml"] for name in ("sectors", "glossary", "considerations")},
}


def test_schemas_are_those_of_this_version(tmp_path: object) -> None:
    """To write them again: ``flask --app wsgi content schema --to docs/schemas``."""
    FlaskCliRunner(Flask("nothing")).invoke(content_cli, ["schema", "--to", str(tmp_path)])
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}  # type: ignore[attr-defined]
    assert written == {path.name: path.read_text() for path in SCHEMAS.iterdir()}
    assert written


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in FILES.items() for path in paths])
def test_files_name_their_schema_in_their_first_line(name: str, path: object) -> None:
    first = path.read_text().partition("\n")[0]  # type: ignore[attr-defined]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found, first
    assert (path.parent / found[1]).resolve() == SCHEMAS / f"{name}.schema.json"  # type: ignore[attr-defined]
