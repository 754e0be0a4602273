"""Files with people's data or keys are for the user who runs the server: 0600, their folder 0700."""

import os
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

from lms.kernel.i18n import gettext as _

_OTHERS = 0o077
OWN_NAMES = (
    *("every_sector.db*", "secret_key", "queue.db*", "limits.db*", "published", "parsed-course-files*"),
    "running.lock",
    *("exports", ".backup-*.unfinished", "*.zip"),
)
"""What this program puts into the instance folder."""


def close_new_files() -> None:
    """Has the system create every file and folder of this process, and of those that it starts, for its user only."""
    os.umask(_OTHERS)


def close_instance(folder: Path, database: Path | None) -> list[str]:
    """Closes the instance folder and a SQLite database to other users of the machine.

    Returns a sentence for each that stays open: it belongs to somebody else, or the folder has other files too.
    """
    entries = list(folder.iterdir())
    own = [entry for entry in entries if any(fnmatch(entry.name, name) for name in OWN_NAMES)]
    files = {entry for entry in own if entry.is_file()}
    if database is not None:
        files.update(
            path for end in ("", "-wal", "-shm") if (path := database.with_name(database.name + end)).is_file()
        )
    problems = close_files(sorted(files))
    if _is_open(folder) and (len(own) < len(entries) or not _close(folder, 0o700)):
        problems.append(describe_open(folder))
    return problems


def close_files(files: Iterable[Path]) -> list[str]:
    """Closes files to other users of the machine; returns a sentence for each that stays open."""
    return [
        _("Other users of this machine can open %(file)s. Close it to them: chmod 600 %(file)s", file=file)
        for file in files
        if _is_open(file) and not _close(file, 0o600)
    ]


def close_backups(folder: Path) -> list[str]:
    """Closes all backups in a folder; returns a sentence for each that stays open, and for the folder.

    The folder may be for other files too, so it is left to whoever made it.
    """
    problems = close_files(sorted(folder.glob("every-sector-*.zip")))
    return [*problems, describe_open(folder)] if _is_open(folder) else problems


def describe_open(folder: Path) -> str:
    """Returns how to close a folder that others can open."""
    return _(
        "Other users of this machine can open the folder %(folder)s. Close it: chmod 700 %(folder)s", folder=folder
    )


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & _OTHERS)
    except OSError:
        # It was removed meanwhile, as SQLite's own files are.
        return False


def _close(path: Path, mode: int) -> bool:
    try:
        path.chmod(mode)
    except OSError:
        return not path.exists()
    return True
