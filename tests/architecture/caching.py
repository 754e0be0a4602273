"""What browsers may store: one well-formed ``Cache-Control`` on each response, ``no-store`` on what names people."""

import re

from werkzeug.test import TestResponse

from tests.architecture.permission_world import NAMES

DIRECTIVE = re.compile(r"(public|private|no-cache|no-store|immutable|must-revalidate|max-age=\d+)\Z")
PERSONAL = (
    *NAMES, "Amina", "Lena Okoro", "Tomas Silva", "Hana Haddad", "Hugo Hill", "Karim Nasser", "Root Admin",
    "demo.example", "W-1<",
)  # fmt: skip
"""Of whom nothing may be in a response that a browser stores."""


def problems_of(response: TestResponse, signed_in: bool) -> list[str]:
    """Returns what is wrong with the caching headers of a response."""
    given = response.headers.getlist("Cache-Control")
    if len(given) != 1:
        return [f"{len(given)} Cache-Control headers"]
    directives = given[0].split(", ")
    words = {directive.partition("=")[0] for directive in directives}
    found = [f"malformed: {given[0]}"] * (len(words) < len(directives) or not all(map(DIRECTIVE.match, directives)))
    if not words & {"public", "private", "no-store"} or {"public", "private"} <= words:
        found.append(f"neither for one nor for all: {given[0]}")
    if "no-store" in words and words - {"private", "no-store"}:
        found.append(f"stored and not stored: {given[0]}")
    found += [f"{name} with Cache-Control" for name in ("Expires", "Pragma") if name in response.headers]
    if "no-store" not in words:
        named = [word for word in PERSONAL if word.encode() in response.data]
        found += [f"names {named} and may be stored"] * bool(named)
    if "public" in words and ("Set-Cookie" in response.headers or response.status_code != 200):
        found.append(f"public, with status {response.status_code} or a cookie")
    if "private" in words and signed_in and "no-store" not in words and "Cookie" not in response.vary:
        found.append("differs by person, without Vary: Cookie")
    return found
