"""Addresses that keep the filters of a list, for pages with many of them."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlencode

from lms.web.navigation import address_of

UNQUOTED = "!$'()*,/:;?@"
"""What Werkzeug leaves as it is in the query of an address."""


class FilteredLinks:
    """The addresses of pages under the same filters: ``url_for(endpoint, **filters, **own)``, encoded once."""

    def __init__(self, filters: Mapping[str, str]) -> None:
        self._filters = filters
        self._paths: dict[str, str] = {}

    def __call__(self, endpoint: str, **own: str) -> str:
        """Returns the address of a page without arguments in its path; its own parameters replace filters."""
        path = self._paths.get(endpoint)
        if path is None:
            path = self._paths[endpoint] = address_of(endpoint)
        query = "&".join([_encoded(name, value) for name, value in {**self._filters, **own}.items()])
        return f"{path}?{query}" if query else path


@lru_cache(maxsize=4096)
def _encoded(name: str, value: str) -> str:
    return urlencode({name: value}, safe=UNQUOTED)
