"""From Markdown to ordered segments that can be stored as JSON and shown by templates."""

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from lms.kernel.i18n import gettext as _
from lms.kernel.markup.blocks import CALLOUTS, NAME, RIGHT, WORD, new_parser
from lms.kernel.markup.outline import MarkupProblem, Outline, lines_of, read_outline
from lms.kernel.markup.safety import address_allowed, image_allowed, safe_html
from lms.kernel.markup.terms import TermLinker, Vocabulary
from lms.kernel.markup.words import HtmlReader, count_words, plain_text, slug_of

RENDERER = "2"
"""The renderer's version: raised when the same text would give other segments. Part of a module's digest."""

CALLOUT_WORDS: dict[str, dict[str, str]] = {
    "en": {"caution": "Caution", "do": "Do", "dont": "Do not", "note": "Note"},
    "fr": {"caution": "Attention", "do": "À faire", "dont": "À ne pas faire", "note": "À savoir"},
    "es": {"caution": "Atención", "do": "Haga", "dont": "No haga", "note": "Nota"},
    "ar": {"caution": "تنبيه", "do": "افعل", "dont": "لا تفعل", "note": "ملاحظة"},
}

# Ids that pages use themselves; a section of that name gets a number.
RESERVED_IDS = ("main", "menu", "top", "content", "navigation")

Segment = dict[str, Any]
"""One part of a module, by ``kind``: html, sectors, check, scenario, local or description."""


class Section(TypedDict):
    """A section of a module: the id and the text of its heading."""

    id: str
    title: str


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


@dataclass(frozen=True, slots=True)
class RenderedPicture:
    """A picture as pages show it: its URL and its size in CSS pixels, so that the layout does not shift."""

    address: str
    width: int
    height: int


@dataclass(slots=True)
class Rendered:
    """A rendered text; without segments where its structure has problems.

    ``words`` is the number of words that a learner of one sector reads. ``terms`` are the terms of the glossary that
    were linked, as (slug, linked form).
    """

    segments: list[Segment] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    words: int = 0
    links: list[Link] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    outline: Outline = field(default_factory=Outline)
    problems: list[MarkupProblem] = field(default_factory=list)
    terms: list[tuple[str, str]] = field(default_factory=list)


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
        linker = TermLinker(vocabulary, rendered.terms) if vocabulary else None
        rendering = _Rendering(rendered, language, section_ids, image_base, pictures=pictures or {}, linker=linker)
        rendering.run(text, first_line)
    return rendered


class _MarkdownParsers(threading.local):
    """One Markdown parser for each thread."""

    def __init__(self) -> None:
        self.markdown = new_parser()


_parsers = _MarkdownParsers()


def _unambiguous(text: str, outline: Outline, first_line: int) -> list[str]:
    """Returns the lines with blank lines round every block mark and one more slash for each depth.

    The library ends a block at the first mark of equal length in the same paragraph; this makes marks unambiguous.
    """
    depths = {block.line: block.depth for block in outline.blocks}
    lines: list[str] = []
    depth = 0
    for number, line in enumerate(lines_of(text), start=first_line):
        if number in depths:
            lines += ["", "/" * (3 + depth) + line.lstrip("/"), ""]
            depth += 1
        elif line.startswith("///"):
            depth -= 1
            lines += ["", "/" * (3 + depth), ""]
        else:
            lines.append(line)
    return lines


class _Rendering:
    """The state of rendering one text to segments."""

    def __init__(
        self,
        rendered: Rendered,
        language: str,
        section_ids: Sequence[str] | None,
        image_base: str,
        *,
        pictures: Mapping[str, RenderedPicture],
        linker: TermLinker | None,
    ) -> None:
        self.rendered = rendered
        self.words = CALLOUT_WORDS.get(language, CALLOUT_WORDS["en"])
        self.section_ids = section_ids
        self.image_base = image_base
        self.pictures = pictures
        self.linker = linker
        self.markdown: Markdown = _parsers.markdown
        self.numbers = {"check": 0, "scenario": 0}
        self.taken = set(RESERVED_IDS)
        self.source: list[str] = []
        self.first_line = 1
        self.occurrences: dict[str, int] = {}

    def run(self, text: str, first_line: int) -> None:
        """Renders the text into the result."""
        self.source, self.first_line = lines_of(text), first_line
        try:
            root = self.tree(_unambiguous(text, self.rendered.outline, first_line))
        except RecursionError:
            # The library recurses on nested lists; the parser's state is unknown now, so it is replaced.
            _parsers.markdown = new_parser()
            message = _("lists or quotations are nested too deeply in this text; use fewer levels")
            self.rendered.problems.append(MarkupProblem(first_line, message))
            return
        self.prepare(root)
        pending: list[Element] = []
        for child in [*root, None]:
            name = "" if child is None else child.get(NAME, "")
            if child is not None and name not in {"sector", "check", "scenario", "local", "description"}:
                pending.append(child)
                continue
            self.flush(pending)
            if child is not None:
                self.block(child, name)
        self.rendered.words = sum(map(_words_of, self.rendered.segments))
        self.rendered.problems.sort(key=lambda problem: problem.line)

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
        position = len(self.rendered.sections)
        base = slug_of(title) or f"section-{position + 1}"
        if self.section_ids is not None and position < len(self.section_ids):
            name = self.section_ids[position]
        else:
            name, number = base, 1
            while name in self.taken:
                number += 1
                name = f"{base}-{number}"
        self.taken.add(name)
        heading.set("id", name)
        self.rendered.sections.append({"id": name, "title": title})

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
        reader = HtmlReader()
        reader.feed(html)
        reader.close()
        for target in reader.links:
            self.link(target)
        for source, alt in reader.images:
            self.image(source, alt)
        return safe_html(html)

    def find(self, words: str) -> int:
        """Returns the line of an address in the source; the first line where it is not found.

        A second call for the same address returns its next line.
        """
        whole = re.compile(rf"(?<![\w/#.-]){re.escape(words)}(?![\w/#?=&-])")
        places = [
            number for number, line in enumerate(self.source, start=self.first_line) for _match in whole.finditer(line)
        ]
        occurrence = self.occurrences.get(words, 0)
        self.occurrences[words] = occurrence + 1
        return places[min(occurrence, len(places) - 1)] if places and words else self.first_line

    def link(self, target: str) -> None:
        """Records a link, or the problem with it."""
        line = self.find(target.removeprefix("mailto:"))
        if address_allowed(target):
            self.rendered.links.append(Link(target, line))
        else:
            message = _("a link cannot lead to “%(target)s”; use https://, mailto:, tel:, / or #", target=target[:80])
            self.rendered.problems.append(MarkupProblem(line, message))

    def image(self, source: str, alt: str) -> None:
        """Records an image, or the problem with it."""
        names = {shown.address: name for name, shown in self.pictures.items()}
        written = names.get(source) or (source.removeprefix(self.image_base) if self.image_base else source)
        line = self.find(written)
        self.rendered.images.append(Image(written, alt, line))
        if not image_allowed(source if source.startswith("/") else f"/{source}") or "://" in source:
            message = _("an image is in the course's own img/ folder, not “%(source)s”", source=written[:80])
            self.rendered.problems.append(MarkupProblem(line, message))
        if not alt.strip():
            message = _("this image has no alternative text; write `![what it shows](img/name.png)`")
            self.rendered.problems.append(MarkupProblem(line, message))

    def flush(self, pending: list[Element]) -> None:
        """Turns the pending elements into one html segment."""
        if pending:
            if self.linker:
                self.linker.link(pending)
            self.rendered.segments.append({"kind": "html", "html": self.safe(pending)})
            pending.clear()

    def block(self, element: Element, name: str) -> None:
        """Turns a block into its segment; consecutive sector blocks become one."""
        segments = self.rendered.segments
        if name == "sector":
            if not segments or segments[-1]["kind"] != "sectors":
                segments.append({"kind": "sectors", "blocks": {}})
            segments[-1]["blocks"][element.get(WORD, "")] = self.safe(list(element))
        elif name == "check":
            segments.append(self.check(element))
        elif name == "scenario":
            segments.append(self.scenario(element))
        else:
            segments.append({"kind": name, "html": self.safe(list(element))})

    def name(self, kind: str) -> str:
        """Returns the next id of a kind."""
        self.numbers[kind] += 1
        return f"{kind}-{self.numbers[kind]}"

    def check(self, element: Element) -> Segment:
        """Returns a check."""
        name = self.name("check")
        prompt, *answers = list(element)
        options: list[dict[str, Any]] = []
        for answer in answers:
            text, why = list(answer)
            options.append(
                {
                    "text": self.safe(list(text), text.text),
                    "right": answer.get(RIGHT) == "yes",
                    "why": self.safe(list(why), why.text),
                }
            )
        if len(options) < 2 or not all(option["text"] and option["why"] for option in options):
            checks = [block.line for block in self.rendered.outline.blocks if block.name == "check"]
            message = _("the answers of this check are invalid; each is one paragraph: `- [ ] answer | why`")
            self.rendered.problems.append(MarkupProblem(checks[self.numbers["check"] - 1], message))
        return {"kind": "check", "id": name, "prompt": self.safe(list(prompt)), "options": options}

    def scenario(self, element: Element) -> Segment:
        """Returns a scenario: an option's first paragraph is the choice, the rest is the reason."""
        options = []
        for option in [child for child in element if child.get(NAME) == "option"]:
            element.remove(option)
            first, *rest = list(option)
            options.append(
                {"quality": option.get(WORD, ""), "choice": self.safe(list(first), first.text), "why": self.safe(rest)}
            )
        name = self.name("scenario")
        intro = self.safe(list(element))
        return {"kind": "scenario", "id": name, "title": element.get(WORD, ""), "intro": intro, "options": options}


def _words_of(segment: Segment) -> int:
    """Counts the words that a learner of one sector reads: of a sector group, the longest block."""
    match segment["kind"]:
        case "sectors":
            return max(map(count_words, segment["blocks"].values()))
        case "check":
            parts = [segment["prompt"], *(f"{o['text']} {o['why']}" for o in segment["options"])]
        case "scenario":
            parts = [segment["title"], segment["intro"], *(f"{o['choice']} {o['why']}" for o in segment["options"])]
        case _:
            parts = [segment["html"]]
    return sum(map(count_words, parts))
