"""From Markdown to ordered segments that can be stored as JSON and shown by templates."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, groupby
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from lms.kernel.i18n import gettext as _
from lms.kernel.markup.blocks import CALLOUT_WORDS, CALLOUTS, NAME, RIGHT, WORD, parsers
from lms.kernel.markup.outline import MarkupProblem, Outline, lines_of, read_outline
from lms.kernel.markup.safety import address_allowed, image_allowed, safe_html
from lms.kernel.markup.terms import TermLinker, Vocabulary
from lms.kernel.markup.words import HtmlReader, Image, Link, count_segment_words, plain_text, slug_of

RENDERER = "2"
"""The renderer's version: raised when the same text would give other segments. Part of a module's digest."""

# Ids that pages use themselves; a section of that name gets a number.
RESERVED_IDS = ("main", "menu", "top", "content", "navigation")
# The blocks that are a segment of their own.
_OWN_SEGMENT = frozenset({"sector", "check", "scenario", "local", "description"})

Segment = dict[str, Any]
"""One part of a module, by ``kind``: html, sectors, check, scenario, local or description."""


Section = dict[str, str]
"""A section of a module: the ``id`` and the ``title`` of its heading."""


@dataclass(frozen=True, slots=True)
class RenderedPicture:
    """A picture as pages show it: its URL and its size in CSS pixels, so that the layout does not shift."""

    address: str
    width: int
    height: int


@dataclass(slots=True)
class TextSummary:
    """What a text has in it, without its HTML: all that checks need.

    ``words`` is the number of words that a learner of one sector reads, ``words_on_page`` of those the ones that are
    shown before anything is opened. ``terms`` are the terms of the glossary that were linked, as (slug, linked form).
    """

    sections: list[Section] = field(default_factory=list)
    words: int = 0
    words_on_page: int = 0
    links: list[Link] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    outline: Outline = field(default_factory=Outline)
    problems: list[MarkupProblem] = field(default_factory=list)
    terms: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Rendered(TextSummary):
    """A rendered text; without segments where its structure has problems."""

    segments: list[Segment] = field(default_factory=list)


def render(
    text: str,
    *,
    language: str = "en",
    first_line: int = 1,
    section_ids: Sequence[str] | None = None,
    image_base: str = "",
    pictures: Mapping[str, RenderedPicture] | None = None,
    vocabulary: Vocabulary | None = None,
) -> Rendered:
    """Renders a course text into safe segments and collects every problem with its line.

    ``section_ids`` gives a translation the ids of its original by position; ``image_base`` is the URL
    that ``img/…`` is read from, ``pictures`` the pictures by that name; the first use of each term of the
    ``vocabulary`` in plain text is linked to its meaning. The size is checked first. Segments are:

    * ``{"kind": "html", "html"}``
    * ``{"kind": "sectors", "blocks": {slug: html}}``
    * ``{"kind": "check", "id", "prompt": html, "options": [{"text": html, "right": bool, "why": html}]}``
    * ``{"kind": "scenario", "id", "title", "intro": html,
      "options": [{"quality": "best" | "harmful" | "weak", "choice": html, "why": html}]}``
    * ``{"kind": "local", "html"}``
    * ``{"kind": "description", "html"}``: what a picture shows, for those who cannot see it

    An answer's ``text`` and ``why`` and an option's ``choice`` are inline HTML, the rest is block HTML.
    """
    outline = read_outline(text, first_line)
    rendered = Rendered(outline=outline, problems=list(outline.problems))
    if not rendered.problems:
        _Rendering(
            rendered=rendered,
            source=lines_of(text),
            first_line=first_line,
            words=CALLOUT_WORDS.get(language, CALLOUT_WORDS["en"]),
            section_ids=section_ids or (),
            image_base=image_base,
            pictures=pictures or {},
            linker=TermLinker(vocabulary, rendered.terms) if vocabulary else None,
        ).run()
    return rendered


@dataclass(slots=True, kw_only=True)
class _Rendering:
    """The state of rendering one text to segments."""

    rendered: Rendered
    source: list[str]
    first_line: int
    words: Mapping[str, str]
    section_ids: Sequence[str]
    image_base: str
    pictures: Mapping[str, RenderedPicture]
    linker: TermLinker | None
    markdown: Markdown = field(default_factory=lambda: parsers.markdown)
    found: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        try:
            root = self.tree(self.unambiguous())
        except RecursionError:
            # The library recurses on nested lists; the parser's state is unknown now, so it is replaced.
            parsers.renew()
            self.problem(self.first_line, _("lists or quotations are nested too deeply in this text; use fewer levels"))
            return
        self.prepare(root)
        for is_block, children in groupby(root, lambda child: child.get(NAME) in _OWN_SEGMENT):
            if is_block:
                for child in children:
                    self.block(child, child.get(NAME, ""))
            else:
                elements = list(children)
                if self.linker:
                    self.linker.link(elements)
                self.rendered.segments.append({"kind": "html", "html": self.safe(elements)})
        for on_page, words in map(count_segment_words, self.rendered.segments):
            self.rendered.words_on_page += on_page
            self.rendered.words += words
        self.rendered.problems.sort(key=lambda problem: problem.line)

    def problem(self, line: int, message: str) -> None:
        self.rendered.problems.append(MarkupProblem(line, message))

    def unambiguous(self) -> list[str]:
        """Returns the lines with blank lines round every block mark and one more slash for each depth.

        The library ends a block at the first mark of equal length in the same paragraph; this makes marks unambiguous.
        """
        depths = {block.line: block.depth for block in self.rendered.outline.blocks}
        lines: list[str] = []
        depth = 0
        for number, line in enumerate(self.source, start=self.first_line):
            if number in depths:
                lines += ["", "/" * (3 + depth) + line.lstrip("/"), ""]
                depth += 1
            elif line.startswith("///"):
                depth -= 1
                lines += ["", "/" * (3 + depth), ""]
            else:
                lines.append(line)
        return lines

    def tree(self, lines: list[str]) -> Element:
        """Parses the lines with the library into a tree, before it serialises to HTML."""
        self.markdown.reset()
        for preprocessor in self.markdown.preprocessors:
            lines = preprocessor.run(lines)
        root = self.markdown.parser.parseDocument(lines).getroot()
        assert root is not None  # noqa: S101 - a document that was parsed has a root
        processor: Treeprocessor
        for processor in self.markdown.treeprocessors:
            # A processor returns None where it changed the tree in place.
            other = processor.run(root)
            root = root if other is None else other
        return root

    def prepare(self, root: Element) -> None:
        """Gives sections their ids, call-outs their heading and images their URL."""
        for element in root.iter("div"):
            name = element.get(NAME, "")
            if name in CALLOUTS:
                element.set("class", f"callout {name}")
                word = Element("p", {"class": "callout-word"})
                word.text = self.words[name]
                element.insert(0, word)
        for image in root.iter("img"):
            source = image.get("src", "")
            shown = self.pictures.get(source)
            if shown:
                image.attrib |= {"width": str(shown.width), "height": str(shown.height), "loading": "lazy"}
            if source.startswith("img/"):
                image.set("src", shown.address if shown else self.image_base + source)
        for heading in root.findall("h2"):
            self.section(heading)

    def section(self, heading: Element) -> None:
        """Records a section and gives its heading an id."""
        title = plain_text(self.html(list(heading), heading.text))
        sections = self.rendered.sections
        base = slug_of(title) or f"section-{len(sections) + 1}"
        taken = {*RESERVED_IDS, *(section["id"] for section in sections)}
        free = (name for name in chain([base], (f"{base}-{number}" for number in count(2))) if name not in taken)
        name = self.section_ids[len(sections)] if len(sections) < len(self.section_ids) else next(free)
        heading.set("id", name)
        sections.append({"id": name, "title": title})

    def html(self, elements: Iterable[Element], text: str | None = None) -> str:
        """Serialises elements to HTML that is not yet sanitised."""
        holder = Element("div")
        holder.text = text
        holder.extend(elements)
        html = self.markdown.serializer(holder).strip()[len("<div>") : -len("</div>")]
        for processor in self.markdown.postprocessors:
            html = processor.run(html)
        return html.strip()

    def safe(self, elements: Iterable[Element], text: str | None = None) -> str:
        """Serialises elements to sanitised HTML and records their links and images."""
        html = self.html(elements, text)
        if "<" not in html:
            return safe_html(html)
        reader = HtmlReader(html)
        for target in reader.links:
            line = self.find(target.removeprefix("mailto:"))
            if address_allowed(target):
                self.rendered.links.append(Link(target, line))
            else:
                message = _(
                    "a link cannot lead to “%(target)s”; use https://, mailto:, tel:, / or #", target=target[:80]
                )
                self.problem(line, message)
        for source, alt in reader.images:
            self.image(source, alt)
        return safe_html(html)

    def inline(self, element: Element) -> str:
        """Serialises what is in an element to sanitised HTML."""
        return self.safe(list(element), element.text)

    def find(self, words: str) -> int:
        """Returns the line of an address in the source; the first line where it is not found.

        A second call for the same address returns its next line.
        """
        whole = re.compile(rf"(?<![\w/#.-]){re.escape(words)}(?![\w/#?=&-])")
        places = [number for number, line in enumerate(self.source, self.first_line) for _match in whole.finditer(line)]
        self.found[words] += 1
        return places[min(self.found[words], len(places)) - 1] if places and words else self.first_line

    def image(self, source: str, alt: str) -> None:
        """Records an image, or the problem with it."""
        names = {shown.address: name for name, shown in self.pictures.items()}
        written = names.get(source) or source.removeprefix(self.image_base)
        line = self.find(written)
        self.rendered.images.append(Image(written, alt, line))
        if not image_allowed(source if source.startswith("/") else f"/{source}") or "://" in source:
            self.problem(line, _("an image is in the course's own img/ folder, not “%(source)s”", source=written[:80]))
        if not alt.strip():
            self.problem(line, _("this image has no alternative text; write `![what it shows](img/name.png)`"))

    def block(self, element: Element, name: str) -> None:
        """Turns a block into its segment; consecutive sector blocks become one."""
        segments = self.rendered.segments
        number = 1 + sum(segment["kind"] == name for segment in segments)
        if name == "sector":
            if not segments or segments[-1]["kind"] != "sectors":
                segments.append({"kind": "sectors", "blocks": {}})
            segments[-1]["blocks"][element.get(WORD, "")] = self.safe(list(element))
        elif name == "check":
            segments.append({"kind": name, "id": f"check-{number}", **self.check(element, number)})
        elif name == "scenario":
            segments.append({"kind": name, "id": f"scenario-{number}", **self.scenario(element)})
        else:
            segments.append({"kind": name, "html": self.safe(list(element))})

    def check(self, element: Element, number: int) -> Segment:
        prompt, *answers = list(element)
        options = [
            {"text": self.inline(text), "right": answer.get(RIGHT) == "yes", "why": self.inline(why)}
            for answer in answers
            for text, why in [answer]
        ]
        if len(options) < 2 or not all(option["text"] and option["why"] for option in options):
            checks = [block.line for block in self.rendered.outline.blocks if block.name == "check"]
            message = _("the answers of this check are invalid; each is one paragraph: `- [ ] answer | why`")
            self.problem(checks[number - 1], message)
        return {"prompt": self.safe(list(prompt)), "options": options}

    def scenario(self, element: Element) -> Segment:
        """Returns a scenario: an option's first paragraph is the choice, the rest is the reason."""
        options = []
        for option in [child for child in element if child.get(NAME) == "option"]:
            element.remove(option)
            first, *rest = list(option)
            options.append({"quality": option.get(WORD, ""), "choice": self.inline(first), "why": self.safe(rest)})
        return {"title": element.get(WORD, ""), "intro": self.safe(list(element)), "options": options}
