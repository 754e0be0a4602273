"""The words, links and images of HTML that was written here, and ids made of words."""

import re
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text: its target and its line."""

    target: str
    line: int


@dataclass(frozen=True, slots=True)
class Image:
    """An image in a text: its source as written, its alternative text, its line."""

    source: str
    alt: str
    line: int


class HtmlReader(HTMLParser):
    """Reads HTML that the library wrote: its words, its links, its images."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self.images: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes links and images, and that words of two elements do not touch."""
        found = dict(attrs)
        if tag == "a":
            self.links.append(found.get("href") or "")
        elif tag == "img":
            self.images.append((found.get("src") or "", found.get("alt") or ""))
        elif tag not in {"em", "strong", "code"}:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        """Notes words."""
        self.words.append(data)


def plain_text(html: str) -> str:
    """Returns the words of a piece of HTML without its tags, single-spaced."""
    # Most pieces are words alone.
    text = "".join(HtmlReader(html).words) if "<" in html or "&" in html else html
    return " ".join(text.split())


def count_words(html: str) -> int:
    """Counts the running words of a piece of HTML."""
    return len(_WORD.findall(plain_text(html)))


def count_segment_words(segment: dict[str, Any]) -> tuple[int, int]:
    """Counts the words that a learner of one sector reads in a segment: of a sector group, the longest block.

    Returns those on the page before anything is opened, and all: also the reasons, and descriptions of pictures.
    """
    opened = [option["why"] for option in segment.get("options", ())]
    match segment["kind"]:
        case "sectors":
            longest = max(map(count_words, segment["blocks"].values()))
            return longest, longest
        case "check":
            shown = [segment["prompt"], *(option["text"] for option in segment["options"])]
        case "scenario":
            shown = [segment["title"], segment["intro"], *(option["choice"] for option in segment["options"])]
        case "description":
            shown, opened = [], [segment["html"]]
        case _:
            shown = [segment["html"]]
    on_page = sum(map(count_words, shown))
    return on_page, on_page + sum(map(count_words, opened))


def slug_of(title: str) -> str:
    """Returns a heading as an id: lower case, hyphens, letters of any script."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))
    return re.sub(r"[^\w]+", "-", plain.lower().replace("_", "-").replace("'", "").replace("’", "")).strip("-")[:80]
