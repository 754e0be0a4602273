"""Security and caching headers, the same for every response."""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, Response, after_this_request, g, request

P = ParamSpec("P")
R = TypeVar("R")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'; worker-src 'self'"
)
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""The content security policy of a picture opened by itself: only its own styles."""
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # frame-ancestors says the same to every browser of the last ten years; phones can be older.
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ONE_YEAR_OF_TLS = "max-age=31536000"
# A browser may cache a page that is the same for everybody, or has an ETag, and show it again without a network, but it
# revalidates it each time, and no shared cache stores it.
PRIVATE = "private, no-cache"
# What somebody saw who was signed in is not stored at all: the next person at a shared phone could go back to it.
PERSONAL = "private, no-store"


PLAIN = [(name.lower(), name, value) for name, value in (ALWAYS | {"Cache-Control": PRIVATE}).items()]
OVER_TLS = [*PLAIN, ("strict-transport-security", "Strict-Transport-Security", ONE_YEAR_OF_TLS)]


def not_stored(view: Callable[P, R]) -> Callable[P, R]:
    """Decorates a page that names somebody although its reader may not be signed in: no browser stores it."""

    @wraps(view)
    def decorated(*values: P.args, **named: P.kwargs) -> R:
        g.not_stored = True
        return view(*values, **named)

    return decorated


def clear_site_data() -> None:
    """Lets the browser forget the pages of whoever it showed, and what they stored: phones are shared."""

    @after_this_request
    def add_header(response: Response) -> Response:
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def allow_on_this_page(**sources: str) -> None:
    """Allows this page what no other page needs, by directive: ``frame_src="'self'"``."""
    g.allowed_sources = {**g.get("allowed_sources", {}), **sources}


def style_nonce() -> str:
    """Returns the number used once by which this page's scripts may add styles, as the text editor does."""
    nonce = secrets.token_urlsafe(16)
    allow_on_this_page(style_src=f"'nonce-{nonce}'")
    return nonce


def _wider_policy(allowed: dict[str, str]) -> dict[str, str]:
    policy = dict(directive.split(" ", 1) for directive in CONTENT_SECURITY_POLICY.split("; "))
    for name, sources in allowed.items():
        directive = name.replace("_", "-")
        policy[directive] = f"{policy.get(directive, '')} {sources}".replace("'none'", "").strip()
    headers = {"Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items())}
    return headers | ({"X-Frame-Options": "SAMEORIGIN"} if "frame_ancestors" in allowed else {})


def set_up_headers(app: Flask) -> None:
    """Adds the headers to every response; those that a view has set stay."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        user = g.get("_login_user")
        if g.get("not_stored"):
            response.headers["Cache-Control"] = PERSONAL
        elif user is not None and user.is_authenticated:
            if "Content-Disposition" in response.headers:
                # Files to save contain people's data; Flask's own ``send_file`` would let browsers store them.
                response.headers["Cache-Control"] = PERSONAL
            elif "ETag" not in response.headers:
                response.headers.setdefault("Cache-Control", PERSONAL)
        if allowed := g.get("allowed_sources"):
            response.headers.update(_wider_policy(allowed))
        # Looking one header up searches all of them, so their names are collected once.
        there = {name.lower() for name, _ in response.headers}
        headers = OVER_TLS if request.is_secure else PLAIN
        response.headers.extend([(name, value) for small, name, value in headers if small not in there])
        return response
