"""The commands about who can sign in: ``flask people``."""

import re

import click
from flask import current_app
from flask.cli import AppGroup
from flask_security import hash_password

from lms.accounts import operations
from lms.kernel.db import unit_of_work
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _
from lms.kernel.text import is_email, normalise
from lms.people.api import SLUG

people_cli = AppGroup("people", help="People and who may sign in.")


@people_cli.command("create-admin")
@click.option("--name", prompt="Your name", help="The name, as the person writes it.")
@click.option("--email", prompt="Your e-mail", help="The e-mail to sign in with.")
@click.option(
    "--password", prompt=True, hide_input=True, confirmation_prompt=True,
    help="The password. Leave it out to be asked: on the command line others can read it.",
)  # fmt: skip
@click.option(
    "--organisation", default="",
    help="The short name of an organisation, recorded if it is new: the administrator is also its HR.",
)  # fmt: skip
def create_admin(name: str, email: str, password: str, organisation: str) -> None:
    """Creates an administrator, the first account of a real installation."""
    if not normalise(name) or not is_email(email):
        raise click.ClickException(_("A name and a full e-mail address are required."))
    if organisation and not re.fullmatch(SLUG, organisation):
        raise click.ClickException(
            _("The short name of an organisation has lower-case letters, digits and hyphens only.")
        )
    try:
        hashed = hash_password(password)
        with unit_of_work():
            _account, is_new = operations.create_admin(
                name=name,
                email=email,
                password=password,
                hashed=hashed,
                product=current_app.config["PRODUCT_NAME"],
                organisation=organisation,
            )
    except Invalid as error:
        raise click.ClickException(error.message) from None
    if is_new:
        address = f"{current_app.extensions['settings'].public_address}/login"
        click.echo(
            _("%(name)s is now an administrator and signs in at %(address)s.", name=normalise(name), address=address)
        )
    else:
        click.echo(_("An administrator with this e-mail already exists. Nothing was changed."))
