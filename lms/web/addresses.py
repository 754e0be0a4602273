"""Addresses of pages without parameters, cached for each application and the path it is mounted at."""

from flask import request, url_for

from lms.kernel.caching import application_cache


def address_of(endpoint: str) -> str:
    """Returns the address of a page that takes no arguments, by its endpoint's full name."""
    return application_cache("addresses", 1024).get_or_load((request.script_root, endpoint), lambda: url_for(endpoint))
