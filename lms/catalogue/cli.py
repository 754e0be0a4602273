"""The commands of the catalogue: check, publish, export, schema.

Each loads what it needs when it runs: only one needs the database, and help needs nothing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from lms.catalogue.source.problems import Problem, Severity, has_errors
from lms.kernel.i18n import gettext as _

if TYPE_CHECKING:
    from lms.catalogue.differences.files import FileDifference
    from lms.catalogue.folders.operations import ExportResult
    from lms.catalogue.queries.files import FileChange

content_cli = AppGroup("content", help="Course files: check, publish, export, schemas for editors.")

MOST_PRINTED = 20
"""How many differences of a file are printed."""

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
@click.option("--take-pages", is_flag=True, help="First write what was changed on pages into the folders.")
@click.option("--replace-pages", metavar="REASON", default="", help="Replace what was changed on pages, and say why.")
def publish_command(*, take_pages: bool, replace_pages: str) -> None:
    """Publishes all course files, or none where any has an error.

    What was changed on pages, and not in the folders, stays published. Where a file was changed in both, nothing is
    published until you choose one.
    """
    from lms.catalogue.folders import operations  # noqa: PLC0415 - only this command needs it
    from lms.catalogue.source.plan import ChangeType  # noqa: PLC0415 - only this command needs it
    from lms.kernel.actor import SYSTEM  # noqa: PLC0415 - only this command needs it
    from lms.kernel.config import current_settings  # noqa: PLC0415 - only this command needs it
    from lms.kernel.db import reading, unit_of_work  # noqa: PLC0415 - only this command needs it

    settings = current_settings()
    with unit_of_work(), _folder_faults():
        if take_pages:
            _print_export(operations.take_pages(settings.modules, settings.quizzes))
        result = operations.publish(settings.modules, settings.quizzes, SYSTEM, replacing=replace_pages)
    _print_problems(result.problems)
    _print_newer(result.newer)
    if result.conflicts:
        with reading():
            differences = operations.list_conflicts(settings.modules, settings.quizzes)
        _print_conflicts(result.conflicts, {each.path: each for each in differences})
        raise SystemExit(1)
    if result.refused:
        summary = _summary(result.problems)
        click.echo(_("Nothing was published: %(problems)s.", problems=summary), err=True)
        raise SystemExit(1)
    for kind, changes in result.counts.items():
        words = ", ".join(f"{changes[change]} {change}" for change in ChangeType)
        click.echo(f"{kind + 's':<13} {words}")
    published = _("Published (publication %(number)s).", number=result.publication_id)
    click.echo(_("Nothing changed.") if result.publication_id is None else published)


@content_cli.command("export")
@click.option(
    "--to", "folder", type=_folder, help="Write modules/ and quizzes/ in this folder, not those of the settings."
)
@click.option("--overwrite", is_flag=True, help="Replace changes that were never published; copies stay in .replaced/.")
def export_command(folder: Path | None, *, overwrite: bool) -> None:
    """Makes the course files those that are published, byte for byte; touches no other file."""
    from lms.catalogue.folders.operations import NeverPublished, export_files  # noqa: PLC0415 - only this command needs it
    from lms.kernel.config import current_settings  # noqa: PLC0415 - only this command needs it
    from lms.kernel.db import reading  # noqa: PLC0415 - only this command needs it

    settings = current_settings()
    modules, quizzes = (folder / "modules", folder / "quizzes") if folder else (settings.modules, settings.quizzes)
    try:
        with reading(), _folder_faults():
            result = export_files(modules, quizzes, replacing=overwrite)
    except NeverPublished as error:
        click.echo(error.message, err=True)
        for path in error.paths:
            click.echo(f"  {path}", err=True)
        click.echo(_("Publish them first, or export with --overwrite: copies stay in .replaced/."), err=True)
        raise SystemExit(1) from None
    _print_export(result)
    if not result.written and not result.removed:
        click.echo(_("The files are those that are published."))


@contextmanager
def _folder_faults() -> Iterator[None]:
    """Says in words why a folder cannot be written, or something is refused."""
    from lms.kernel.errors import Refusal  # noqa: PLC0415 - only some commands need it

    try:
        yield
    except OSError as fault:
        message = _("%(file)s cannot be written: %(reason)s. Files that were written are whole; run the command again.",
                    file=fault.filename or "", reason=fault.strerror or "")  # fmt: skip
        raise click.ClickException(message) from fault
    except Refusal as error:
        if hasattr(error, "paths"):
            raise
        raise click.ClickException(error.message) from error


def _print_export(result: "ExportResult") -> None:
    for path in result.written:
        click.echo(_("written  %(path)s", path=path))
    for path in result.removed:
        click.echo(_("removed  %(path)s", path=path))
    for place in result.replaced:
        click.echo(_("Your text is in %(file)s", file=place))


def _print_newer(changes: "Sequence[FileChange]") -> None:
    if not changes:
        return
    click.echo(_("Changed on pages, and not yet in the folders; they stay published:"))
    for change in changes:
        click.echo(f"  {_describe(change)}")
    click.echo(_("“flask content export” writes them into the folders."))


def _print_conflicts(changes: "Sequence[FileChange]", differences: "Mapping[str, FileDifference]") -> None:
    """Says which files were changed on pages and in the folders, how they differ, and what can be done."""
    click.echo(_("Nothing was published. These files were changed on pages and in the folders:"), err=True)
    for change in changes:
        click.echo(f"  {_describe(change)}", err=True)
        if change.path in differences:
            _print_difference(differences[change.path])
    choices = (
        _("--take-pages            the text of the pages goes into the folders; yours stays in .replaced/"),
        _("--replace-pages REASON  your text is published in place of that of the pages"),
        _("flask content export --to FOLDER  writes what is published elsewhere, to bring both together by hand"),
    )
    for choice in (_("Choose:"), *choices):
        click.echo(choice, err=True)


def _print_difference(difference: "FileDifference") -> None:
    """Prints what the folder has otherwise than the pages: only there [+ +], only on pages [- -]."""
    marks = {"added": "[+{}+]", "removed": "[-{}-]"}
    for change in difference.changes[:MOST_PRINTED]:
        words = "".join(marks.get(kind, "{}").format(text) for kind, text in change.pieces)
        place = " › ".join(name for name in change.place if name)
        click.echo(f"    {place}: {' '.join(words.split())}", err=True)
    more = difference.more + max(0, len(difference.changes) - MOST_PRINTED)
    if more:
        click.echo(_("    and %(number)s more", number=more), err=True)


def _describe(change: "FileChange") -> str:
    """Returns a change made on pages, with its day and why."""
    words = {"path": change.path, "day": change.recorded_at.date().isoformat(), "reason": change.reason}
    if change.digest is None:
        return _("%(path)s: removed on %(day)s: %(reason)s", **words)
    return _("%(path)s: changed on %(day)s: %(reason)s", **words)


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
