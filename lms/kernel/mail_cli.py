"""The command about mail: ``flask mail test``."""

import click
from flask.cli import AppGroup, with_appcontext

from lms.kernel import clock, mail, smtp
from lms.kernel.config import current_settings
from lms.kernel.i18n import gettext as _
from lms.kernel.mail_failures import Unsent

mail_cli = AppGroup("mail", help="The mail server.")


@mail_cli.command("test")
@click.argument("address")
@with_appcontext
def test_command(address: str) -> None:
    """Sends one mail to an address, and says what happened and, if it failed, what to do; exits with 1 then."""
    settings = current_settings()
    subject = _("Test mail from %(product)s", product=settings.product_name)
    body = _(
        "This mail was sent by “flask mail test” from %(address)s. If you can read it, mails arrive. Nobody needs to "
        "answer.",
        address=settings.public_address,
    )
    try:
        server = mail.configured_server()
        click.echo(
            _(
                "Sending to %(host)s, port %(port)s, encryption: %(security)s, as %(sender)s ...",
                host=server.host,
                port=server.port,
                security=server.security,
                sender=server.sender,
            )
        )
        message = smtp.compose(server, address, subject, body, settings.languages[0], clock.now())
        connection = smtp.connect(server)
        try:
            smtp.deliver(connection, message)
        finally:
            smtp.close(connection)
    except Unsent as failure:
        if failure.code:
            click.echo(_("The mail server answered: %(code)s %(reply)s", code=failure.code, reply=failure.reply))
        raise click.ClickException(str(failure.explanation)) from None
    click.echo(
        _(
            "The mail server has accepted the mail. Look whether it arrives, also among unwanted mail. If it does not, "
            "ask whoever runs the mail server for what became of message %(id)s.",
            id=message["Message-ID"],
        )
    )
