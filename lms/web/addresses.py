"""Addresses of pages without parts that vary: built once for each application and place it is mounted at."""

from flask import current_app, request, url_for


def address_of(endpoint: str) -> str:
    """Returns the address of a page that takes no arguments, by its endpoint's full name."""
    kept: dict[tuple[str, str], str] = current_app.extensions.setdefault("addresses", {})
    key = (request.script_root, endpoint)
    found = kept.get(key)
    if found is None:
        found = kept[key] = url_for(endpoint)
    return found
