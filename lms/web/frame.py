"""The head and the foot of every page: written once for each language, place and set of links, and kept.

What is kept holds nothing of a person: the links one may see are part of the key, and the tokens of the forms that
stand on every page are its last lines. A field belongs to the form it names, wherever it stands.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from flask import current_app, g, request
from markupsafe import Markup

from lms.kernel.caching import application_cache
from lms.web.navigation import Link

LAYOUTS_CACHED = 1024
"""The number of headers and footers cached; there are as many as languages times sets of links times places."""

SIGN_OUT_FORM = "sign_out_form"
"""The form's name on the page; with lines, because nothing that authors name has any."""

TOKEN = Markup('<input type="hidden" form="{}" name="csrf_token" value="{}">')

PLACE_OF_TOKENS = Markup("<!-- tokens -->")
"""Stands in a page that is written for many, where each is given their own. Content cannot hold a comment."""


def _cached(key: Hashable, write: Callable[[Any], str]) -> str:
    return application_cache("layout", LAYOUTS_CACHED).get_or_load(
        key, lambda: str(write(current_app.jinja_env.get_template("web/_frame.html").module))
    )


def _where(language: str) -> tuple[Hashable, ...]:
    config = current_app.config
    marked = bool(config["DEMONSTRATION"])
    return language, request.script_root, marked, config["PRODUCT_NAME"], config["QUICK_EXIT_URL"]


def key_of_frame(links: Sequence[Link], signed_in: bool, language: str) -> tuple[Hashable, ...]:
    """Returns what head and foot depend on for somebody on a page that offers no sign-in."""
    offered = tuple(current_app.config["LANGUAGES"])
    return (*_where(language), offered, signed_in, *((link.url, link.current) for link in links))


def top_of_page(links: Sequence[Link], signed_in: bool, offers_sign_in: bool, language: str) -> Markup:
    """Writes what stands above the main part: ways past it, the banner, the name, the links, the way out."""
    key = ("top", *_where(language), signed_in, offers_sign_in, *((link.url, link.current) for link in links))
    name = current_app.config["PRODUCT_NAME"]
    kept = _cached(key, lambda macros: macros.top(links, signed_in, offers_sign_in, name, SIGN_OUT_FORM))
    if signed_in:
        token_later(SIGN_OUT_FORM)
    return Markup(kept)  # noqa: S704 - written by a template that escapes


def foot_of_page(signed_in: bool, language: str) -> Markup:
    """Writes the links that stand below every page."""
    leave = current_app.config["QUICK_EXIT_URL"]
    kept = _cached(("foot", *_where(language), signed_in), lambda macros: macros.foot(signed_in, leave))
    return Markup(kept)  # noqa: S704 - written by a template that escapes


def token_later(form: str) -> str:
    """Lets the token of a form, by its name on the page, come with the last lines; writes nothing where it stands."""
    g.setdefault("forms_without_token", []).append(form)
    return ""


def forms_without_token() -> tuple[str, ...]:
    """Returns the forms of the page under way that wait for their token, each once, and forgets them."""
    return tuple(dict.fromkeys(g.pop("forms_without_token", ())))


def end_of_page() -> Markup:
    """Writes the tokens of the forms that wait for them, or their place where the page is written for many."""
    return PLACE_OF_TOKENS if g.get("written_for_many") else tokens_of(forms_without_token())


def tokens_of(forms: Sequence[str]) -> Markup:
    """Writes the tokens of forms: the only thing on a page for many that is one person's."""
    if not forms:
        return Markup()
    make_token: Any = current_app.jinja_env.globals.get("csrf_token", str)
    token = make_token()
    return Markup("\n").join(TOKEN.format(form, token) for form in forms)
