"""Pages that are the same for many people: rendered and compressed once, and sent to each with their own CSRF tokens.

Such a page is rendered from its key and nothing else of a person: who may see it, how far they are and what is current
is read again for every request, and only the same answers lead to the same page. The tokens are in its last lines,
which are put behind the cached bytes as they are, so that no page's size tells anything of a token.
"""

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import brotli
from flask import Response, g, make_response, request, session as cookie

from lms.kernel.caching import cached
from lms.web.access import current_actor
from lms.web.language import language_of_page
from lms.web.layout_cache import TOKEN_PLACEHOLDER, csrf_token, layout_key
from lms.web.navigation import navigation

BROTLI_QUALITY = 6


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page: the bytes before its first CSRF token, for Brotli compressed and flushed; the text from there on.

    ``digest`` is the same in every process.
    """

    start: bytes
    end: str
    digest: str


def cached_page(key: tuple[Hashable, ...], render: Callable[[], str]) -> Response:
    """Returns a page for somebody signed in, which depends on a key and the layout only.

    The forms of the template that ``render`` renders take their tokens with ``defer_csrf_token``. A page with flashed
    messages, a banner or a query in its address is this person's own and is not cached. For browsers that take gzip
    only, the page is compressed as all others, each time.
    """
    if request.query_string or "_flashes" in cookie or "page_banner" in g:
        return make_response(render())
    coding = "br" if request.accept_encodings.best_match(("br", "gzip")) == "br" else ""
    layout = layout_key(navigation(current_actor()), True, language_of_page())
    page = cached(("page", coding, layout, *key), lambda: _render(render, coding))
    end = page.end.replace(TOKEN_PLACEHOLDER, csrf_token()).encode()
    if coding:
        response = make_response(page.start + brotli_end(end))
        response.content_encoding = coding
    else:
        response = make_response(page.start + end)
    # A browser that holds this page of this session is answered 304, in a tenth of the bytes. The tokens in it still
    # open the forms: they are made from the session's own secret, and a new session has another.
    response.set_etag(f"{page.digest}-{_digest(cookie.get('csrf_token', ''))}{coding}")
    response.make_conditional(request)
    return response


def _render(render: Callable[[], str], coding: str) -> CachedPage:
    g.rendering_for_cache = True
    try:
        page = render()
    finally:
        g.rendering_for_cache = False
    # Somebody signed in has at least the form to sign out.
    place = page.index(TOKEN_PLACEHOLDER)
    start, end = page[:place].encode(), page[place:]
    if coding:
        compressor = brotli.Compressor(mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
        start = compressor.process(start) + compressor.flush()
    return CachedPage(start, end, _digest(page))


def brotli_end(content: bytes) -> bytes:
    """Returns 1 to 65 536 bytes as one uncompressed block, and the empty last block (RFC 7932, section 9.2)."""
    not_last_and_uncompressed = (len(content) - 1) << 3 | 1 << 19
    return not_last_and_uncompressed.to_bytes(3, "little") + content + b"\x03"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
