"""The commands of the catalogue: check, publish, schema."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lms.catalogue import operations
from lms.catalogue.source.checks import check_folders
from lms.catalogue.source.formats import FORMS
from lms.catalogue.source.plan import Counts, Outcome
from lms.catalogue.source.problems import Problem, Severity, has_errors
from lms.kernel.actor import SYSTEM
from lms.kernel.config import ROOT, Settings
from lms.kernel.db import unit_of_work

content_cli = AppGroup("content", help="Course files: check, publish, schemas for editors.")

_folder = click.Path(file_okay=False, path_type=Path)


@content_cli.command("check", with_appcontext=False)
@click.option(
    "--modules", type=_folder, default=ROOT / "modules", show_default="modules", help="The courses."
)
@click.option("--quizzes", type=_folder, default=ROOT / "quizzes", show_default="quizzes", help="The banks.")
def check_command(modules: Path, quizzes: Path) -> None:
    """Checks every course file and prints all problems at once; needs no database."""
    catalogue, problems = check_folders(modules, quizzes)
    _print_problems(problems)
    courses = len(catalogue.courses)
    files = sum(len(course.modules) + len(course.translations) for course in catalogue.courses)
    click.echo(f"{courses} courses, {files} module files: {_summary(problems)}.")
    if has_errors(problems):
        raise SystemExit(1)


@content_cli.command("publish")
def publish_command() -> None:
    """Publishes the course files whole, or nothing where any has an error."""
    settings: Settings = current_app.extensions["settings"]
    with unit_of_work():
        published = operations.publish(settings.modules, settings.quizzes, SYSTEM)
    _print_problems(published.problems)
    if published.refused:
        click.echo(f"Nothing was published: {_summary(published.problems)}.", err=True)
        raise SystemExit(1)
    _print_counts(published.counts)
    number = published.publication_id
    click.echo("Nothing changed." if number is None else f"Published (publication {number}).")


@content_cli.command("schema", with_appcontext=False)
@click.option("--to", "folder", type=_folder, help="Write one file a form into this folder.")
def schema_command(folder: Path | None) -> None:
    """Prints the JSON Schemas of course files, or writes them for an editor to help with."""
    schemas = {name: form.model_json_schema() for name, form in FORMS.items()}
    if folder is None:
        click.echo(json.dumps(schemas, ensure_ascii=False, indent=2))
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas.items():
        path = folder / f"{name}.schema.json"
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        click.echo(str(path))


def _print_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem))


def _summary(problems: Sequence[Problem]) -> str:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    return f"{errors} errors, {len(problems) - errors} warnings"


def _print_counts(counts: Counts) -> None:
    for kind, outcomes in counts.items():
        words = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in Outcome)
        click.echo(f"{kind + 's':<10} {words}")
