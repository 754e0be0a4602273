"""Every template parses, and none carries a style, a script or unescaped text of its own."""

import re
from pathlib import Path

import pytest
from flask import Flask

LMS = Path(__file__).resolve().parents[2] / "lms"
TEMPLATES = sorted(LMS.rglob("templates/**/*.html")) + sorted(LMS.rglob("templates/**/*.txt"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(LMS)))
def test_no_inline_style_script_or_handler(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "autoescape false" not in text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_template_parses(app: Flask) -> None:
    for name in app.jinja_env.list_templates(extensions=["html", "txt"]):
        if not name.startswith("security/"):
            app.jinja_env.get_template(name)


def test_the_editor_is_loaded_on_its_own_page_alone() -> None:
    loading = [path.relative_to(LMS).as_posix() for path in TEMPLATES if "editor.js" in path.read_text()]
    assert loading == ["authoring/templates/authoring/edit.html"]
