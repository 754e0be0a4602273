"""Pure rules of keys and signed codes: how keys are written, identified and stored, and what a printed code says."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import date

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"
"""What precedes a public key in the form of Multikey."""
KEY_ID_BYTES = 4
CODE_CONTEXT = "Every Sector certificate 1\n"
"""What a code's signature begins with, so that it means nothing else."""
_CODE_VERSION = b"\x01"
LONGEST_IN_CODE = 90
"""Bytes of a name, and of a course, in a code: longer ones would print too fine to be read."""
_EPOCH = date(1970, 1, 1).toordinal()


def multibase(data: bytes) -> str:
    """Returns bytes in base58, with the letter that says so: as keys and proofs are written."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, place = divmod(number, len(_BASE58))
        text = _BASE58[place] + text
    return "z" + _BASE58[0] * (len(data) - len(data.lstrip(b"\0"))) + text


def multikey(public_key: bytes) -> str:
    """Returns an Ed25519 public key of 32 bytes as others read it."""
    return multibase(_ED25519 + public_key)


def key_id(public_key: str) -> str:
    """Returns what identifies a key, from its written form: eight hexadecimal digits."""
    return hashlib.sha256(public_key.encode()).digest()[:KEY_ID_BYTES].hex()


def storage_key(secret: str) -> bytes:
    """Returns the key that private keys are encrypted with, made from the installation's secret key."""
    return urlsafe_b64encode(hmac.digest(secret.encode(), b"signing keys of certificates", "sha256"))


def secret_check(secret: str) -> str:
    """Returns by what one can tell whether a private key was encrypted with this secret key."""
    return hmac.digest(storage_key(secret), b"check", "sha256")[:16].hex()


def shortened(text: str) -> str:
    """Returns a text of at most ``LONGEST_IN_CODE`` bytes, with an ellipsis where it was longer."""
    data = text.encode()
    if len(data) <= LONGEST_IN_CODE:
        return text
    return data[: LONGEST_IN_CODE - 3].decode(errors="ignore") + "…"


def signed_code(
    serial: str, said: tuple[str, str, date, date, int], signer_id: str, sign: Callable[[bytes], bytes]
) -> str:
    """Returns what follows the # of a certificate's address in its code: digits, which take the least room.

    ``serial`` is in the stored form; it is signed too, and not repeated. ``said`` is the name, the course, the first
    and the last valid day, and the number in the status list. In bytes: version, key id, signature (64), and the rest
    as JSON, days counted from 1970.
    """
    name, course, first, last, index = said
    days = (day.toordinal() - _EPOCH for day in (first, last))
    words = [shortened(name), shortened(course), *days, index]
    body = json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
    signature = sign(CODE_CONTEXT.encode() + serial.encode() + body)
    return str(int.from_bytes(_CODE_VERSION + bytes.fromhex(signer_id) + signature + body, "big"))


STATUS_BLOCK_BITS = 18
STATUS_BLOCK = 1 << STATUS_BLOCK_BITS
"""Places in the status list are handed out in blocks of as many: nobody can tell from theirs whose is beside it."""
_HALF = STATUS_BLOCK_BITS // 2


def status_index(award_id: int, key: bytes) -> int:
    """Returns the place of an award in the status list: each has its own, in an order that only ``key`` tells.

    Certificates of one session have neighbouring ids, and who has one could otherwise see whether a colleague's was
    revoked. A Feistel network of four rounds.
    """
    block, place = divmod(award_id, STATUS_BLOCK)
    left, right = divmod(place, 1 << _HALF)
    for turn in range(4):
        mixed = hashlib.blake2b(bytes((turn,)) + right.to_bytes(2, "big"), key=key, digest_size=2).digest()
        left, right = right, left ^ int.from_bytes(mixed, "big") % (1 << _HALF)
    return block * STATUS_BLOCK + (left << _HALF) + right
