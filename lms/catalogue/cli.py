"""The commands of the catalogue: check, publish, schema.

Each loads what it needs when it runs: only one needs the database, and help needs nothing.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import AppGroup

from lms.catalogue.source.problems import Problem, Severity, has_errors
from lms.kernel.i18n import gettext as _

content_cli = AppGroup("content", help="Course files: check, publish, schemas for editors.")

_folder = click.Path(file_okay=False, path_type=Path)


def _folder_set(name: str) -> Path:
    from lms.kernel.config import Settings  # noqa: PLC0415 - only this command needs it

    folder: Path = getattr(Settings(), name)
    return folder


@content_cli.command("check", with_appcontext=False)
@click.option(
    "--modules",
    type=_folder,
    default=lambda: _folder_set("modules"),
    show_default="LMS_MODULES, or modules",
    help="The courses.",
)
@click.option(
    "--quizzes",
    type=_folder,
    default=lambda: _folder_set("quizzes"),
    show_default="LMS_QUIZZES, or quizzes",
    help="The banks.",
)
def check_command(modules: Path, quizzes: Path) -> None:
    """Checks every course file and prints all problems at once; needs no database."""
    from lms.catalogue.source.checks.run import check_folders  # noqa: PLC0415 - only this command needs it

    sources, problems = check_folders(modules, quizzes)
    _print_problems(problems)
    courses, summary = len(sources.courses), _summary(problems)
    files = sum(len(course.modules) + len(course.translations) for course in sources.courses)
    message = _(
        "%(courses)s courses, %(files)s module files: %(problems)s.", courses=courses, files=files, problems=summary
    )
    click.echo(message)
    if has_errors(problems):
        raise SystemExit(1)


@content_cli.command("publish")
def publish_command() -> None:
    """Publishes all course files, or none where any has an error."""
    from lms.catalogue import operations  # noqa: PLC0415 - only this command needs it
    from lms.catalogue.source.plan import ChangeType  # noqa: PLC0415 - only this command needs it
    from lms.kernel.actor import SYSTEM  # noqa: PLC0415 - only this command needs it
    from lms.kernel.config import current_settings  # noqa: PLC0415 - only this command needs it
    from lms.kernel.db import unit_of_work  # noqa: PLC0415 - only this command needs it

    settings = current_settings()
    with unit_of_work():
        result = operations.publish(settings.modules, settings.quizzes, SYSTEM)
    _print_problems(result.problems)
    if result.refused:
        summary = _summary(result.problems)
        click.echo(_("Nothing was published: %(problems)s.", problems=summary), err=True)
        raise SystemExit(1)
    for kind, changes in result.counts.items():
        words = ", ".join(f"{changes[change]} {change}" for change in ChangeType)
        click.echo(f"{kind + 's':<13} {words}")
    published = _("Published (publication %(number)s).", number=result.publication_id)
    click.echo(_("Nothing changed.") if result.publication_id is None else published)


@content_cli.command("schema", with_appcontext=False)
@click.option("--to", "folder", type=_folder, help="Write one file for each schema into this folder.")
def schema_command(folder: Path | None) -> None:
    """Prints the JSON Schemas of course files, or writes them for completion in an editor."""
    from lms.catalogue.source.schemas.shared_files import SCHEMAS  # noqa: PLC0415 - only this command needs it

    schemas = {name: schema.model_json_schema() for name, schema in SCHEMAS.items()}
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
    return _("%(errors)s errors, %(warnings)s warnings", errors=errors, warnings=len(problems) - errors)
