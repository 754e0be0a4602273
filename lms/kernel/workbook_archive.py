"""The archive that a workbook (.xlsx) is: measured before and while it is unpacked. Only the standard library."""

import posixpath
import zipfile
from enum import StrEnum, auto
from typing import Any

MAX_PARTS, MAX_UNPACKED_BYTES, MAX_PART_BYTES = 2000, 300_000_000, 64_000_000
"""The parts of the archive, their size unpacked, and the size of each but the sheets."""
MAX_RATIO, FREE_BYTES = 200, 5_000_000
"""How many times larger the parts may be than the archive; lists are about ten times larger."""
MAX_TEXT_BYTES = 1_000_000
"""The size of a tag or a text in a part."""


class RefusalReason(StrEnum):
    """Why a file is refused."""

    NOT_EXCEL = auto()
    PASSWORD = auto()
    TOO_LARGE = auto()
    TOO_MANY_CELLS = auto()
    DECLARES = auto()
    NO_WORKSHEET = auto()
    DAMAGED = auto()
    DAMAGED_AFTER = auto()
    ENDED = auto()


class Refused(Exception):
    """The file is refused: for a reason, and after a row."""

    def __init__(self, reason: RefusalReason, number: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.number = reason, number


class ArchivePart:
    """A part of an archive while it is unpacked, which stops at its declared size."""

    def __init__(self, part: Any) -> None:
        self._part = part
        self._end = b""
        self._bytes = 0

    def read(self, size: int = -1, /) -> bytes:
        """Returns the next piece; refuses declarations, and tags and texts without an end."""
        piece: bytes = self._part.read(size)
        self._bytes = 0 if b">" in piece else self._bytes + len(piece)
        if self._bytes > MAX_TEXT_BYTES:
            raise Refused(RefusalReason.TOO_LARGE)
        # Excel writes none, and nested entities can grow without limit.
        if b"<!DOCTYPE" in (self._end + piece).replace(b"\0", b""):
            raise Refused(RefusalReason.DECLARES)
        self._end = piece[-20:]
        return piece


def check_sizes(parts: list[zipfile.ZipInfo], packed: int) -> None:
    """Refuses an archive by its directory, before it is unpacked."""
    if all(part.filename != "xl/workbook.xml" for part in parts):
        raise Refused(RefusalReason.NOT_EXCEL)
    if any(part.flag_bits & 1 for part in parts):
        raise Refused(RefusalReason.PASSWORD)
    total = sum(part.file_size for part in parts)
    largest = max(part.file_size for part in parts if "/worksheets/" not in part.filename)
    most = min(MAX_UNPACKED_BYTES, MAX_RATIO * packed + FREE_BYTES)
    if len(parts) > MAX_PARTS or total > most or largest > MAX_PART_BYTES:
        raise Refused(RefusalReason.TOO_LARGE)
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        # Other methods unpack without a limit, and no spreadsheet uses them.
        raise Refused(RefusalReason.DAMAGED)


def find_part(target: str) -> str:
    """Returns the name of a part, which may be relative to the folder of the workbook."""
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
