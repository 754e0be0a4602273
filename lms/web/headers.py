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
# A page may be kept on the phone and shown again at once after "back" or without a network, but no shared
# cache keeps it and it is asked for again each time. It is not ``no-store``, which would forget half-filled
# forms on "back" and would keep /help-now from working without a network.
PRIVATE = "private, no-cache"


PLAIN = [(name.lower(), name, value) for name, value in (ALWAYS | {"Cache-Control": PRIVATE}).items()]
OVER_TLS = [*PLAIN, ("strict-transport-security", "Strict-Transport-Security", ONE_YEAR_OF_TLS)]


def set_up_headers(app: Flask) -> None:
    """Adds the headers to every response; what a view has set itself stays."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        # Asking for one header looks through all of them, so which are there is written down once.
        there = {name.lower() for name, _ in response.headers}
        wanted = OVER_TLS if request.is_secure else PLAIN
        response.headers.extend([(name, value) for small, name, value in wanted if small not in there])
        return response
