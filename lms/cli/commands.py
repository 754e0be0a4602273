"""The commands that no package owns: prepare, serve, the background worker and the secret key."""

import time
from collections.abc import Callable

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import OperationalError

from lms.catalogue import api as catalogue
from lms.certification.api import Issuer, can_sign, ensure_signing_key
from lms.cli.failures import explain
from lms.compliance.api import compact_all
from lms.demo import api as demo
from lms.kernel.actor import SYSTEM
from lms.kernel.config import current_settings
from lms.kernel.db import reading, unit_of_work
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _
from lms.kernel.installation import accept_secret_key, check_secret_key
from lms.kernel.instance_lock import lock_instance
from lms.kernel.serve import PortTaken, check_port, exit_with_parent as end_process_with_parent, serve
from lms.kernel.worker import run_worker
from lms.people.api import count_people

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
    """Keeps a restore away until this command and its child processes have ended; stops while one is at work.

    Prints which files others can open, and how to close them.
    """
    for sentence in this_app().extensions["open_files"]:
        click.echo(sentence, err=True)
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


def prepare_signing_key() -> None:
    """Makes the key that signs certificates in a new installation, and after the secret key was changed."""
    secret = str(this_app().secret_key)
    with reading():
        there = can_sign(secret)
    if not there:
        with unit_of_work():
            ensure_signing_key(secret)


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
    from flask_migrate import upgrade  # noqa: PLC0415 - only this command migrates

    upgrade()
    return _("ready")


def publish() -> str:
    """Publishes the course files and returns the outcome; stops with a list of all problems if there are errors.

    What was changed on pages is never undone, nor a reason to stop.
    """
    settings = current_settings()
    # Checking and rendering everything takes seconds, and is not needed where the files are those of last time.
    stored = settings.instance / "published"
    files = catalogue.source_fingerprint(settings.modules, settings.quizzes, database=settings.database_url)
    with reading():
        last = catalogue.last_publication_id()
    if last is not None and stored.is_file() and stored.read_text() == f"{last} {files}":
        return _("nothing changed")
    with unit_of_work():
        published = catalogue.publish_at_start(settings.modules, settings.quizzes, SYSTEM)
    if published.refused:
        problems = "\n".join(str(problem) for problem in published.problems)
        raise click.ClickException(_("The course files have errors, so nothing was published.") + f"\n{problems}")
    with reading():
        stored.write_text(f"{catalogue.last_publication_id()} {files}")
    outcome = _("nothing changed")
    if published.publication_id is not None:
        outcome = _("publication %(number)s", number=published.publication_id)
    if published.withheld:
        names = ", ".join(published.withheld)
        outcome += "\n" + _(
            "The files of %(names)s were not published: they were also changed on pages, which stay as they are. "
            "“flask content publish” shows the files and what can be done.", names=names
        )  # fmt: skip
    return outcome


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
        prepare_signing_key()
        with reading():
            demonstration = app.config["DEMONSTRATION"].refresh() and demo.accounts_are_open()
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
