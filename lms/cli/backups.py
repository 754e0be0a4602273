"""The commands that copy a whole installation: backup, restore, and the move from SQLite to PostgreSQL."""

from contextlib import suppress
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import DBAPIError

from lms.audit.api import record
from lms.audit.cli import audit_cli
from lms.cli.failures import said_in_a_sentence
from lms.compliance.cli import compliance_cli
from lms.kernel.actor import SYSTEM
from lms.kernel.backup.archive import Manifest
from lms.kernel.backup.move import move_database
from lms.kernel.backup.operations import Backup, make_backup, restore_backup
from lms.kernel.db import unit_of_work
from lms.kernel.i18n import gettext as _
from lms.kernel.installation import BACKUP, SECRET_KEY, remove_value, store_value
from lms.kernel.private_files import close_backups


def describe_backup(made: Backup) -> str:
    """Returns where a backup is, what is in it and what was checked."""
    sentences = (
        _("%(file)s: %(megabytes)s MB, %(seconds)s s."),
        _("Version %(version)s, schema %(revision)s, %(tables)s tables with %(rows)s rows."),
        _("Checked: the copy of the database is whole, and the file can be read to its end."),
        _("It contains people's data and the secret key, which signs sessions and reset links: store it safely.")
        if made.has_secret_key
        else _("It contains people's data: store it safely. LMS_SECRET_KEY is not in it; store that elsewhere."),
    )
    contents = made.manifest.contents
    values = {
        "file": made.path,
        "megabytes": f"{made.size_bytes / 1e6:.1f}",
        "seconds": f"{made.seconds:.1f}",
        "version": made.manifest.version,
        "revision": contents.revision,
        "tables": len(contents.rows),
        "rows": sum(contents.rows.values()),
    }
    return "\n".join(sentence % values for sentence in sentences)


@click.command("backup")
@click.argument("place", metavar="FILE_OR_FOLDER", type=click.Path(path_type=Path))
@with_appcontext
def backup_command(place: Path) -> None:
    """Backs up the database and the secret key into one file, while the server runs.

    In a folder the file is named after the time. The copy is checked before it gets its name, and nothing is
    overwritten.
    """
    with said_in_a_sentence():
        made = make_backup(place)
        click.echo(describe_backup(made))
    for sentence in close_backups(made.path.parent):
        click.echo(sentence, err=True)
    # The backup is whole, whatever the database says now.
    with suppress(DBAPIError), unit_of_work():
        store_value(BACKUP, made.manifest.made_at.isoformat(timespec="seconds"))


def verify_data() -> bool:
    """Verifies the audit trail and the status data; returns whether all agrees."""
    agrees = True
    for title, command, options in (
        (_("The audit trail:"), audit_cli.commands["verify"], {"note": False}),
        (_("The status data:"), compliance_cli.commands["verify"], {}),
    ):
        click.echo(title)
        try:
            click.get_current_context().invoke(command, **options)
        except SystemExit:
            agrees = False
    return agrees


def verify_restored(manifest: Manifest) -> bool:
    """Verifies the data and records the restore; returns whether all agrees."""
    agrees = verify_data()
    with unit_of_work():
        # Another key may be set here than where the backup was made.
        remove_value(SECRET_KEY)
        record(SYSTEM, "installation.restore", "backup", made_at=manifest.made_at.isoformat(timespec="seconds"))
    return agrees


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Replace the data that are there, after a backup of them.")
@with_appcontext
def restore_command(file: Path, *, replace: bool) -> None:
    """Puts a backup in place of an empty installation. Stop the server first.

    An older schema is migrated, and everything is verified. Where that fails nothing is changed; exit code 1 also where
    the data were restored and disagree.
    """
    with said_in_a_sentence():
        restored = restore_backup(file, verify_restored, replace=replace)
    if restored.before:
        click.echo(_("What was there before is in:") + f"\n{describe_backup(restored.before)}")
    click.echo(
        _(
            "Restored the backup of %(moment)s: %(rows)s rows, the same as when it was made.",
            moment=restored.manifest.made_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
            rows=sum(restored.manifest.contents.rows.values()),
        )
    )
    if not restored.has_secret_key:
        click.echo(_("The backup has no secret key. If LMS_SECRET_KEY is not the same, everybody must sign in again."))
    if not restored.agrees:
        click.echo(_("The data were restored as they were backed up; read above what does not agree."), err=True)
        raise SystemExit(1)


def verify_moved() -> bool:
    """Verifies the data and records the move; returns whether all agrees."""
    agrees = verify_data()
    with unit_of_work():
        remove_value(SECRET_KEY)
        record(SYSTEM, "installation.move", "database", to="postgresql")
    return agrees


database_cli = AppGroup("database", help="The database as a whole: move it to PostgreSQL.")


@database_cli.command("move")
@click.argument("address", envvar="LMS_MOVE_TO")
@with_appcontext
def move_command(address: str) -> None:
    """Moves everything from SQLite to an empty PostgreSQL database. Stop the server first.

    ADDRESS is postgresql://user:password@host/name; it can also be in LMS_MOVE_TO, where no other user of the machine
    reads the password. The SQLite file stays as it is. Exit code 1 also where the data were moved and disagree.
    """
    with said_in_a_sentence():
        contents, agrees = move_database(
            address, verify_moved, lambda table, rows: click.echo(f"  {table}: {rows}") if rows else None
        )
    click.echo(
        _(
            "Moved: %(tables)s tables with %(rows)s rows, the same number in each. Set LMS_DATABASE_URL to the new "
            "address and start the server. The SQLite file is unchanged: keep it until you have looked.",
            tables=len(contents.rows),
            rows=sum(contents.rows.values()),
        )
    )
    if not agrees:
        click.echo(_("The data were moved as they are; read above what does not agree."), err=True)
        raise SystemExit(1)
