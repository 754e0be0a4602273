"""Security and caching headers, the same for every response."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'; worker-src 'self'"
)
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
# A browser may cache a page and show it again after "back" or without a network, but it revalidates it each time,
# and no shared cache stores it. It is not ``no-store``, which would lose half-filled forms on "back" and /help-now
# without a network.
PRIVATE = "private, no-cache"


PLAIN = [(name.lower(), name, value) for name, value in (ALWAYS | {"Cache-Control": PRIVATE}).items()]
OVER_TLS = [*PLAIN, ("strict-transport-security", "Strict-Transport-Security", ONE_YEAR_OF_TLS)]


def set_up_headers(app: Flask) -> None:
    """Adds the headers to every response; those that a view has set stay."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        # Looking one header up searches all of them, so their names are collected once.
        there = {name.lower() for name, _ in response.headers}
        wanted = OVER_TLS if request.is_secure else PLAIN
        response.headers.extend([(name, value) for small, name, value in wanted if small not in there])
        return response
