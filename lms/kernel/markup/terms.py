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
        element.text, found = self._text(element.text)
        for place, link in enumerate(found):
            element.insert(place, link)
        at = len(found)
        for child in children:
            self._element(child)
            at += 1
            child.tail, found = self._text(child.tail)
            for place, link in enumerate(found):
                element.insert(at + place, link)
            at += len(found)

    def _text(self, text: str | None) -> tuple[str | None, list[Element]]:
        """Returns the text before the first link, and the links with the text that follows each."""
        pattern = self.vocabulary.pattern
        if not text or pattern is None:
            return text, []
        known = {slug for slug, _words in self.linked}
        head, links, last = text, list[Element](), 0
        for match in pattern.finditer(text):
            slug = self.vocabulary.slugs[match[1].lower()]
            if slug in known:
                continue
            known.add(slug)
            self.linked.append((slug, match[0]))
            if links:
                links[-1].tail = text[last : match.start()]
            else:
                head = text[: match.start()]
            link = Element("a", {"href": f"{PAGE}#{slug}"})
            link.text = match[0]
            links.append(link)
            last = match.end()
        if links:
            links[-1].tail = text[last:]
        return head, links
