"""The file of a backup: a ZIP with the database, the secret key, and what is needed to read them."""

import fcntl
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from pydantic import BaseModel, ValidationError

from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _

DATABASE, SECRET_KEY = "database", "secret_key"
_MANIFEST = "backup.json"


REVISION = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a database: the revision of its schema, empty where it has none, and how many rows each table has."""

    revision: str
    rows: dict[str, int]

    def require_equal(self, expected: "Contents") -> None:
        """Raises ``Refusal`` where a copy does not have the rows that it should have."""
        if self != expected:
            raise Refusal(_("The backup does not have the rows that it should have. Nothing was changed."))


class Manifest(BaseModel):
    """What a backup says of itself: the version of the program, the kind of database, when, and what is in it."""

    version: str
    database: str
    made_at: datetime
    contents: Contents


@contextmanager
def unfinished_folder(parent: Path) -> Iterator[Path]:
    """A folder for this user only, removed at the end; whoever is killed leaves it, and the next one removes it."""
    for left in parent.glob(".backup-*.unfinished"):
        with suppress(OSError), _locked(left):
            shutil.rmtree(left)
    folder = Path(mkdtemp(prefix=".backup-", suffix=".unfinished", dir=parent))
    try:
        with ExitStack() as stack:
            # Some network disks have no locks, and there nothing is removed either.
            with suppress(OSError):
                stack.enter_context(_locked(folder))
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Holds the lock of a folder; raises ``OSError`` while another process does."""
    with (folder / "lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def write(path: Path, manifest: Manifest, files: Mapping[str, Path]) -> None:
    """Writes a backup, reads all of it again, and waits until it is on the disk."""
    path.touch(mode=0o600, exist_ok=False)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_MANIFEST, manifest.model_dump_json(indent=2))
        for name, file in files.items():
            archive.write(file, name)
    read_manifest(path)
    with zipfile.ZipFile(path) as archive:
        damaged = archive.testzip()
    if damaged:
        raise Refusal(_("The backup could not be read again after it was written: %(file)s.", file=damaged))
    with path.open("rb") as written:
        os.fsync(written.fileno())


def read_manifest(path: Path) -> Manifest:
    """Returns what a backup says of itself; raises ``Refusal`` for any other file, and for one that is cut off."""
    try:
        with zipfile.ZipFile(path) as archive:
            return Manifest.model_validate_json(archive.read(_MANIFEST))
    except (zipfile.BadZipFile, zlib.error, KeyError, ValidationError):
        raise Refusal(
            _("%(file)s is not a backup of this program, or it is damaged. Nothing was changed.", file=path)
        ) from None


def extract(path: Path, folder: Path) -> None:
    """Writes the files of a backup into a folder, for this user only; raises ``Refusal`` where it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in {DATABASE, SECRET_KEY}.intersection(archive.namelist()):
                (folder / name).touch(mode=0o600)
                with archive.open(name) as packed, (folder / name).open("wb") as file:
                    shutil.copyfileobj(packed, file, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise Refusal(_("%(file)s is damaged. Nothing was changed.", file=path)) from None
