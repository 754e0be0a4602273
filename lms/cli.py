"""All commands, and those that no package owns: prepare, serve, the background worker, backup and restore."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import DBAPIError, OperationalError

from lms.accounts.cli import people_cli
from lms.audit.api import record
from lms.audit.cli import audit_cli
from lms.catalogue import api as catalogue
from lms.catalogue.cli import content_cli
from lms.certification.api import Issuer
from lms.compliance.api import compact_all
from lms.compliance.cli import compliance_cli
from lms.coverage.cli import coverage_cli
from lms.demo import api as demo
from lms.demo.cli import demo_cli
from lms.kernel.actor import SYSTEM
from lms.kernel.backup.archive import Manifest
from lms.kernel.backup.operations import Backup, make_backup, restore_backup
from lms.kernel.config import Settings, current_settings
from lms.kernel.db import reading, unit_of_work
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _
from lms.kernel.installation import BACKUP, SECRET_KEY, accept_secret_key, check_secret_key, remove_value, store_value
from lms.kernel.instance_lock import lock_instance
from lms.kernel.mail_cli import mail_cli
from lms.kernel.serve import PortTaken, check_port, exit_with_parent as end_process_with_parent, serve
from lms.kernel.worker import run_worker
from lms.people.api import count_people
from lms.reminders.cli import reminders_cli

worker_cli = AppGroup("worker", help="The background worker.")


def this_app() -> Flask:
    """Returns the application itself, not the proxy to it."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


@worker_cli.command("run")
def run() -> None:
    """Runs the background worker until it is stopped."""
    hold_instance_lock()
    try:
        require_same_secret_key()
    except OperationalError as error:
        raise click.ClickException(explain(error, current_settings())) from error
    run_worker(this_app())


def hold_instance_lock() -> None:
    """Keeps a restore away until this command and its child processes have ended; stops while one is at work."""
    try:
        click.get_current_context().with_resource(lock_instance(current_settings().instance))
    except Refusal as error:
        raise click.ClickException(error.message) from None


def require_same_secret_key() -> None:
    """Stops this command where other machines on the same database have another key."""
    try:
        check_secret_key(str(this_app().secret_key))
    except Refusal as error:
        raise click.ClickException(error.message) from None


secret_key_cli = AppGroup("secret-key", help="The key that all machines of an installation share.")


@secret_key_cli.command("accept")
def accept_secret_key_command() -> None:
    """Says that the key was changed on purpose: from now on every machine must have the one that is set here."""
    with unit_of_work():
        accept_secret_key(str(this_app().secret_key))
    click.echo(_("From now on every machine must have the key that is set here. Whoever was signed in signs in again."))


def run_step(title: str, step: Callable[[], str]) -> None:
    """Prints the title of a step, runs it, and prints its outcome and how long it took."""
    click.echo(f"{title} ...", nl=False)
    began = time.monotonic()
    try:
        outcome = step()
    except BaseException:
        click.echo()
        raise
    click.echo(f" {outcome} ({time.monotonic() - began:.1f} s)")


def migrate() -> str:
    """Upgrades the database to the newest migration."""
    flask_migrate.upgrade()
    return _("ready")


def publish() -> str:
    """Publishes the course files and returns the outcome; stops with a list of all problems if there are errors."""
    settings = current_settings()
    # Checking and rendering everything takes seconds, and is not needed where the files are those of last time.
    stored = settings.instance / "published"
    files = catalogue.source_fingerprint(settings.modules, settings.quizzes, database=settings.database_url)
    with reading():
        last = catalogue.last_publication_id()
    if last is not None and stored.is_file() and stored.read_text() == f"{last} {files}":
        return _("nothing changed")
    with unit_of_work():
        published = catalogue.publish(settings.modules, settings.quizzes, SYSTEM)
    if published.refused:
        problems = "\n".join(str(problem) for problem in published.problems)
        raise click.ClickException(_("The course files have errors, so nothing was published.") + f"\n{problems}")
    with reading():
        stored.write_text(f"{catalogue.last_publication_id()} {files}")
    if published.publication_id is None:
        return _("nothing changed")
    return _("publication %(number)s", number=published.publication_id)


def load_demonstration() -> None:
    """Loads the demonstration and prints what it does."""
    click.echo(_("No data yet: creating the demonstration ..."))
    began = time.monotonic()
    try:
        demo.load(lambda sentence: click.echo(f"  {sentence}"), Issuer.of(current_settings()))
    except Refusal as error:
        raise click.ClickException(error.message) from error
    compact_all()
    click.echo(_("  done (%(seconds)s s)", seconds=f"{time.monotonic() - began:.1f}"))


@click.command("prepare")
@with_appcontext
def prepare_command() -> None:
    """Migrates the database, publishes the courses, and loads the demonstration into an empty installation."""
    run_step(_("Preparing the database"), migrate)
    run_step(_("Publishing the courses"), publish)
    with reading():
        empty = count_people() == 0
    if empty:
        load_demonstration()


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@click.option("--workers", default=2, show_default=True, help="Processes that answer pages.")
@click.option("--threads", default=2, show_default=True, help="Threads in each of these processes.")
@click.option("--worker/--no-worker", default=True, help="Run the background worker too.")
@click.option("--prepare", "prepared", is_flag=True, help="Run the command prepare first.")
@click.option(
    "--exit-with-parent", is_flag=True, help="Exit when the program that started this one ends, however it ends."
)
@with_appcontext
def serve_command(
    host: str, port: int, *, workers: int, threads: int, worker: bool, prepared: bool, exit_with_parent: bool
) -> None:
    """Serves Every Sector, with the background worker, until it is stopped."""
    app = this_app()
    settings = current_settings()
    if exit_with_parent:
        end_process_with_parent()
    hold_instance_lock()
    try:
        check_port(host, port)
        if prepared:
            click.get_current_context().invoke(prepare_command)
            # Preparing takes a while the first time: another program may have taken the port.
            check_port(host, port)
        require_same_secret_key()
        demonstration = app.config["DEMONSTRATION"].refresh()
    except PortTaken as error:
        raise click.ClickException(
            _(
                "Port %(port)s on %(host)s cannot be used: %(reason)s. Choose another one: make run PORT=%(other)s",
                port=port,
                host=host,
                reason=error,
                other=port + 1,
            )
        ) from error
    except OperationalError as error:
        raise click.ClickException(explain(error, settings)) from error
    except KeyboardInterrupt:
        raise click.ClickException(
            _("Stopped before it was ready. Nothing is left half done: start it again.")
        ) from None
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - only compared
    running = _("%(product)s is at %(address)s  (Ctrl-C stops it)", product=settings.product_name, address=address)
    click.echo(f"\n{running}")
    if demonstration:
        click.echo(demo.sign_ins())
    serve(app, host, port, workers=workers, threads=threads, with_worker=worker)
    click.echo(_("Stopped."))


def explain(error: OperationalError, settings: Settings) -> str:
    """Returns what to do about a database that cannot be opened."""
    reason = str(error.orig)
    if "readonly" in reason or "unable to open" in reason:
        return _(
            "The database in %(folder)s cannot be written to. Choose another folder: LMS_INSTANCE=/path",
            folder=settings.instance,
        )
    return _("The database does not answer: %(reason)s", reason=reason)


@contextmanager
def said_in_a_sentence() -> Iterator[None]:
    """Ends the command with a sentence where a backup cannot be made or restored."""
    try:
        yield
    except Refusal as error:
        raise click.ClickException(error.message) from error
    except OperationalError as error:
        raise click.ClickException(explain(error, current_settings())) from error
    except (OSError, sqlite3.Error, DBAPIError) as error:
        # SQLAlchemy's own text quotes values of rows.
        reason = getattr(error, "orig", error)
        raise click.ClickException(_("That failed, and nothing was changed: %(reason)s", reason=reason)) from error


def describe_backup(made: Backup) -> str:
    """Returns where a backup is, what is in it and what was checked."""
    sentences = (
        _("%(file)s: %(megabytes)s MB, %(seconds)s s."),
        _("Version %(version)s, schema %(revision)s, %(tables)s tables with %(rows)s rows."),
        _("Checked: the copy of the database is whole, and the file can be read to its end."),
        _("It contains people's data and the secret key, which signs sessions and reset links: store it safely.")
        if made.has_secret_key
        else _("It contains people's data: store it safely. LMS_SECRET_KEY is not in it; store that elsewhere."),
    )
    contents = made.manifest.contents
    values = {
        "file": made.path,
        "megabytes": f"{made.size_bytes / 1e6:.1f}",
        "seconds": f"{made.seconds:.1f}",
        "version": made.manifest.version,
        "revision": contents.revision,
        "tables": len(contents.rows),
        "rows": sum(contents.rows.values()),
    }
    return "\n".join(sentence % values for sentence in sentences)


@click.command("backup")
@click.argument("place", metavar="FILE_OR_FOLDER", type=click.Path(path_type=Path))
@with_appcontext
def backup_command(place: Path) -> None:
    """Backs up the database and the secret key into one file, while the server runs.

    In a folder the file is named after the time. The copy is checked before it gets its name, and nothing is
    overwritten.
    """
    with said_in_a_sentence():
        made = make_backup(place)
        click.echo(describe_backup(made))
    # The backup is whole, whatever the database says now.
    with suppress(DBAPIError), unit_of_work():
        store_value(BACKUP, made.manifest.made_at.isoformat(timespec="seconds"))


def verify_restored(manifest: Manifest) -> bool:
    """Verifies the audit trail and the status data, and records the restore; returns whether all agrees."""
    agrees = True
    for title, command, options in (
        (_("The audit trail:"), audit_cli.commands["verify"], {"note": False}),
        (_("The status data:"), compliance_cli.commands["verify"], {}),
    ):
        click.echo(title)
        try:
            click.get_current_context().invoke(command, **options)
        except SystemExit:
            agrees = False
    with unit_of_work():
        # Another key may be set here than where the backup was made.
        remove_value(SECRET_KEY)
        record(SYSTEM, "installation.restore", "backup", made_at=manifest.made_at.isoformat(timespec="seconds"))
    return agrees


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Replace the data that are there, after a backup of them.")
@with_appcontext
def restore_command(file: Path, *, replace: bool) -> None:
    """Puts a backup in place of an empty installation. Stop the server first.

    An older schema is migrated, and everything is verified. Where that fails nothing is changed; exit code 1 also where
    the data were restored and disagree.
    """
    with said_in_a_sentence():
        restored = restore_backup(file, verify_restored, replace=replace)
    if restored.before:
        click.echo(_("What was there before is in:") + f"\n{describe_backup(restored.before)}")
    click.echo(
        _(
            "Restored the backup of %(moment)s: %(rows)s rows, the same as when it was made.",
            moment=restored.manifest.made_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
            rows=sum(restored.manifest.contents.rows.values()),
        )
    )
    if not restored.has_secret_key:
        click.echo(_("The backup has no secret key. If LMS_SECRET_KEY is not the same, everybody must sign in again."))
    if not restored.agrees:
        click.echo(_("The data were restored as they were backed up; read above what does not agree."), err=True)
        raise SystemExit(1)


COMMANDS: tuple[click.Command, ...] = (
    worker_cli,
    prepare_command,
    serve_command,
    secret_key_cli,
    backup_command,
    restore_command,
    content_cli,
    people_cli,
    compliance_cli,
    coverage_cli,
    audit_cli,
    reminders_cli,
    mail_cli,
    demo_cli,
)
