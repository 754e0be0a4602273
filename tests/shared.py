"""What tests of several packages use: filled hooks, noted statements, and what all processes of a run make once."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from lms.kernel.db import db, session
from lms.kernel.hooks import Hook


@contextmanager
def filled(hook: Hook[Callable[..., object]], *functions: Callable[..., object]) -> Iterator[None]:
    """Fills a hook with other functions for the length of a block."""
    before = tuple(hook)
    hook.fill(*functions)
    try:
        yield
    finally:
        hook.fill(*before)


@contextmanager
def locked_file(path: Path) -> Iterator[None]:
    """Lets the processes that lock the same file take turns."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Returns a folder that one of the worker processes has filled; nobody may change what is in it.

    ``bin/check.py`` names the place in TEST_SHARED_FOLDER, since it runs pytest more than once.
    """
    own = factory.getbasetemp()
    given = os.environ.get("TEST_SHARED_FOLDER")
    folder = Path(given or (own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own)) / name
    folder.mkdir(exist_ok=True)
    with locked_file(folder / "lock"):
        if not (folder / "ready").exists():
            make(folder)
            (folder / "ready").touch()
    return folder


@contextmanager
def statements_sent() -> Iterator[list[str]]:
    """Gives the statements that are sent to the database within a block; one with many rows is one."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        # What is waiting to be written belongs to what came before.
        session.flush()
        sent.clear()
        yield sent
        session.flush()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
