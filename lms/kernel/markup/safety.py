"""The one function that sanitises HTML: two independent passes over one allow-list."""

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import bleach
import nh3
from bleach.html5lib_shim import Filter  # type: ignore[attr-defined]  # missing in its stubs

TAGS = frozenset(
    {"p", "br", "hr", "div", "blockquote", "pre", "code", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em"}
    | {"a", "img", "table", "thead", "tbody", "tr", "th", "td"}
)
"""Every tag that may leave this module."""

ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt", "width", "height", "loading"}),
    "h2": frozenset({"id"}),
    "ol": frozenset({"start"}),
    "div": frozenset({"class"}),
    "p": frozenset({"class"}),
}
"""Every attribute that may leave this module, by tag."""

CLASSES: dict[str, frozenset[str]] = {
    "div": frozenset({"callout caution", "callout do", "callout dont", "callout note"}),
    "p": frozenset({"callout-word"}),
}

# Browsers skip control characters and read a backslash as a slash: an address with either is refused whole.
_STRANGE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\]")
_ADDRESS = re.compile(r"(?:https?://[^/?#]|mailto:[^\s@]+@|tel:\+?[0-9][0-9*#().-]*$|/(?!/)|#[\w-]+$)", re.IGNORECASE)
_IMAGE = re.compile(r"/(?!/)[^?#]+\.(?:png|jpe?g|webp|gif|svg|avif)$", re.IGNORECASE)
_ID = re.compile(r"[\w-]{1,120}")
_NUMBER = re.compile(r"\d{1,4}")


def address_allowed(address: str) -> bool:
    """Says whether a link may lead there: http, https, mailto, tel, this site from its root, or this page."""
    return not _STRANGE.search(address) and _ADDRESS.match(address) is not None


def image_allowed(source: str) -> bool:
    """Says whether an image may come from there: this site only, and only a picture by its name."""
    return not _STRANGE.search(source) and ".." not in source and _IMAGE.match(source) is not None


_JUDGES: dict[str, Callable[[str], bool]] = {
    "href": address_allowed,
    "src": image_allowed,
    "alt": lambda _value: True,
    "id": lambda value: _ID.fullmatch(value) is not None,
    "loading": lambda value: value == "lazy",
    **dict.fromkeys(("start", "width", "height"), lambda value: _NUMBER.fullmatch(value) is not None),
}


def _attribute_allowed(tag: str, name: str, value: str) -> bool:
    if name not in ATTRIBUTES.get(tag, frozenset()):
        return False
    return value in CLASSES[tag] if name == "class" else _JUDGES[name](value)


class _WholeImages(Filter):  # type: ignore[misc]  # missing in its stubs
    """Drops an image that has lost its source or says nothing to those who cannot see it."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Passes every token on, except such images."""
        for token in super().__iter__():
            if token.get("name") == "img" and token["type"] in {"EmptyTag", "StartTag"}:
                data = token["data"]
                if not data.get((None, "src")) or not data.get((None, "alt"), "").strip():
                    continue
            yield token


class _Cleaners(threading.local):
    """One set of cleaners for each thread, as bleach's may not be shared."""

    def __init__(self) -> None:
        self.bleach = bleach.Cleaner(
            tags=TAGS,
            attributes=_attribute_allowed,
            protocols={"http", "https", "mailto", "tel"},
            strip=True,
            strip_comments=True,
            filters=[_WholeImages],
        )
        self.nh3 = nh3.Cleaner(
            tags=set(TAGS),
            attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
            attribute_filter=lambda tag, name, value: value if _attribute_allowed(tag, name, value) else None,
            clean_content_tags={"script", "style"},
            url_schemes={"http", "https", "mailto", "tel"},
            link_rel=None,
            strip_comments=True,
        )


_cleaners = _Cleaners()


def safe_html(html: str) -> str:
    """Returns the HTML with nothing left outside the allow-list.

    bleach goes first; nh3, written by others in another language, then parses the result anew: what one of
    them misreads, the other does not.
    """
    return _cleaners.nh3.clean(_cleaners.bleach.clean(html))
