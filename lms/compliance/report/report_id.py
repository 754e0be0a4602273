"""The id of a report: its query, the moment of its data, and a digest of the figures, to be typed. Pure.

Nothing is stored and nothing is secret: whoever may see the organisations can work the report out again and compare.
The bytes are: a form number, the definitions' version, the day, the moment of knowledge, the organisations, the
filters, five bytes of the figures' digest, and two of a checksum over all of it, in Crockford's base 32.
"""

import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lms.compliance.source_data.filters import Filters
from lms.kernel import base32

FORM = 1
DIGEST_BYTES = 5
MOST_CHARACTERS = 2000
"""A longer word is no id; one with every filter and a hundred organisations has some four hundred characters."""

_EPOCH_DAY = date(2000, 1, 1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_CHECK_BYTES = 2
_MOMENT_BYTES = 7
_GROUP = 5
_STATION, _COURSE, _ROLE, _CONTRACT, _SECTOR, _CHILDREN, _NO_CHILDREN = (1 << bit for bit in range(7))


class Malformed(ValueError):
    """The text is no id of a report."""


@dataclass(frozen=True, slots=True)
class ReportId:
    """What an id says: which report, made when, and the digest of its figures."""

    definitions: int
    as_of: date
    known_at: datetime
    organisations: tuple[int, ...]
    filters: Filters
    digest: bytes

    def __str__(self) -> str:
        """Returns the id as it is printed: groups of five characters."""
        return print_id(_packed(self))


def read_id(text: str) -> ReportId:
    """Reads an id as somebody typed it: case, spaces and hyphens do not matter, nor O for 0, I and L for 1.

    Raises Malformed.
    """
    raw = _unprinted(text)
    body, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
    if len(raw) <= _CHECK_BYTES or _checksum(body) != check:
        raise Malformed
    try:
        return _unpacked(body)
    except (IndexError, ValueError, OverflowError) as wrong:
        raise Malformed from wrong


def print_id(raw: bytes) -> str:
    """Writes bytes in base 32, in groups."""
    characters = base32.encode_bytes(raw)
    return "-".join(characters[start : start + _GROUP] for start in range(0, len(characters), _GROUP))


def _unprinted(text: str) -> bytes:
    raw = base32.decode_bytes(text) if len(text) <= MOST_CHARACTERS else None
    if raw is None:
        raise Malformed
    return raw


def _checksum(body: bytes) -> bytes:
    return binascii.crc_hqx(body, 0xFFFF).to_bytes(_CHECK_BYTES, "big")


def _packed(given: ReportId) -> bytes:
    filters = given.filters
    out = bytearray([FORM])
    _put(out, given.definitions)
    _put(out, (given.as_of - _EPOCH_DAY).days)
    out += ((given.known_at - _EPOCH) // timedelta(microseconds=1)).to_bytes(_MOMENT_BYTES, "big")
    _put_all(out, given.organisations)
    marks = [
        (_STATION, filters.station is not None),
        (_COURSE, filters.course is not None),
        (_ROLE, filters.role is not None),
        (_CONTRACT, filters.contract is not None),
        (_SECTOR, filters.sector is not None),
        (_CHILDREN, filters.works_with_children is True),
        (_NO_CHILDREN, filters.works_with_children is False),
    ]
    out.append(sum(mark for mark, holds in marks if holds))
    for number in (filters.station, filters.course):
        if number is not None:
            _put(out, int(number))
    for word in (filters.role, filters.contract, filters.sector):
        if word is not None:
            written = str(word).encode()
            _put(out, len(written))
            out += written
    out += given.digest
    return bytes(out) + _checksum(bytes(out))


def _unpacked(body: bytes) -> ReportId:
    reader = _Reader(body)
    if reader.take(1)[0] != FORM:
        raise Malformed
    definitions = reader.number()
    as_of = _EPOCH_DAY + timedelta(days=reader.number())
    known_at = _EPOCH + timedelta(microseconds=int.from_bytes(reader.take(_MOMENT_BYTES), "big"))
    organisations, before = [], 0
    for _ in range(reader.number()):
        before += reader.number()
        organisations.append(before)
    marks = reader.take(1)[0]
    station = reader.number() if marks & _STATION else None
    course = reader.number() if marks & _COURSE else None
    role, contract, sector = (
        reader.take(reader.number()).decode() if marks & mark else None for mark in (_ROLE, _CONTRACT, _SECTOR)
    )
    children = True if marks & _CHILDREN else False if marks & _NO_CHILDREN else None
    digest = reader.take(DIGEST_BYTES)
    if reader.left or not organisations:
        raise Malformed
    filters = Filters(station, course, role, contract, children, sector)
    return ReportId(definitions, as_of, known_at, tuple(organisations), filters, digest)


def _put(out: bytearray, number: int) -> None:
    """Adds a number of any size: seven bits a byte, the smallest first, the last byte below 128."""
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)


def _put_all(out: bytearray, numbers: Iterable[int]) -> None:
    """Adds ascending numbers as differences, which are small."""
    ordered: Sequence[int] = sorted(numbers)
    _put(out, len(ordered))
    before = 0
    for each in ordered:
        _put(out, each - before)
        before = each


class _Reader:
    """Reads bytes from the front."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def left(self) -> int:
        """Returns how many bytes have not been read."""
        return len(self._body) - self._at

    def take(self, count: int) -> bytes:
        """Reads so many bytes; raises IndexError where there are fewer."""
        if count > self.left:
            raise IndexError
        self._at += count
        return self._body[self._at - count : self._at]

    def number(self) -> int:
        """Reads a number of any size; raises ValueError for one that no row could have."""
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        if value >= 2**63:
            raise ValueError
        return value
