"""Rate limits of pages where somebody could guess, such as sign-in: counted once for the whole installation."""

import hashlib
import hmac
import math
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from flask import Flask, current_app, g, request
from flask_limiter import Limiter

from lms.kernel import clock
from lms.web.limit_storage import FileStorage

OFFICE = "300 per 10 minutes"
"""How often an address may do what each of 200 people in one office behind it does at the same time."""
USUAL_WAIT_SECONDS = 60

# Without ``None`` it would try for some seconds, and each request would wait.
_REDIS_OPTIONS: dict[str, float | None] = {"socket_connect_timeout": 1.0, "socket_timeout": 1.0, "retry": None}


def digest_of(text: str) -> str:
    """Returns a text as a key from which nobody can find it: no store and no log has names or addresses."""
    return hmac.new(str(current_app.secret_key).encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def network_of(address: str) -> str:
    """Returns who an address belongs to: an IPv4 address itself, of IPv6 the /64 that one subscriber has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
    return str(found)


def network() -> str:
    """Returns the key of the network from which this request comes."""
    return digest_of(network_of(request.remote_addr or ""))


limiter = Limiter(network, default_limits=[], headers_enabled=False, fail_on_first_breach=False)


def set_up_limits(app: Flask, *, enabled: bool, storage: str, instance: Path) -> None:
    """Sets up rate limits, counted in a file of the instance folder, or in a Redis shared by several machines.

    While that is away each process counts for itself, and a warning is logged; it is asked again after 1, 2, 4 …
    seconds. A silent Redis costs a request a second.
    """
    app.config.update(
        RATELIMIT_ENABLED=enabled,
        RATELIMIT_STORAGE_URI=storage or f"{FileStorage.STORAGE_SCHEME[0]}://{instance.resolve() / 'limits.db'}",
        RATELIMIT_STORAGE_OPTIONS=dict(_REDIS_OPTIONS) if storage.startswith("redis") else {},
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        # One that is full answers questions and counts nothing: better than to refuse whoever has the right password.
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    limiter.init_app(app)


def seconds_to_wait() -> int:
    """Returns after how many seconds the request that was refused may be sent again."""
    seconds = 0.0
    # Where the counts are away, nobody knows.
    with suppress(Exception):
        seconds = max(each.reset_at for each in limiter.current_limits if each.breached) - clock.now().timestamp()
    return max(1, math.ceil(seconds)) if seconds else USUAL_WAIT_SECONDS


@limiter.request_filter
def is_counted() -> bool:
    """Says that a request which began anew, to write, has been counted."""
    return bool(g.get("begun_anew"))
