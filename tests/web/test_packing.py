"""A page compressed once, with an end that differs: what a browser unpacks is the page."""

import zlib

import brotli
import pytest
from flask import Flask
from hypothesis import given, strategies as st

from lms.web.packing import LONGEST_END, answer, encoding_wanted, pack

PAGES = st.one_of(
    st.text(max_size=3000),
    st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=40), st.integers(1, 2000)),
)


def unpacked(encoding: str, body: bytes) -> bytes:
    """Unpacks as a browser does; leftovers or an unfinished stream are errors."""
    if encoding == "br":
        return brotli.decompress(body)
    if encoding == "gzip":
        press = zlib.decompressobj(zlib.MAX_WBITS | 16)
        whole = press.decompress(body)
        assert press.eof
        assert press.unused_data == b""
        return whole
    return body


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
@given(page=PAGES, ends=st.lists(st.binary(min_size=1, max_size=2000), min_size=1, max_size=3))
def test_every_end_makes_a_whole_page(encoding: str, page: str, ends: list[bytes]) -> None:
    packed = pack(page.encode(), b"", encoding)
    for end in ends:
        assert unpacked(encoding, packed.with_end(end)) == page.encode() + end


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
@pytest.mark.parametrize("size", [1, 2, 255, 256, 32_768, LONGEST_END])
def test_ends_of_every_size_fit(encoding: str, size: int) -> None:
    page, end = b"<p>Tell the focal point.</p>" * 50, bytes(index % 251 for index in range(size))
    assert unpacked(encoding, pack(page, b"", encoding).with_end(end)) == page + end


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
@pytest.mark.parametrize("size", [0, LONGEST_END + 1])
def test_an_end_that_does_not_fit_is_refused(encoding: str, size: int) -> None:
    with pytest.raises(ValueError, match="the end of a page"):
        pack(b"page", b"", encoding).with_end(b"x" * size)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_packed_page_is_small(encoding: str) -> None:
    page = b"<li>Listen, do not ask for more than is told.</li>" * 400
    assert len(pack(page, b"", encoding).with_end(b"</html>")) < 300


@pytest.mark.parametrize(
    ("accepts", "given_back"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("*", "br"),
        ("deflate", ""),
        ("identity", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_browser_gets_what_it_takes(layout_app: Flask, accepts: str | None, given_back: str) -> None:
    headers = {} if accepts is None else {"Accept-Encoding": accepts}
    with layout_app.test_request_context(headers=headers):
        assert encoding_wanted() == given_back
        response = answer(pack(b"page", b"", given_back), b" end")
    assert response.headers.get("Content-Encoding", "") == given_back
    assert unpacked(given_back, response.get_data()) == b"page end"
