"""Finds the encoding of a text file that somebody uploads."""

import codecs
from collections import deque
from functools import partial
from itertools import islice
from typing import BinaryIO

ENCODINGS = (
    "utf-8", "cp1252", "cp1256", "cp1250", "cp1251", "cp1254", "iso8859_15", "mac_roman", "cp850", "utf-16",
)  # fmt: skip
"""The encodings offered, the most frequent first."""

_CHUNK_BYTES = 1_000_000


def find_encoding(file: BinaryIO) -> str:
    """Returns the encoding of a text file: UTF-8 where all of it is valid, else the likeliest of those offered.

    Empty where it is no text.
    """
    file.seek(0)
    head = file.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            if zeros.count(0) > len(zeros) * 0.5:
                return encoding
        return ""
    if _is_utf8(file):
        return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    from charset_normalizer import from_bytes  # noqa: PLC0415 - most lists are UTF-8

    likely = from_bytes(_lines_beyond_ascii(file), cp_isolation=list(ENCODINGS[1:-1]))
    # Several may fit equally well: then the most frequent one.
    ranked = sorted(
        (round(match.chaos, 2), -round(match.coherence, 2), ENCODINGS.index(match.encoding)) for match in likely
    )
    return ENCODINGS[ranked[0][2]] if ranked else "cp1252"


def _is_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    chunks = iter(partial(file.read, _CHUNK_BYTES), b"")
    try:
        deque(codecs.iterdecode(chunks, "utf-8"), maxlen=0)
    except UnicodeDecodeError:
        return False
    return True


def _lines_beyond_ascii(file: BinaryIO) -> bytes:
    # Only lines with characters beyond ASCII depend on the encoding.
    file.seek(0)
    lines = (line[:1000] for line in file if not line.isascii())
    return b"".join(islice(lines, 1000))[:20_000]
