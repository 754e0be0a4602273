"""The id of a report: its query, the moment of its data, and a digest of the figures, to be typed. Pure.

Nothing is stored and nothing is secret: whoever may see the organisations can work the report out again and compare.
The bytes are: a form number, the definitions' version, the day, the moment of knowledge, the organisations, the
filters, five bytes of the figures' digest, and two of a checksum over all of it, in Crockford's base 32.
"""

import binascii
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import accumulate, pairwise

from lms.compliance.source_data.filters import Filters
from lms.kernel import base32

FORM = 1
DIGEST_BYTES = 5
MOST_CHARACTERS = 2000
"""A longer word is no id; one with every filter and a hundred organisations has some four hundred characters."""

_EPOCH_DAY = date(2000, 1, 1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""No moment of knowledge is earlier."""

_CHECK_BYTES = 2
_MOMENT_BYTES = 7
_GROUP = 5
_FLAGS = 7
"""Seven bits of one byte say which filters follow: station, course, role, contract, sector; with children, without."""


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
        """Returns the id as it is printed, in base 32: groups of five characters."""
        body = _packed(self)
        characters = base32.encode_bytes(body + _checksum(body))
        return "-".join(characters[start : start + _GROUP] for start in range(0, len(characters), _GROUP))


def read_id(text: str) -> ReportId:
    """Reads an id as somebody typed it: case, spaces and hyphens do not matter, nor O for 0, I and L for 1.

    Raises Malformed.
    """
    raw = base32.decode_bytes(text) if len(text) <= MOST_CHARACTERS else None
    if raw is None or len(raw) <= _CHECK_BYTES or _checksum(raw[:-_CHECK_BYTES]) != raw[-_CHECK_BYTES:]:
        raise Malformed
    try:
        return _unpacked(BytesIO(raw[:-_CHECK_BYTES]))
    except (ValueError, OverflowError) as wrong:
        raise Malformed from wrong


def _checksum(body: bytes) -> bytes:
    return binascii.crc_hqx(body, 0xFFFF).to_bytes(_CHECK_BYTES, "big")


def _packed(given: ReportId) -> bytes:
    filters, organisations = given.filters, sorted(given.organisations)
    numbers = [int(each) for each in (filters.station, filters.course) if each is not None]
    words = [str(each).encode() for each in (filters.role, filters.contract, filters.sector) if each is not None]
    present = [each is not None for each in (filters.station, filters.course, filters.role, filters.contract)]
    present += [filters.sector is not None, filters.works_with_children is True, filters.works_with_children is False]
    moment = (given.known_at - EPOCH) // timedelta(microseconds=1)
    return b"".join(
        (
            bytes([FORM]),
            _number(given.definitions),
            _number((given.as_of - _EPOCH_DAY).days),
            moment.to_bytes(_MOMENT_BYTES, "big"),
            # Ascending numbers are written as differences, which are small.
            *map(_number, [len(organisations), *(after - before for before, after in pairwise([0, *organisations]))]),
            bytes([sum(1 << bit for bit, holds in enumerate(present) if holds)]),
            *map(_number, numbers),
            *(_number(len(word)) + word for word in words),
            given.digest,
        )
    )


def _unpacked(body: BytesIO) -> ReportId:
    if _take(body, 1)[0] != FORM:
        raise Malformed
    definitions = _read_number(body)
    as_of = _EPOCH_DAY + timedelta(days=_read_number(body))
    known_at = EPOCH + timedelta(microseconds=int.from_bytes(_take(body, _MOMENT_BYTES), "big"))
    organisations = tuple(accumulate(_read_number(body) for _ in range(_read_number(body))))
    flags = _take(body, 1)[0]
    present = [bool(flags >> bit & 1) for bit in range(_FLAGS)]
    station, course = (_read_number(body) if here else None for here in present[:2])
    role, contract, sector = (_take(body, _read_number(body)).decode() if here else None for here in present[2:5])
    children = True if present[5] else False if present[6] else None
    digest = _take(body, DIGEST_BYTES)
    if body.read(1) or not organisations:
        raise Malformed
    filters = Filters(station, course, role, contract, children, sector)
    return ReportId(definitions, as_of, known_at, organisations, filters, digest)


def _number(number: int) -> bytes:
    """Writes a number of any size: seven bits a byte, the smallest first, the last byte below 128."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _take(body: BytesIO, count: int) -> bytes:
    """Reads so many bytes; raises Malformed where there are fewer."""
    found = body.read(count)
    if len(found) < count:
        raise Malformed
    return found


def _read_number(body: BytesIO) -> int:
    """Reads a number of any size; raises Malformed for one that no row could have."""
    value = shift = 0
    while (byte := _take(body, 1)[0]) > 127:
        value |= (byte & 127) << shift
        shift += 7
    value |= byte << shift
    if value >= 2**63:
        raise Malformed
    return value
