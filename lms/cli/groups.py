"""All commands by where they are: each is loaded when it is called, and some without the application."""

from collections.abc import Mapping, Sequence
from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import Babel

COMMANDS = {
    "audit": "lms.audit.cli:audit_cli",
    "backup": "lms.cli.backups:backup_command",
    "certificates": "lms.certification.cli:certificates_cli",
    "compliance": "lms.compliance.cli:compliance_cli",
    "content": "lms.catalogue.cli:content_cli",
    "coverage": "lms.coverage.cli:coverage_cli",
    "database": "lms.cli.backups:database_cli",
    "db": "flask_migrate.cli:db",
    "demo": "lms.demo.cli:demo_cli",
    "mail": "lms.kernel.mail_cli:mail_cli",
    "people": "lms.accounts.cli:people_cli",
    "prepare": "lms.cli.commands:prepare_command",
    "reminders": "lms.reminders.cli:reminders_cli",
    "restore": "lms.cli.backups:restore_command",
    "secret-key": "lms.cli.commands:secret_key_cli",
    "serve": "lms.cli.commands:serve_command",
    "worker": "lms.cli.commands:worker_cli",
}
WITHOUT_APPLICATION = {
    ("compliance", "date"): "lms.compliance.calculator.cli:date_command",
    ("compliance", "explain"): "lms.compliance.calculator.cli:explain_command",
    ("content", "check"): "lms.catalogue.cli:check_command",
    ("content", "schema"): "lms.catalogue.cli:schema_command",
}
_OPTIONS_WITH_A_VALUE = {"-A", "--app", "-e", "--env-file"}
"""The options of the program ``flask`` itself, which come before the command."""


class LazyGroup(AppGroup):
    """A group whose commands are loaded when they are called, or listed."""

    def __init__(self, name: str, places: Mapping[str, str]) -> None:
        super().__init__(name)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Lists all commands."""
        return sorted({*super().list_commands(ctx), *self._places})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Returns a command, loaded if need be."""
        if cmd_name not in self._places:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._places[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


def command_called(arguments: Sequence[str]) -> tuple[str, ...]:
    """Returns the first two words of a command line of ``flask`` after its own options."""
    words = list(arguments)
    while words and words[0].startswith("-"):
        if words.pop(0) in _OPTIONS_WITH_A_VALUE:
            del words[:1]
    return tuple(words[:2])


def application_for(called: tuple[str, ...]) -> Flask | None:
    """Returns an empty application with the command that is called, where it does without ours; else None."""
    if called not in WITHOUT_APPLICATION:
        return None
    app = Flask("lms", static_folder=None, template_folder=None)
    # Texts are asked for in its context, and stay English.
    Babel(app)
    group, name = called
    app.cli.add_command(LazyGroup(group, {name: WITHOUT_APPLICATION[called]}))
    return app
