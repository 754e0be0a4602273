"""The header and the footer of every page, rendered once for each language, current page and set of links, and cached.

What is cached contains nothing of a person: the links one may see are part of the key, and the CSRF tokens of the forms
on every page are the page's last lines. A field belongs to the form it names (``form="..."``), wherever it is.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from flask import current_app, g, request, session as cookie
from markupsafe import Markup

from lms.kernel.caching import application_cache
from lms.web.navigation import NavigationLink

ENTRIES = 1024
"""The number of headers and footers cached: languages times sets of links times current pages; and of tokens."""

SIGN_OUT_FORM = "sign_out_form"
"""The form's id; with underscores, because no id that authors write has any."""

TOKEN_FIELD = Markup('<input type="hidden" form="{}" name="csrf_token" value="{}">')

TOKEN_PLACEHOLDER = Markup("<!-- token -->")
"""Where each reader's token goes in a page rendered for many. Content cannot contain a comment."""


def _cached(key: Hashable, render: Callable[[Any], str]) -> Markup:
    found = application_cache("layout", ENTRIES).get_or_load(
        key, lambda: str(render(current_app.jinja_env.get_template("web/_layout.html").module))
    )
    return Markup(found)  # noqa: S704 - rendered by a template that escapes


def _base_key(language: str) -> tuple[Hashable, ...]:
    config = current_app.config
    demonstration = bool(config["DEMONSTRATION"])
    return language, request.script_root, demonstration, config["PRODUCT_NAME"], config["QUICK_EXIT_URL"]


def layout_key(links: Sequence[NavigationLink], signed_in: bool, language: str) -> tuple[Hashable, ...]:
    """Returns what header and footer depend on, on a page that offers no sign-in."""
    offered = tuple(current_app.config["LANGUAGES"])
    return (*_base_key(language), offered, signed_in, *((link.url, link.current) for link in links))


def page_header(links: Sequence[NavigationLink], signed_in: bool, offers_sign_in: bool, language: str) -> Markup:
    """Renders what is above the main part: skip links, the banner, the name, the links, account and sign-out."""
    current = ((link.url, link.current) for link in links)
    key = ("header", *_base_key(language), signed_in, offers_sign_in, *current)
    name = current_app.config["PRODUCT_NAME"]
    if signed_in:
        defer_csrf_token(SIGN_OUT_FORM)
    return _cached(key, lambda macros: macros.header(links, signed_in, offers_sign_in, name, SIGN_OUT_FORM))


def page_footer(signed_in: bool, language: str) -> Markup:
    """Renders the links below every page."""
    quick_exit_url = current_app.config["QUICK_EXIT_URL"]
    key = ("footer", *_base_key(language), signed_in)
    return _cached(key, lambda macros: macros.footer(signed_in, quick_exit_url))


def page_banner() -> Markup:
    """Renders what a package above has set for every page of this request, as ``g.page_banner``; usually nothing."""
    render: Callable[[], Markup] = g.get("page_banner", Markup)
    return render()


def defer_csrf_token(form: str) -> str:
    """Puts the CSRF token of the form with this id among the page's last lines; renders nothing here."""
    g.setdefault("deferred_tokens", []).append(form)
    return ""


def deferred_csrf_tokens() -> Markup:
    """Renders the tokens of the deferred forms, each once; in a page that is cached for many, with a placeholder."""
    forms = dict.fromkeys(g.pop("deferred_tokens", ()))
    if not forms:
        return Markup()
    token = TOKEN_PLACEHOLDER if g.get("rendering_for_cache") else csrf_token()
    return Markup("\n").join(TOKEN_FIELD.format(form, token) for form in forms)


def csrf_token() -> str:
    """Returns the CSRF token of this session, signed once; ASCII letters, digits, ``.-_``; empty without protection."""
    make_token: Any = current_app.jinja_env.globals.get("csrf_token", str)
    secret = cookie.get("csrf_token")
    tokens = application_cache("csrf_tokens", ENTRIES)
    return str(tokens.get_or_load(secret, make_token) if secret else make_token())
