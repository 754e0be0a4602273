"""The commands of the house, collected."""

import time
from collections.abc import Callable

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import OperationalError

from lms.accounts.cli import people_cli
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
from lms.kernel.config import Settings
from lms.kernel.db import reading, unit_of_work
from lms.kernel.errors import Refusal
from lms.kernel.serve import PortTaken, check_port, end_with_parent, serve
from lms.kernel.worker import run_worker
from lms.people.api import count_people
from lms.reminders.cli import reminders_cli

worker_cli = AppGroup("worker", help="The background worker.")

DONE = {"created": "new", "revised": "revised", "retired": "retired"}


def this_app() -> Flask:
    """Returns the application itself, not the proxy to it."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


@worker_cli.command("run")
@with_appcontext
def run() -> None:
    """Runs the background worker until it is stopped."""
    run_worker(this_app())


def told(sentence: str, act: Callable[[], str]) -> None:
    """Says what is begun, does it, and says what came of it and how long it took."""
    click.echo(f"{sentence} ...", nl=False)
    began = time.monotonic()
    try:
        outcome = act()
    except BaseException:
        click.echo()
        raise
    click.echo(f" {outcome} ({time.monotonic() - began:.1f} s)")


def migrate() -> str:
    """Brings the database up to the newest migration."""
    flask_migrate.upgrade()
    return "ready"


def publish() -> str:
    """Publishes the course files and says what is new; stops with all problems where one is an error."""
    settings: Settings = this_app().extensions["settings"]
    # Checking and rendering everything takes seconds; the same files as last time need none of it.
    note = settings.instance / "published"
    files = catalogue.source_fingerprint(settings.modules, settings.quizzes, database=settings.database_url)
    with reading():
        last = catalogue.last_publication_id()
    if last is not None and note.is_file() and note.read_text() == f"{last} {files}":
        return "nothing changed"
    with unit_of_work():
        published = catalogue.publish(settings.modules, settings.quizzes, SYSTEM)
    if published.refused:
        problems = "\n".join(str(problem) for problem in published.problems)
        raise click.ClickException(f"The course files have errors, so nothing was published.\n{problems}")
    with reading():
        note.write_text(f"{catalogue.last_publication_id()} {files}")
    said = [
        ", ".join(
            f"{outcomes[outcome]} {kind if outcomes[outcome] == 1 else kind + 's'}"
            for kind, outcomes in published.counts.items()
            if outcomes.get(outcome)
        )
        + f" {word}"
        for outcome, word in DONE.items()
        if any(outcomes.get(outcome) for outcomes in published.counts.values())
    ]
    return "; ".join(said) or "nothing changed"


def prepare() -> None:
    """Brings the database up to date, publishes the courses and loads the demonstration into an empty database."""
    told("Preparing the database", migrate)
    told("Publishing the courses", publish)
    with reading():
        nobody = count_people() == 0
    if nobody:
        click.echo("No data yet: creating the demonstration ...")
        began = time.monotonic()
        try:
            demo.load(
                lambda sentence: click.echo(f"  {sentence}"), Issuer.of(this_app().extensions["settings"])
            )
        except Refusal as error:
            raise click.ClickException(error.message) from error
        compact_all()
        click.echo(f"  done ({time.monotonic() - began:.1f} s)")


@click.command("prepare")
@with_appcontext
def prepare_command() -> None:
    """Migrates the database, publishes the courses, and loads the demonstration into an empty installation."""
    prepare()


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, help="The port to listen at.")
@click.option("--workers", default=2, show_default=True, help="Processes that answer pages.")
@click.option("--threads", default=2, show_default=True, help="Threads in each of them.")
@click.option("--worker/--no-worker", default=True, help="Whether to run the background worker too.")
@click.option(
    "--prepare",
    "prepared",
    is_flag=True,
    help="Migrate, publish, load the demonstration where nobody is.",
)
@click.option(
    "--attached", is_flag=True, help="End when the program that started this one ends, however it ends."
)
@with_appcontext
def serve_command(
    host: str, port: int, *, workers: int, threads: int, worker: bool, prepared: bool, attached: bool
) -> None:
    """Serves Every Sector, with the background worker, until it is stopped."""
    app = this_app()
    settings: Settings = app.extensions["settings"]
    if attached:
        end_with_parent()
    try:
        check_port(host, port)
        if prepared:
            prepare()
            # Preparing takes a while the first time: somebody else may have come.
            check_port(host, port)
        invented = app.config["DEMONSTRATION"].refresh()
    except PortTaken as error:
        raise click.ClickException(
            f"Port {port} at {host} cannot be used: {error}. Choose another one: make run PORT={port + 1}"
        ) from error
    except OperationalError as error:
        raise click.ClickException(why(error, settings)) from error
    except KeyboardInterrupt:
        raise click.ClickException(
            "Stopped before it was ready. Nothing is left half done: start it again."
        ) from None
    shown = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - only compared
    click.echo(f"\n{settings.product_name} is at {shown}  (Ctrl-C stops it)")
    if invented:
        click.echo(demo.sign_ins())
    serve(app, host, port, workers=workers, threads=threads, with_worker=worker)
    click.echo("Stopped.")


def why(error: OperationalError, settings: Settings) -> str:
    """Says what a person can do about a database that refuses to be opened."""
    reason = str(error.orig)
    if "readonly" in reason or "unable to open" in reason:
        return f"The database in {settings.instance} cannot be written to. Name another folder: LMS_INSTANCE=/path"
    return f"The database does not answer: {reason}"


COMMANDS: tuple[click.Command, ...] = (
    worker_cli,
    prepare_command,
    serve_command,
    content_cli,
    people_cli,
    compliance_cli,
    coverage_cli,
    audit_cli,
    reminders_cli,
    demo_cli,
)
