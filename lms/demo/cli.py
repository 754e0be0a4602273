"""The command that loads the demonstration into an empty database."""

import time
from datetime import datetime

import click
from flask.cli import AppGroup, with_appcontext

from lms.certification.api import Issuer
from lms.demo import operations
from lms.demo.sign_ins import sign_ins
from lms.kernel.config import current_settings
from lms.kernel.errors import Refusal

demo_cli = AppGroup("demo", help="The demonstration: invented organisations and people.")


@demo_cli.command("load")
@click.option(
    "--anchor",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    metavar="DATE",
    help="The day after the last record, such as 2026-11-22.  [default: today]",
)
@with_appcontext
def load(anchor: datetime | None) -> None:
    """Fills an empty database with 600 invented people and eighteen months of their training."""
    began = time.monotonic()
    issuer = Issuer.of(current_settings())
    try:
        operations.load(click.echo, issuer, anchor.date() if anchor else None)
    except Refusal as error:
        raise click.ClickException(error.message) from error
    click.echo(f"{sign_ins()}\n({time.monotonic() - began:.1f} s)")
