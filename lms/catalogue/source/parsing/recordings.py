"""Recordings of modules that are read aloud: Ogg Opus files, and whether they are safe to publish."""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lms.kernel.i18n import gettext as _

_HEADER = struct.Struct("<4sBBqI8xB")
"""The head of an Ogg page: mark, version, flags, samples up to its end, stream, number of sizes that follow."""
_LAST_PAGE = 4
_SAMPLES = 48_000
"""Samples a second: Opus counts in these, whatever was recorded."""
_HEAD = struct.Struct("<8sBBH")
"""The first packet begins with its mark, the version, the number of channels, and the samples to skip at the start."""
REFERENCE = "REFERENCE"
_COMMENTS = frozenset({"ENCODER", "ENCODER_OPTIONS", REFERENCE})
"""The texts that a file may carry: none about people or places."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording: its bytes, their SHA-256, its length in seconds.

    ``reference`` has the first digits of the SHA-256 of the text that was read aloud; empty where the file has none.
    """

    data: bytes
    sha256: str
    seconds: int
    reference: str
    media_type: str = "audio/ogg"


def read_recording(data: bytes) -> tuple[Recording | None, list[str]]:
    """Returns a recording from its bytes, and what is wrong with it; None where anything is. Source: RFC 7845."""
    pages = list(_pages(data))
    problem = _sound_problem(pages, len(data))
    if problem:
        return None, [problem]
    try:
        comments = dict(_comments(pages[1].body))
    except (struct.error, UnicodeDecodeError):
        return None, [_comments_problem("…")]
    others = comments.keys() - _COMMENTS
    if others:
        return None, [_comments_problem(", ".join(sorted(others)))]
    found = hashlib.sha256(data).hexdigest()
    return Recording(data, found, round(_samples(pages) / _SAMPLES), comments.get(REFERENCE, "")), []


def _sound_problem(pages: "list[_Page]", size: int) -> str:
    """Returns what is wrong with the pages of a file of a size in bytes; an empty text where nothing is."""
    if not pages or len(pages[0].body) < _HEAD.size or not pages[0].body.startswith(b"OpusHead"):
        return _("this is not Ogg Opus: encode it with opusenc, or make audio")
    if len({page.stream for page in pages}) > 1:
        return _("this is not Ogg Opus alone: it has a second stream, such as a picture or a video")
    _mark, _version, channels, _skipped = _HEAD.unpack_from(pages[0].body)
    if channels not in {1, 2}:
        return _("this recording has %(number)s channels: encode it as mono", number=channels)
    if pages[-1].end < size or not pages[-1].flags & _LAST_PAGE or _samples(pages) <= 0:
        return _("this recording is cut off: its end is missing")
    return ""


def _samples(pages: "list[_Page]") -> int:
    """Returns how many samples are played."""
    *_others, skipped = _HEAD.unpack_from(pages[0].body)
    return int(pages[-1].samples - skipped)


class _Page(NamedTuple):
    """An Ogg page: ``samples`` is how many there are up to its end, ``end`` its last byte's place in the file."""

    flags: int
    samples: int
    stream: int
    body: bytes
    end: int


def _pages(data: bytes) -> Iterator[_Page]:
    """Yields each whole page, up to what is not one."""
    at = 0
    while at + _HEADER.size <= len(data):
        mark, version, flags, samples, stream, number = _HEADER.unpack_from(data, at)
        begin = at + _HEADER.size + number
        at = begin + sum(data[begin - number : begin])
        if (mark, version) != (b"OggS", 0) or at > len(data):
            return
        yield _Page(flags, samples, stream, data[begin:at], at)


def _comments(packet: bytes) -> Iterator[tuple[str, str]]:
    """Yields the name, in capitals, and the text of each comment; raises where one is not whole."""
    (length,) = struct.unpack_from("<8xI", packet)
    (number,) = struct.unpack_from("<I", packet, 12 + length)
    at = 16 + length
    for _comment in range(number):
        (length,) = struct.unpack_from("<I", packet, at)
        (text,) = struct.unpack_from(f"<4x{length}s", packet, at)
        name, _equals, value = text.decode().partition("=")
        yield name.upper(), value
        at += 4 + length


def _comments_problem(names: str) -> str:
    return _(
        "this recording has texts that may name people (%(names)s): "
        "encode it with --discard-comments --discard-pictures, or save it with ffmpeg -map_metadata -1 -c copy",
        names=names,
    )
