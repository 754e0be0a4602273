"""The commands about who can sign in: ``flask people``."""

import re

import click
from flask import current_app
from flask.cli import AppGroup
from flask_security import hash_password

from lms.accounts import operations
from lms.accounts.queries import list_accounts_by_email
from lms.accounts.second_step import operations as second_step
from lms.kernel import clock, days
from lms.kernel.actor import SYSTEM
from lms.kernel.config import current_settings
from lms.kernel.db import reading, unit_of_work
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _, ngettext
from lms.kernel.text import is_email, normalise
from lms.people.api import SLUG, erase_person, list_people_who_left_before

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


@people_cli.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say whose data would be erased, by the number of their record.")
def retention(*, dry_run: bool) -> None:
    """Erases who people were whose last day at work is more than LMS_RETENTION_YEARS years ago."""
    years = current_settings().retention_years
    if not years:
        raise click.ClickException(_("LMS_RETENTION_YEARS is not set: nobody's data is erased."))
    before = days.add_months(clock.today(), -12 * years)
    with reading():
        people = list_people_who_left_before(before)
    for person_id in people:
        refused = "" if dry_run else _erase(person_id, f"LMS_RETENTION_YEARS={years}")
        click.echo(f"#{person_id} {refused}".rstrip())
    click.echo(
        ngettext(
            "%(num)d person left before %(day)s.",
            "%(num)d people left before %(day)s.",
            len(people),
            day=before.isoformat(),
        )
    )
    if dry_run:
        click.echo(_("Nothing was erased."))


def _erase(person_id: int, reason: str) -> str:
    """Erases one person in a transaction of its own, and returns why not where that is refused.

    What was erased stays erased, wherever the command ends.
    """
    try:
        with unit_of_work():
            erase_person(SYSTEM, person_id, reason=reason)
    except Invalid as error:
        return error.message
    return ""


@people_cli.command("reset-second-step")
@click.argument("email")
def reset_second_step(email: str) -> None:
    """Removes the second step of signing in from every account with an e-mail: app, passkeys and recovery codes.

    For the last administrator who has lost them. The password alone then signs in, until a new one is set up.
    """
    with unit_of_work():
        found = [account for account in list_accounts_by_email(email) if account.has_second_step]
        for account in found:
            second_step.reset_second_step(SYSTEM, account, reason=_("By command on the server."))
        names = ", ".join(account.person.name for account in found)
    if not found:
        raise click.ClickException(_("No account with this e-mail has a second step."))
    click.echo(_("%(names)s: the password alone signs in now. Set up a new second step at once.", names=names))
