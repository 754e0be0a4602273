"""Crockford's base 32: codes that people type, without letters that look alike (crockford.com/base32.html). Pure."""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_IGNORED = re.compile(r"[\s\-\u2010-\u2015\u2212]")


def encode(values: list[int]) -> str:
    """Returns the characters of values from 0 to 31."""
    return "".join(ALPHABET[value] for value in values)


def decode(text: str) -> list[int] | None:
    """Returns the values from 0 to 31 of a code as somebody typed it, or None where a character has none.

    Case, hyphens and spaces do not matter; O is read as 0, I and L as 1.
    """
    values = [_VALUES.get(character, -1) for character in _IGNORED.sub("", text).upper()]
    return None if -1 in values else values


def encode_bytes(data: bytes) -> str:
    """Returns bytes as characters of five bits each, the last one filled with zeros."""
    bits = int.from_bytes(data, "big")
    count = -(-len(data) * 8 // 5)
    bits <<= count * 5 - len(data) * 8
    return encode([bits >> 5 * place & 31 for place in range(count - 1, -1, -1)])


def decode_bytes(text: str) -> bytes | None:
    """Returns the bytes of a code as somebody typed it, or None for what ``encode_bytes`` never returns."""
    values = decode(text)
    if values is None:
        return None
    bits = 0
    for value in values:
        bits = bits << 5 | value
    size = len(values) * 5 // 8
    padding = len(values) * 5 - size * 8
    if padding >= 5 or bits & (1 << padding) - 1:
        return None
    return (bits >> padding).to_bytes(size, "big")
