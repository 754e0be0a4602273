"""The commands about people who may sign in: ``flask people``."""

import re

import click
from flask import current_app
from flask.cli import AppGroup

from lms.accounts import operations
from lms.kernel.db import unit_of_work
from lms.kernel.errors import Invalid
from lms.kernel.text import normalise
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
    help="The short name of an organisation, made if it is new: the administrator is its HR too.",
)  # fmt: skip
def create_admin(name: str, email: str, password: str, organisation: str) -> None:
    """Creates an administrator, the first account of a real installation."""
    if not normalise(name) or "@" not in email:
        raise click.ClickException("A name and a full e-mail address are needed.")
    if organisation and not re.fullmatch(SLUG, organisation):
        raise click.ClickException(
            "The short name of an organisation has small letters, figures and hyphens only."
        )
    try:
        with unit_of_work():
            _account, is_new = operations.create_admin(
                name=name,
                email=email,
                password=password,
                product=current_app.config["PRODUCT_NAME"],
                organisation=organisation,
            )
    except Invalid as refusal:
        raise click.ClickException(refusal.message) from None
    if is_new:
        address = current_app.extensions["settings"].public_address
        click.echo(f"{normalise(name)} is an administrator now and signs in at {address}/login.")
    else:
        click.echo("An administrator with this e-mail is here already. Nothing was changed.")
