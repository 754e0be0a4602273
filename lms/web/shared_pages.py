"""Pages that are the same for many people: written and compressed once, given to each with their own tokens.

Such a page is written from a key and nothing else of a person: who may see it, how far they are and what is current is
asked anew for every request, and only the same answers lead to the same page.
"""

from collections.abc import Callable, Hashable

from flask import Response, g, make_response, request, session as cookie

from lms.kernel.caching import cached
from lms.web.access import current_actor
from lms.web.frame import PLACE_OF_TOKENS, forms_without_token, key_of_frame, tokens_of
from lms.web.language import language_of_page
from lms.web.navigation import navigation
from lms.web.packing import Packed, answer, encoding_wanted, pack, short_digest


def shared_page(key: tuple[Hashable, ...], write: Callable[[], str]) -> Response:
    """Answers somebody signed in with a page that depends on a key, its frame, and nothing else.

    ``write`` writes the page by a template whose forms ask for their tokens with ``token_later``. A page that also
    tells what has just happened, or was asked for with a query, is this person's own and is not kept.
    """
    if request.query_string or "_flashes" in cookie:
        return make_response(write())
    encoding, links = encoding_wanted(), navigation(current_actor())
    frame = key_of_frame(links, True, language_of_page())
    packed = cached(("page", encoding, frame, *key), lambda: _written(write, encoding))
    response = answer(packed, str(tokens_of(packed.forms)).encode() + packed.closing)
    # A browser that holds this page of this session is told so, in a tenth of the bytes. The forms' tokens of then are
    # still good: each is made from the session's own secret, and a session begun anew has another.
    own = short_digest(cookie.get("csrf_token", "").encode())
    response.set_etag("-".join((packed.mark, own, encoding or "plain")))
    response.make_conditional(request)
    return response


def _written(write: Callable[[], str], encoding: str) -> Packed:
    g.written_for_many = True
    try:
        page, _, closing = write().rpartition(PLACE_OF_TOKENS)
    finally:
        g.written_for_many = False
    return pack(page.encode(), closing.encode(), encoding, forms_without_token())
