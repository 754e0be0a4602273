"""The head and the foot of every page: written once for each language, place and set of links, and kept.

What is kept holds nothing of a person: the links one may see are part of the key, and the token of the form that signs
out is put in for each request.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from flask import current_app, request
from markupsafe import Markup

from lms.web.navigation import Link

KEPT = 1024
"""How many heads and feet each process keeps; there are as many as languages times sets of links times places."""

HOLE = Markup("<!-- token -->")


def _keep(key: Hashable, write: Callable[[Any], str]) -> str:
    frames: dict[Hashable, str] = current_app.extensions.setdefault("frames", {})
    found = frames.get(key)
    if found is None:
        if len(frames) >= KEPT:
            frames.clear()
        found = frames[key] = str(write(current_app.jinja_env.get_template("web/_frame.html").module))
    return found


def _where(language: str) -> tuple[Hashable, ...]:
    config = current_app.config
    marked = bool(config["DEMONSTRATION"])
    return language, request.script_root, marked, config["PRODUCT_NAME"], config["QUICK_EXIT_URL"]


def top_of_page(links: Sequence[Link], signed_in: bool, offers_sign_in: bool, language: str) -> Markup:
    """Writes what stands above the main part: ways past it, the banner, the name, the links, the way out."""
    key = ("top", *_where(language), signed_in, offers_sign_in, *((link.url, link.current) for link in links))
    name = current_app.config["PRODUCT_NAME"]
    kept = _keep(key, lambda macros: macros.top(links, signed_in, offers_sign_in, name, HOLE))
    if signed_in:
        make_token: Any = current_app.jinja_env.globals.get("csrf_token", str)
        field = Markup('<input type="hidden" name="csrf_token" value="{}">').format(make_token())
        kept = kept.replace(HOLE, field)
    return Markup(kept)  # noqa: S704 - written by a template that escapes


def foot_of_page(signed_in: bool, language: str) -> Markup:
    """Writes the links that stand below every page."""
    leave = current_app.config["QUICK_EXIT_URL"]
    kept = _keep(("foot", *_where(language), signed_in), lambda macros: macros.foot(signed_in, leave))
    return Markup(kept)  # noqa: S704 - written by a template that escapes
