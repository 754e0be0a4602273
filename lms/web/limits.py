"""Rate limits of pages where somebody could guess, such as sign-in."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

# Without ``None`` it would try for some seconds, and each request would wait.
_REDIS_OPTIONS: dict[str, float | None] = {"socket_connect_timeout": 1.0, "socket_timeout": 1.0, "retry": None}

limiter = Limiter(get_remote_address, default_limits=[], headers_enabled=False)


def set_up_limits(app: Flask, *, enabled: bool, storage: str) -> None:
    """Sets up rate limits, counted in the memory of each process or in a Redis shared by several machines.

    While Redis is away each process counts for itself, and a warning is logged; it is asked again after 1, 2, 4 …
    seconds. A silent one costs a request a second.
    """
    shared = storage.startswith("redis")
    app.config.update(
        RATELIMIT_ENABLED=enabled,
        RATELIMIT_STORAGE_URI=storage,
        RATELIMIT_STORAGE_OPTIONS=dict(_REDIS_OPTIONS) if shared else {},
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=shared,
        # One that is full answers questions and counts nothing: better than to refuse whoever has the right password.
        RATELIMIT_SWALLOW_ERRORS=shared,
    )
    limiter.init_app(app)
