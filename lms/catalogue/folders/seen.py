"""The file ``modules/.published``: which changes made on pages the folders have. It travels with them, as in git.

A line has the SHA-256 of a file (a hyphen where it was removed), the number of the publication, and the path. Both
must be those of this installation: the file of another one is of no effect.
"""

from pathlib import Path

from lms.catalogue.folders.rules import Seen
from lms.catalogue.folders.writing import write_file

NAME = ".published"
_HEAD = "# Changes made on pages that these files have. Written by “flask content export”; keep it beside them.\n"


def read_seen(modules: Path) -> dict[str, tuple[str | None, int]]:
    """Returns the changes that the folders were exported with, by path; none where there is no such file."""
    try:
        lines = (modules / NAME).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    seen: dict[str, tuple[str | None, int]] = {}
    for line in lines:
        digest, _space, rest = line.partition(" ")
        number, _space, path = rest.partition(" ")
        if path and number.isascii() and number.isdigit() and not line.startswith(("#", "<", "=", ">")):
            seen[path] = (None if digest == "-" else digest, int(number))
    return seen


def write_seen(modules: Path, seen: Seen) -> None:
    """Writes the changes that the folders have now; without any the file is removed."""
    path = modules / NAME
    if not seen:
        path.unlink(missing_ok=True)
        return
    lines = [f"{digest or '-'} {number} {name}\n" for name, (digest, number) in sorted(seen.items())]
    write_file(path, (_HEAD + "".join(lines)).encode())
