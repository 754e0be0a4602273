"""Rate limits of pages where somebody could guess, such as sign-in."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, default_limits=[], headers_enabled=False)


def set_up_limits(app: Flask, *, enabled: bool, storage: str) -> None:
    """Sets up rate limits, counted in the memory of each process or in a Redis shared by several machines."""
    app.config.update(RATELIMIT_ENABLED=enabled, RATELIMIT_STORAGE_URI=storage, RATELIMIT_STRATEGY="moving-window")
    limiter.init_app(app)
