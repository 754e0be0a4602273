"""A page that is the same for many people, compressed once; what is one person's comes as its last bytes.

Both formats let a stream that was flushed go on with a block that is stored as it is. So everything before the end of a
page is compressed once and kept, and the end, some hundred bytes that differ from session to session, is put behind it
without compressing anything: RFC 7932, section 9.2 (Brotli), and RFC 1951, section 3.2.4 with RFC 1952 (gzip).
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass

import brotli
from flask import Response, make_response, request

ENCODINGS = ("br", "gzip")
"""What pages are compressed to, the best first."""

BROTLI_LEVEL, GZIP_LEVEL = 5, 6
LONGEST_END = 65_535
"""How many bytes one stored block holds, in either format."""

GZIP_HEAD = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255))
"""Deflate, no name, no time, no system."""


@dataclass(frozen=True, slots=True)
class Packed:
    """All of a page but its end, in one encoding; an empty encoding is the page as it is.

    The end is made of the tokens of ``forms`` and ``closing``. ``check`` and ``size`` are the CRC-32 and the length of
    what was compressed, which gzip says at its very end. ``mark`` is the same for the same page in every process.
    """

    encoding: str
    body: bytes
    closing: bytes = b""
    forms: tuple[str, ...] = ()
    check: int = 0
    size: int = 0
    mark: str = ""

    def with_end(self, end: bytes) -> bytes:
        """Returns the whole page, its end put behind what was kept. Raises ``ValueError`` for too long an end."""
        if not 0 < len(end) <= LONGEST_END:
            raise ValueError(f"the end of a page has 1 to {LONGEST_END} bytes, not {len(end)}")
        if self.encoding == "br":
            return self.body + _stored_in_brotli(end)
        if self.encoding == "gzip":
            check, size = zlib.crc32(end, self.check), self.size + len(end)
            return self.body + _stored_in_deflate(end) + struct.pack("<LL", check, size & 0xFFFFFFFF)
        return self.body + end


def pack(page: bytes, closing: bytes, encoding: str, forms: tuple[str, ...] = ()) -> Packed:
    """Compresses all of a page but its end."""
    mark = short_digest(page, closing, *(form.encode() for form in forms))
    if encoding == "br":
        brotli_press = brotli.Compressor(mode=brotli.MODE_TEXT, quality=BROTLI_LEVEL)
        return Packed(encoding, brotli_press.process(page) + brotli_press.flush(), closing, forms, mark=mark)
    if encoding == "gzip":
        press = zlib.compressobj(GZIP_LEVEL, wbits=-zlib.MAX_WBITS)
        body = GZIP_HEAD + press.compress(page) + press.flush(zlib.Z_SYNC_FLUSH)
        return Packed(encoding, body, closing, forms, zlib.crc32(page), len(page), mark)
    return Packed(encoding, page, closing, forms, mark=mark)


def short_digest(*parts: bytes) -> str:
    """Returns 16 letters and figures that are others for other parts: for the name of what a browser holds already."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _stored_in_brotli(end: bytes) -> bytes:
    # Not the last block, a length of four nibbles, stored; then an empty last block.
    head = (len(end) - 1) << 3 | 1 << 19
    return head.to_bytes(3, "little") + end + b"\x03"


def _stored_in_deflate(end: bytes) -> bytes:
    # The last block, stored; its length and the same once more with every bit turned.
    return b"\x01" + struct.pack("<HH", len(end), len(end) ^ 0xFFFF) + end


def encoding_wanted() -> str:
    """Returns the best encoding that the browser takes, or none."""
    return request.accept_encodings.best_match(ENCODINGS, "") or ""


def answer(packed: Packed, end: bytes) -> Response:
    """Returns a kept page with its end as the answer to this request."""
    response = make_response(packed.with_end(end))
    if packed.encoding:
        response.headers["Content-Encoding"] = packed.encoding
    return response
