"""The command of coverage."""

import click
from flask.cli import AppGroup, with_appcontext

from lms.coverage import jobs

coverage_cli = AppGroup("coverage", help="Figures for coordinators.")


@coverage_cli.command("publish")
@with_appcontext
def publish_command() -> None:
    """Publishes the month ends that are over and not published yet; the worker does so each hour."""
    published = jobs.publish()
    click.echo(f"Month ends published: {published}." if published else "There is nothing new to publish.")
