"""A bare repository that follows what is published, and what is published, drafted and committed."""

import os
import shutil
import subprocess
from pathlib import Path

from lms.authoring.drafts import operations, queries
from lms.authoring.models import Draft
from lms.authoring.publishing.operations import publish_draft
from lms.catalogue.api import read_published_files
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.db import reading, unit_of_work

COURSE = "first-course"
MODULE = "modules/first-course/01-first-steps.md"


class Remote:
    """A bare repository, and a clone in which somebody works with git."""

    def __init__(self, folder: Path) -> None:
        self.path, self.clone = folder / "remote.git", folder / "clone"
        self.run(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.path))

    def run(self, folder: Path, *words: str) -> str:
        who = {f"GIT_{role}_{part}": "Erik" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **who}
        done = subprocess.run(["git", *words], cwd=folder, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    def checkout(self) -> Path:
        """Returns a fresh clone."""
        shutil.rmtree(self.clone, ignore_errors=True)
        self.run(self.path.parent, "clone", "--quiet", str(self.path), str(self.clone))
        return self.clone

    def log(self) -> list[str]:
        """Returns author and subject of the commits, the oldest first."""
        return self.run(self.path, "log", "--reverse", "--format=%an: %s", "main").splitlines()

    def push(self, message: str, **files: str | bytes | None) -> None:
        """Commits files in a fresh clone, or removes those without bytes, and pushes."""
        folder = self.checkout()
        for path, text in files.items():
            if text is None:
                (folder / path).unlink()
            else:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
        self.run(folder, "add", "--all")
        self.run(folder, "commit", "--quiet", "--message", message)
        self.run(folder, "push", "--quiet", "origin", "HEAD:main")


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def ours() -> dict[str, bytes]:
    with reading():
        return read_published_files()


def change(text: str, actor: Actor = SYSTEM, reason: str = "A clearer word.", path: str = MODULE) -> None:
    """Publishes a draft that appends a text to a module."""
    with unit_of_work():
        draft = operations.begin_draft(actor, COURSE, "A change")
        file = queries.find_file(draft, path)
        operations.save_file(actor, COURSE, draft.id, path, queries.read_file(file) + text.encode(), version=0)
        publish_draft(actor, COURSE, draft.id, reason)


def open_drafts() -> list[Draft]:
    with reading():
        return queries.list_drafts()
