"""Recordings for tests: Ogg Opus files of silence."""

import struct

PAGE = b"\xf8\xff\xfe" * 50
"""A second of silence in fifty packets."""


def opus(
    seconds: int = 90,
    *,
    head: bytes = b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0",
    comments: tuple[str, ...] = ("ENCODER=a test",),
    last: int = 4,
) -> bytes:
    """Makes an Ogg Opus file, one page a second; ``last`` are the flags of the last one, 4 where it is the end."""
    listed = b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in comments)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", len(comments)) + listed
    pages = [_page(0, 2, 0, (head,)), _page(1, 0, 0, (tags,))]
    silence = tuple(PAGE[at : at + 3] for at in range(0, len(PAGE), 3))
    for second in range(1, seconds + 1):
        pages.append(_page(second + 1, last if second == seconds else 0, second * 48_000 + 312, silence))
    return b"".join(pages)


def _page(number: int, flags: int, granule: int, packets: tuple[bytes, ...]) -> bytes:
    sizes = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    head, end = struct.pack("<4sBBqII", b"OggS", 0, flags, granule, 7, number), bytes([len(sizes)]) + sizes
    body = b"".join(packets)
    return head + struct.pack("<I", _checksum(head + b"\0\0\0\0" + end + body)) + end + body


def _checksum(data: bytes) -> int:
    """Returns the checksum of an Ogg page: a CRC of 32 bits, the highest first."""
    value = 0
    for byte in data:
        value = (value << 8) & 0xFFFFFFFF ^ _STEPS[(value >> 24) ^ byte]
    return value


def _step(value: int) -> int:
    for _ in range(8):
        value = (value << 1) ^ (0x104C11DB7 if value & 0x80000000 else 0)
    return value


_STEPS = [_step(byte << 24) for byte in range(256)]
