"""What the browser's cookie has of sign-ins through providers: those that began, and one whose second step is left."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, g, session as cookie

from lms.accounts.models import Account
from lms.accounts.single_sign_on.queries import list_sign_in_providers
from lms.accounts.single_sign_on.rules import Provider
from lms.kernel import clock
from lms.kernel.caching import Cache, application_cache
from lms.kernel.config import current_settings
from lms.kernel.errors import require_found

BEGUN = "begun"
"""Where the cookie has the sign-ins that began, by their state."""
MOST_BEGUN = 3
"""So many may be open in different tabs."""
LASTS_SECONDS = 900
"""How long somebody may take at the provider."""
ORIGIN = "origin"
"""Where the cookie has which provider signed somebody in, until the second step is done."""
OFFERED_SECONDS = 60


def offered() -> Cache:
    """Returns the cache of the providers that pages offer; another process may show a change a minute later."""
    return application_cache("sign-in providers", 1, OFFERED_SECONDS)


def list_offered() -> list[Provider]:
    """Lists the providers for buttons and links: where there are none, no page looks into the database for them."""
    found: list[Provider] = offered().get_or_load("all", list_current)
    return found


def list_current() -> list[Provider]:
    """Lists the providers as they are now."""
    return list_sign_in_providers(str(current_app.secret_key), current_settings().sign_in_providers)


def load_provider(slug: str) -> Provider:
    """Loads a provider through which people can sign in now. Raises ``NotThere``."""
    return require_found(next((each for each in list_current() if each.slug == slug), None))


def remember_begun(slug: str, values: Mapping[str, str], *, next_page: str, account_id: int | None) -> None:
    """Remembers a sign-in that begins; ``account_id`` is that of who connects their account, None for who signs in."""
    entry = {
        "slug": slug, "nonce": values["nonce"], "verifier": values["verifier"], "next": next_page,
        "account": account_id, "at": int(clock.now().timestamp()),
    }  # fmt: skip
    others = list(cookie.get(BEGUN, {}).items())[1 - MOST_BEGUN :]
    cookie[BEGUN] = {**dict(others), values["state"]: entry}


def find_begun(slug: str, state: str) -> dict[str, Any] | None:
    """Finds the sign-in with a provider that began with a state; none where it took too long or was with another."""
    found: dict[str, Any] | None = cookie.get(BEGUN, {}).get(state)
    if found is None or found["slug"] != slug or clock.now().timestamp() - found["at"] > LASTS_SECONDS:
        return None
    return found


def drop_begun(state: str) -> None:
    """Forgets a sign-in, so that what came back is used once."""
    cookie[BEGUN] = {key: value for key, value in cookie.get(BEGUN, {}).items() if key != state}


def store_origin(account: Account, origin: Mapping[str, Any]) -> None:
    """Keeps which provider signed somebody in, until they have taken their second step."""
    cookie[ORIGIN] = {"of": account.fs_uniquifier, **origin}


def clear_origin() -> None:
    """Forgets it, for who signs in with a password after all."""
    cookie.pop(ORIGIN, None)


def take_origin(account: Account) -> dict[str, Any]:
    """Returns the columns of a new session that say which provider began it; empty for one by password."""
    stored = cookie.pop(ORIGIN, None)
    found: dict[str, Any] | None = g.pop("origin", None)
    if found is None and stored is not None and stored.pop("of") == account.fs_uniquifier:
        found = stored
    return found or {}
