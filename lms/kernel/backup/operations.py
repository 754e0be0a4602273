"""Making a backup of this installation, and putting one in its place."""

import shutil
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, Engine

from lms.kernel import clock
from lms.kernel.backup import archive
from lms.kernel.backup.postgresql import PostgresqlDatabase
from lms.kernel.backup.sqlite import SqliteDatabase
from lms.kernel.config import VERSION, current_settings, files_folder
from lms.kernel.db import db, on_other_database, session
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _
from lms.kernel.instance_lock import lock_instance

ALWAYS_THERE = {"alembic_version", "projection_state", "installation_value", "signing_key"}
"""The tables that have a row in an installation without any data."""


Database = SqliteDatabase | PostgresqlDatabase


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: where, what it says of itself, its size and how long it took."""

    path: Path
    manifest: archive.Manifest
    has_secret_key: bool
    size_bytes: int
    seconds: float


def the_database() -> Database:
    """Returns the database of this installation."""
    url = db.engine.url
    if db.engine.dialect.name == "postgresql":
        return PostgresqlDatabase(url, current_settings().postgresql_programs)
    return SqliteDatabase(Path(str(url.database)))


def make_backup(place: Path, name: str = "every-sector", database: Database | None = None) -> Backup:
    """Makes a backup in a folder, or as a file that does not exist yet; checked before it gets its name.

    Raises ``Refusal`` and ``OSError``, and then leaves nothing.
    """
    began, now, settings = time.monotonic(), clock.now(), current_settings()
    database = database or the_database()
    path = place / f"{name}-{now:%Y-%m-%d-%H%M%S}.zip" if place.is_dir() else place
    _refuse_overwriting(path)
    with archive.unfinished_folder(path.parent) as folder:
        copied = folder / archive.DATABASE
        contents = database.dump(copied)
        if not contents.revision:
            raise Refusal(_("The database is empty: there is nothing to back up."))
        manifest = archive.Manifest(version=VERSION, database=database.kind, made_at=now, contents=contents)
        secret = settings.instance / archive.SECRET_KEY
        files = {archive.DATABASE: copied} | ({} if settings.secret_key else {archive.SECRET_KEY: secret})
        whole = folder / "whole.zip"
        archive.write(whole, manifest, files)
        _refuse_overwriting(path)
        whole.rename(path)
    return Backup(path, manifest, archive.SECRET_KEY in files, path.stat().st_size, time.monotonic() - began)


def _refuse_overwriting(path: Path) -> None:
    if path.exists():
        raise Refusal(_("%(file)s exists already, and no backup is overwritten.", file=path))
    if not path.parent.is_dir():
        raise Refusal(_("There is no folder %(folder)s.", folder=path.parent))


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was restored: what it says of itself, whether its data agree, and the backup of what was there."""

    manifest: archive.Manifest
    agrees: bool
    before: Backup | None
    has_secret_key: bool


def restore_backup(file: Path, verify: Callable[[archive.Manifest], bool], *, replace: bool) -> Restored:
    """Puts a backup in the place of this installation's database, which has to be empty unless ``replace``.

    The schema is brought to this program's. ``verify`` is called when the session sees the restored database and nobody
    else does; where it raises, nothing is changed. Raises ``Refusal``, and then nothing was changed either.
    """
    manifest = archive.read_manifest(file)
    database, instance = the_database(), current_settings().instance
    _refuse_unfit(manifest, database.kind)
    with lock_instance(instance, alone=True), archive.unfinished_folder(instance) as folder:
        archive.extract(file, folder)
        session.remove()
        db.engine.dispose()
        with database.alone():
            before = _backup_of_present(database, replace=replace)
            with database.replacement(folder / archive.DATABASE, manifest.contents) as bind:
                upgrade(bind)
                with on_other_database(bind):
                    agrees = verify(manifest)
        secret = folder / archive.SECRET_KEY
        has_secret = secret.exists()
        if has_secret:
            secret.replace(instance / archive.SECRET_KEY)
        # Which course files were published, and files of reports that the worker made: those of the database before.
        (instance / "published").unlink(missing_ok=True)
        for kind in ("exports", "sign-in-slips"):
            shutil.rmtree(files_folder(kind), ignore_errors=True)
    return Restored(manifest, agrees, before, has_secret)


def _refuse_unfit(manifest: archive.Manifest, kind: str) -> None:
    """Raises ``Refusal`` for a backup of the other database system, or of a newer version of the program."""
    if manifest.database != kind:
        raise Refusal(
            _(
                "This is a backup of %(theirs)s, and this installation uses %(ours)s: set LMS_DATABASE_URL.",
                theirs=manifest.database,
                ours=kind,
            )
        )
    scripts = ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())
    if manifest.contents.revision not in {script.revision for script in scripts.walk_revisions()}:
        raise Refusal(
            _(
                "This backup was made by a newer version (%(theirs)s, schema %(revision)s) than this one (%(ours)s). "
                "Update the program first, then restore.",
                theirs=manifest.version,
                revision=manifest.contents.revision,
                ours=VERSION,
            )
        )


def _backup_of_present(database: Database, *, replace: bool) -> Backup | None:
    """Makes a backup of what is there, if anything is; raises ``Refusal`` where it is not to be replaced."""
    rows = sum(number for table, number in database.read_contents().rows.items() if table not in ALWAYS_THERE)
    if not rows:
        return None
    if not replace:
        raise Refusal(
            _(
                "This installation has data: %(rows)s rows. Nothing was changed. With --replace they are backed up "
                "first and then replaced.",
                rows=rows,
            )
        )
    return make_backup(current_settings().instance, "before-restore", database)


def upgrade(bind: Engine | Connection) -> None:
    """Runs the migrations that a database still needs."""
    config = current_app.extensions["migrate"].migrate.get_config()
    with bind.connect() if isinstance(bind, Engine) else nullcontext(bind) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
