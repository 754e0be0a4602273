"""What parsing found in texts before, so that publishing parses and renders only what has changed."""

import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import bleach
import markdown
import nh3
import pydantic
import pymdownx
import yaml

from lms.catalogue.source.read import code_digest
from lms.kernel.caching import Cache

_VERSIONS = (sys.version, pydantic.VERSION, *(it.__version__ for it in (bleach, markdown, nh3, pymdownx, yaml)))
"""The versions of Python and of the libraries that parse, render and sanitise."""


class ParseCache:
    """Results of parsing and rendering, by the digest of all that a result depends on besides the program.

    A file with one line for each result. It is read only by the program that wrote it: after any change of our code, of
    a library or of Python everything is parsed anew. Only texts without a problem are in it, as problems are written
    in somebody's language, and no HTML: that is rendered from its file whenever it is written to the database.
    It may be deleted at any time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._program = hashlib.sha256("\n".join((code_digest(), *_VERSIONS)).encode()).hexdigest()
        self._stored = self._read()
        self._used: dict[str, bytes] = {}

    def find(self, key: str) -> bytes | None:
        """Returns the result with a key; None where the text must be parsed."""
        result = self._stored.get(key)
        if result is not None:
            self._used[key] = result
        return result

    def add(self, key: str, result: bytes) -> None:
        """Adds a result, which is one line."""
        self._used[key] = result

    def save(self) -> None:
        """Writes what was found or added, and nothing else, for the next time.

        Where it cannot be written, as on a full disk, the next time parses more.
        """
        if self._used.keys() == self._stored.keys():
            return
        body = b"\n".join(b"%s %s" % (key.encode(), result) for key, result in self._used.items())
        beside = self._path.with_name(f"{self._path.name}.unfinished")
        with suppress(OSError):
            beside.write_bytes(self._head(body) + b"\n" + body)
            beside.replace(self._path)

    def _read(self) -> dict[str, bytes]:
        """Returns the results in the file; none where another program wrote it, or part of it is missing."""
        try:
            head, _, body = self._path.read_bytes().partition(b"\n")
        except OSError:
            return {}
        if head != self._head(body):
            return {}
        pairs = (line.partition(b" ") for line in body.split(b"\n"))
        return {key.decode(): result for key, _, result in pairs}

    def _head(self, body: bytes) -> bytes:
        return f"{self._program} {hashlib.sha256(body).hexdigest()}".encode()


class ProcessParseCache(ParseCache):
    """Results in the memory of this process, for texts that are checked again and again while they are written.

    What is not there is looked for in the file of the last publication, which it never writes.
    """

    def __init__(self, path: Path, entries: Cache) -> None:
        super().__init__(path)
        self._entries = entries

    def find(self, key: str) -> bytes | None:
        """Returns the result with a key; None where the text must be parsed."""
        found: bytes | None = self._entries.get(key)
        return found or self._stored.get(key)

    def add(self, key: str, result: bytes) -> None:
        """Adds a result for as long as it is among the last used."""
        self._entries.put(key, result)

    def save(self) -> None:
        """Writes nothing."""


def cache_key(text: str, others: object, plain: Callable[[Any], object] | None = None) -> str:
    """Returns the digest of a text and of all else that a result depends on.

    ``plain`` returns plain values for those that are not.
    """
    return hashlib.sha256(f"{json.dumps(others, default=plain)}\n{text}".encode()).hexdigest()
