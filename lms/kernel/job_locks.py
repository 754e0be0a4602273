"""Locks that keep two workers from doing the same at once, on one machine or on several."""

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from lms.kernel.config import current_settings
from lms.kernel.db import db

_LOCK_CLASS = 0x10B5
"""PostgreSQL's advisory locks with two numbers are others than those of ``db.lock_key`` with one."""


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Yields whether this thread is the only one of the installation that does what ``name`` says, and stays so.

    However the process ends, the lock is free at once: it is PostgreSQL's for the connection, or Linux's for a file.
    """
    if db.engine.dialect.name == "sqlite":
        with _file_lock(current_settings().instance / "locks", name) as mine:
            yield mine
    else:
        with _advisory_lock(zlib.crc32(name.encode()) - 2**31) as mine:
            yield mine


@contextmanager
def _file_lock(folder: Path, name: str) -> Iterator[bool]:
    folder.mkdir(exist_ok=True)
    path = folder / name
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever held it has removed it meanwhile: the next one locks another file of this name.
            mine = path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat())
        except (BlockingIOError, FileNotFoundError):
            mine = False
        try:
            yield mine
        finally:
            if mine:
                path.unlink(missing_ok=True)


@contextmanager
def _advisory_lock(key: int) -> Iterator[bool]:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        mine = bool(connection.scalar(select(func.pg_try_advisory_lock(_LOCK_CLASS, key))))
        try:
            yield mine
        finally:
            # Where the connection is gone, so is the lock.
            with suppress(DBAPIError):
                if mine:
                    connection.scalar(select(func.pg_advisory_unlock(_LOCK_CLASS, key)))
