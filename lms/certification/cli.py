"""The commands about the keys that sign certificates: ``flask certificates``."""

import click
from flask import current_app
from flask.cli import AppGroup

from lms.certification.signing.operations import replace_key
from lms.certification.signing.queries import list_keys
from lms.certification.signing.rules import key_id
from lms.kernel.db import reading, unit_of_work
from lms.kernel.i18n import gettext as _

certificates_cli = AppGroup("certificates", help="The keys that sign certificates.")


@certificates_cli.command("keys")
def keys_command() -> None:
    """Lists the keys that verify certificates, the one that signs first."""
    with reading():
        for key in list_keys():
            click.echo(f"{key_id(key.public_key)}  {key.recorded_at:%Y-%m-%d}  {key.public_key}")


@certificates_cli.command("replace-key")
@click.option("--withdraw", is_flag=True, help="Nothing counts any longer that an earlier key signed.")
def replace_key_command(*, withdraw: bool) -> None:
    """Makes a new key, which signs from now on. What earlier keys signed stays valid."""
    with unit_of_work():
        made = replace_key(str(current_app.secret_key), withdraw=withdraw)
    click.echo(_("Key %(key)s signs certificates from now on.", key=made))
    if withdraw:
        click.echo(
            _(
                "Codes printed before and badges downloaded before no longer verify: print and download them again. "
                "Checking a serial number works as before."
            )
        )
