"""Links from the first use of a glossary's term in a text to its meaning."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

PAGE = "/glossary"
"""The page of the glossary."""

# Headings give sections their ids, links lead elsewhere, code is an example.
_NOT_LINKED = frozenset({"a", "code", "pre", "h2", "h3", "h4", "img"})


@dataclass(frozen=True, slots=True)
class LinkedTerm:
    """A term of the glossary: its slug, and the forms of it that are linked."""

    slug: str
    forms: tuple[str, ...]


class Vocabulary:
    """The terms of one language: matched as whole words, the longest form first, with a plural s."""

    def __init__(self, terms: Iterable[LinkedTerm]) -> None:
        self.slugs = {form.lower(): term.slug for term in terms for form in term.forms}
        forms = sorted(self.slugs, key=len, reverse=True)
        words = "|".join(re.escape(form) for form in forms)
        self.pattern = re.compile(rf"(?<![\w/-])({words})(?:e?s)?(?![\w-])", re.IGNORECASE) if forms else None


@dataclass(slots=True)
class TermLinker:
    """Links each term once in a text; ``linked`` are the slugs and words it linked, in their order."""

    vocabulary: Vocabulary
    linked: list[tuple[str, str]] = field(default_factory=list)

    def link(self, elements: Sequence[Element]) -> None:
        """Links terms in these elements and their children, but in no heading, link, code or call-out's heading."""
        if self.vocabulary.pattern is None:
            return
        for element in elements:
            self._element(element)

    def _element(self, element: Element) -> None:
        if element.tag in _NOT_LINKED or element.get("class") == "callout-word":
            return
        children = list(element)
        element.text = self._place_links(element, 0, element.text)
        for child in children:
            self._element(child)
            child.tail = self._place_links(element, list(element).index(child) + 1, child.tail)

    def _place_links(self, parent: Element, place: int, text: str | None) -> str | None:
        """Puts the links of a text into its parent from a place on; returns the text before the first."""
        pattern = self.vocabulary.pattern
        if not text or pattern is None:
            return text
        known = {slug for slug, _words in self.linked}
        head, link, end = text, None, 0
        for match in pattern.finditer(text):
            slug = self.vocabulary.slugs[match[1].lower()]
            if slug in known:
                continue
            known.add(slug)
            self.linked.append((slug, match[0]))
            before = text[end : match.start()]
            if link is None:
                head = before
            else:
                link.tail = before
            link = Element("a", {"href": f"{PAGE}#{slug}"})
            link.text = match[0]
            link.tail = text[match.end() :]
            parent.insert(place, link)
            place, end = place + 1, match.end()
        return head
