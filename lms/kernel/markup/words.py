"""The words, links and images of HTML that was written here, and ids made of words."""

import re
import unicodedata
from html.parser import HTMLParser

_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")


class HtmlReader(HTMLParser):
    """Reads HTML that the library wrote: its words, its links, its images."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self.images: list[tuple[str, str]] = []

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
    reader = HtmlReader()
    reader.feed(html)
    reader.close()
    return " ".join("".join(reader.words).split())


def count_words(html: str) -> int:
    """Counts the running words of a piece of HTML."""
    return len(_WORD.findall(plain_text(html)))


def slug_of(title: str) -> str:
    """Returns a heading as an id: lower case, hyphens, letters of any script."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))
    return re.sub(r"[^\w]+", "-", plain.lower().replace("_", "-").replace("'", "").replace("’", "")).strip("-")[:80]
