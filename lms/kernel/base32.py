"""Crockford's base 32: codes that people type, without letters that look alike (crockford.com/base32.html). Pure."""

import binascii
from base64 import b32decode, b32encode

from lms.kernel.identifiers import clean_identifier

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RFC_4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_VALUES = {character: value for value, character in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}


def encode(values: list[int]) -> str:
    """Returns the characters of values from 0 to 31."""
    return "".join(ALPHABET[value] for value in values)


def decode(text: str) -> list[int] | None:
    """Returns the values from 0 to 31 of a code as somebody typed it, or None where a character has none.

    Case, hyphens, spaces and marks that nobody sees do not matter; O is read as 0, I and L as 1.
    """
    plain = clean_identifier(text).replace(" ", "").replace("-", "").upper()
    values = [_VALUES.get(character, -1) for character in plain]
    return None if -1 in values else values


def encode_bytes(data: bytes) -> str:
    """Returns bytes as characters of five bits each, the last one filled with zeros."""
    return encode([_RFC_4648.index(character) for character in b32encode(data).decode().rstrip("=")])


def decode_bytes(text: str) -> bytes | None:
    """Returns the bytes of a code as somebody typed it, or None for what ``encode_bytes`` never returns."""
    values = decode(text)
    if values is None:
        return None
    try:
        data = b32decode("".join(_RFC_4648[value] for value in values) + "=" * (-len(values) % 8))
    except binascii.Error:
        return None
    return data if encode_bytes(data) == encode(values) else None
