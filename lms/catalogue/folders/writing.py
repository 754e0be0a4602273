"""Writes and removes single files of the folders, each whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

MODE, FOLDER_MODE = 0o644, 0o755
"""Course files are for everybody who works in the folder, unlike what the server writes into its own."""


def write_file(path: Path, data: bytes) -> None:
    """Writes a file beside its place and moves it there, with the permissions that it had; raises ``OSError``."""
    new = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in new:
        folder.chmod(FOLDER_MODE)
    beside = path.with_name(f".{path.name}.unfinished")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(path.stat().st_mode & 0o777 if path.exists() else MODE)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def remove_file(path: Path, root: Path) -> None:
    """Removes a file, and the folders up to ``root`` that are empty then."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == root:
            return
        with suppress(OSError):
            folder.rmdir()


def is_inside(path: Path, root: Path) -> bool:
    """Returns whether a file would be written below ``root``, and not through a link that leads out of it."""
    real = os.path.realpath(root)
    return os.path.commonpath([real, os.path.realpath(path.parent)]) == real
