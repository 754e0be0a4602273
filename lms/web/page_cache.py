"""Pages that are the same for many people: rendered once, and sent to each with the CSRF tokens of their own session.

Such a page is rendered from its key and nothing else of a person: who may see it, how far they are and what is current
is read again for every request, and only the same answers lead to the same page.
"""

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from flask import Response, g, make_response, request, session as cookie

from lms.kernel.caching import cached
from lms.web.access import current_actor
from lms.web.language import language_of_page
from lms.web.layout_cache import TOKENS_PLACEHOLDER, csrf_fields, layout_key, take_deferred_forms
from lms.web.navigation import navigation


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page before and after its CSRF tokens, the ids of its forms, and a digest that is the same in every process."""

    before: str
    after: str
    forms: tuple[str, ...]
    digest: str


def cached_page(key: tuple[Hashable, ...], render: Callable[[], str]) -> Response:
    """Returns a page for somebody signed in, which depends on a key and the layout only.

    The forms of the template that ``render`` renders take their tokens with ``defer_csrf_token``. A page with flashed
    messages, or with a query in its address, is this person's own and is not cached.
    """
    if request.query_string or "_flashes" in cookie:
        return make_response(render())
    layout = layout_key(navigation(current_actor()), True, language_of_page())
    page = cached(("page", layout, *key), lambda: _render(render))
    response = make_response("".join((page.before, csrf_fields(page.forms), page.after)))
    # A browser that holds this page of this session is answered 304, in a tenth of the bytes. The tokens in it still
    # open the forms: they are made from the session's own secret, and a new session has another.
    response.set_etag(f"{page.digest}-{_digest(cookie.get('csrf_token', ''))}")
    response.make_conditional(request)
    return response


def _render(render: Callable[[], str]) -> CachedPage:
    g.rendering_for_cache = True
    try:
        before, _, after = render().rpartition(TOKENS_PLACEHOLDER)
    finally:
        g.rendering_for_cache = False
    forms = take_deferred_forms()
    return CachedPage(before, after, forms, _digest(f"{before}\0{after}\0{forms}"))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
