"""Who asks: the holder of the access token in a request's header, and how often they may."""

from collections.abc import Mapping

from flask import Response, g, request
from flask_babel import LazyString, lazy_gettext as _l

from lms.accounts.api import TokenHolder, TokenScope, find_token_holder, record_use
from lms.kernel import clock
from lms.kernel.db import unit_of_work
from lms.rest.problems import RequestProblem
from lms.web.limits import limiter, network

RATE = "600 per minute"
"""How often one token may ask, and how often a network may without one that works."""


COUNTED = "lms.rate_limit"
"""Where a request has what was counted."""


def challenge(**said: str) -> Mapping[str, str]:
    """Returns the header that says how to authenticate (RFC 6750)."""
    values = ", ".join(f'{name}="{value}"' for name, value in {"realm": "api", **said}.items())
    return {"WWW-Authenticate": f"Bearer {values}"}


def insufficient_scope(scope: TokenScope, *, remedy: str | LazyString = "") -> RequestProblem:
    """Returns the refusal of what the token of a request has no scope for."""
    return RequestProblem(
        403,
        _l("The token needs the scope %(scope)s.", scope=scope),
        name="insufficient_scope",
        remedy=remedy,
        headers=challenge(error="insufficient_scope", scope=scope),
    )


def _key() -> str:
    holder = g.token_holder
    return f"token:{holder.token_id}" if isinstance(holder, TokenHolder) else network()


@limiter.shared_limit(RATE, scope="api", key_func=_key)
def _count_request() -> None:
    """Counts a request. Raises ``RateLimitExceeded``."""


def authenticate(scope: TokenScope | None = None) -> TokenHolder:
    """Returns the holder of the request's token, who may do what the scope says (None: whatever it is for).

    Raises ``RequestProblem`` 401 without a token that works, 403 without the scope, and ``RateLimitExceeded``. It reads
    no cookie and no session.
    """
    # No browser and no proxy stores what is about people.
    g.not_stored = True
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    is_bearer = kind.lower() == "bearer"
    holder = find_token_holder(secret.strip(), clock.now(), clock.today()) if is_bearer else None
    g.token_holder = holder
    _count_request()
    if limit := limiter.current_limit:
        # Where a request begins anew, to write, it has been counted.
        request.environ[COUNTED] = limit
    if holder is None:
        raise RequestProblem(401, headers=challenge(error="invalid_token") if is_bearer else challenge())
    if scope is not None and scope not in holder.scopes:
        raise insufficient_scope(scope)
    if holder.used_on != clock.today():
        # In a transaction of its own, before anything is read or written.
        with unit_of_work():
            record_use(holder.actor, holder.token_id)
    return holder


def add_headers(response: Response) -> Response:
    """Says how many requests are left."""
    if limit := limiter.current_limit or request.environ.get(COUNTED):
        response.headers["RateLimit-Limit"] = str(limit.limit.amount)
        response.headers["RateLimit-Remaining"] = str(limit.remaining)
        response.headers["RateLimit-Reset"] = str(max(0, limit.reset_at - int(clock.now().timestamp())))
    return response
