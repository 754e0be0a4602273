"""The content commands, as an administrator or an author types them."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from lms.catalogue import api as catalogue
from lms.catalogue.cli import content_cli
from lms.kernel.config import Settings
from lms.kernel.db import reading
from tests.catalogue.course_files import CourseFiles


def check(course_files: CourseFiles) -> Result:
    """Runs the command without any application behind it."""
    runner = FlaskCliRunner(Flask("nothing"))
    return runner.invoke(
        content_cli, ["check", "--modules", str(course_files.modules), "--quizzes", str(course_files.quizzes)]
    )


def test_check_prints_only_a_summary_without_problems(course_files: CourseFiles) -> None:
    result = check(course_files)
    assert result.exit_code == 0
    assert result.output == "1 courses, 2 module files: 0 errors, 0 warnings.\n"


def test_check_prints_every_problem_sorted_and_fails(course_files: CourseFiles) -> None:
    course_files.edit("modules/boats/02-on-board.md", "#who-sits-where", "#nowhere")
    course_files.edit("modules/boats/course.yml", "edition: 1", "edition: 1\nfoo: 1")
    course_files.edit("modules/boats/course.yml", "together}", "together}\n  - {id: other, text: Again}")
    result = check(course_files)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert [line.split(": ")[0] for line in lines[:-1]] == [
        "modules/boats/02-on-board.md:9",
        "modules/boats/course.yml:5",
        "modules/boats/course.yml:12",
        "modules/boats/course.yml:12",
    ]
    assert lines[-1] == "1 courses, 2 module files: 2 errors, 2 warnings."


def test_check_succeeds_with_warnings_only(course_files: CourseFiles) -> None:
    course_files.edit("modules/boats/course.yml", "languages: [en]", "languages: [en, fr]")
    result = check(course_files)
    assert result.exit_code == 0
    assert "warning: “at-the-quay” is not translated into fr yet" in result.output


def test_schema_prints_and_writes_json_schemas(tmp_path: Path) -> None:
    runner = FlaskCliRunner(Flask("nothing"))
    printed = json.loads(runner.invoke(content_cli, ["schema"]).output)
    assert printed["course"]["properties"]["edition"]["description"].startswith("A whole number")
    assert printed["course"]["properties"]["pass"]["description"] == "The passing rules."
    result = runner.invoke(content_cli, ["schema", "--to", str(tmp_path / "schemas")])
    assert result.exit_code == 0
    written = {path.name for path in (tmp_path / "schemas").iterdir()}
    assert written == {f"{name}.schema.json" for name in printed}


@pytest.fixture
def runner(app: Flask, settings: Settings, course_files: CourseFiles) -> FlaskCliRunner:
    app.extensions["settings"] = settings.model_copy(
        update={"modules": course_files.modules, "quizzes": course_files.quizzes}
    )
    return FlaskCliRunner(app)


def test_publish_prints_what_changed_and_nothing_the_second_time(runner: FlaskCliRunner, app: Flask) -> None:
    result = runner.invoke(content_cli, ["publish"])
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "sectors       3 created, 0 revised, 0 retired, 0 unchanged",
        "shared files  0 created, 0 revised, 0 retired, 0 unchanged",
        "courses       1 created, 0 revised, 0 retired, 0 unchanged",
        "modules       2 created, 0 revised, 0 retired, 0 unchanged",
        "questions     6 created, 0 revised, 0 retired, 0 unchanged",
        "pictures      1 created, 0 revised, 0 retired, 0 unchanged",
        "recordings    0 created, 0 revised, 0 retired, 0 unchanged",
        "Published (publication 1).",
    ]
    again = runner.invoke(content_cli, ["publish"])
    assert again.exit_code == 0
    assert again.output.splitlines()[-1] == "Nothing changed."
    assert "created" in again.output and "1 created" not in again.output
    with app.app_context(), reading():
        assert catalogue.published_course("boats") is not None


def test_publish_with_an_error_prints_the_problems_and_writes_nothing(
    runner: FlaskCliRunner, course_files: CourseFiles, app: Flask
) -> None:
    course_files.edit("modules/boats/02-on-board.md", "#who-sits-where", "#nowhere")
    result = runner.invoke(content_cli, ["publish"])
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "modules/boats/02-on-board.md:9: dead link #nowhere: this module has no section “nowhere”",
        "Nothing was published: 1 errors, 0 warnings.",
    ]
    with app.app_context(), reading():
        assert catalogue.list_courses() == ()
